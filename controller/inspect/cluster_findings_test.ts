import { deepStrictEqual } from "node:assert/strict";
import type { Context } from "../context.ts";
import { clusterFindings } from "./cluster_findings.ts";

/** What a controller finds that knows this. */
function found(
  { problem, forbidden = [], isSynced = true, trouble }: {
    readonly problem?: string;
    readonly forbidden?: readonly string[];
    readonly isSynced?: boolean;
    readonly trouble?: { readonly error: Error };
  },
): readonly string[] {
  const followed = (kind: string) => ({ synced: isSynced, trouble, resource: { kind } });
  const ctx = {
    schemas: { problem },
    memory: { writes: { forbidden } },
    cluster: {
      nads: followed("NetworkAttachmentDefinition"),
      vms: followed("VirtualMachine"),
    },
  } as unknown as Context;
  return clusterFindings(ctx).map(({ check, state, says }) => `${check} ${state}: ${says}`);
}

Deno.test("clusterFindings says of each thing that it is well", () => {
  deepStrictEqual(found({}), [
    "Definitions ok: The CustomResourceDefinitions keep every field of this release",
    "Rights ok: The controller may write all that it writes",
    "Multus ok: NetworkAttachmentDefinition objects are known",
    "KubeVirt ok: VirtualMachine objects are known",
  ]);
});

Deno.test("clusterFindings names what the definitions, the rights and the kinds of others lack", () => {
  const error = new Error("404");
  deepStrictEqual(
    found({ problem: "No spec.x", forbidden: ["patch pods"], isSynced: false, trouble: { error } }),
    [
      "Definitions failed: No spec.x",
      "Rights failed: The controller may not patch pods",
      "Multus failed: NetworkAttachmentDefinition objects are not known: 404",
      "KubeVirt failed: VirtualMachine objects are not known: 404",
    ],
  );
  deepStrictEqual(found({ isSynced: false }).slice(2), [
    "Multus failed: NetworkAttachmentDefinition objects are not known",
    "KubeVirt failed: VirtualMachine objects are not known",
  ]);
});
