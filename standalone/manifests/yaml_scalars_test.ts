import { deepStrictEqual } from "node:assert/strict";
import { KUBECTL_SCALARS } from "./testing/kubectl_scalars.ts";
import { parseManifestFile } from "./parse_manifests.ts";

Deno.test("S10: a plain scalar of a manifest file is what kubectl makes of it", () => {
  const fields = KUBECTL_SCALARS.map(([form], index) => `  f${index}: ${form}\n`).join("");
  const text =
    `apiVersion: kubevirt.io/v1\nkind: VirtualMachine\nmetadata: {name: a}\nother:\n${fields}`;
  const { manifests: [manifest], problems } = parseManifestFile({ path: "a.yaml", text });
  deepStrictEqual(problems, []);
  const { other } = manifest?.object as unknown as { readonly other: Record<string, unknown> };
  deepStrictEqual(
    KUBECTL_SCALARS.map(([form], index) => [form, other[`f${index}`]]),
    KUBECTL_SCALARS.map(([form, value]) => [form, value]),
  );
});

Deno.test("S10: keys are read like values, as kubectl reads them", () => {
  const text =
    "apiVersion: v1\nkind: Namespace\nmetadata: {name: a, labels: {on: one, 0300: two, 1.5: three}}\n";
  const { manifests: [manifest] } = parseManifestFile({ path: "a.yaml", text });
  deepStrictEqual(manifest?.object.metadata.labels, { true: "one", 192: "two", "1.5": "three" });
});
