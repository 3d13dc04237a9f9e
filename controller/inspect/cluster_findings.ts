/**
 * What only the controller can look at: definitions, rights, the kinds of others.
 *
 * @module
 */
import { errorText } from "../../core/error_text.ts";
import type { Finding } from "../../inspect/source.ts";
import type { Informer } from "../../kube/types.ts";
import type { Context } from "../context.ts";

/** Looks at what the controller knows already; asks nobody. */
export function clusterFindings(ctx: Context): readonly Finding[] {
  const { schemas, memory, cluster } = ctx;
  const { forbidden } = memory.writes;
  const { problem } = schemas;
  return [
    problem === undefined
      ? {
        check: "Definitions",
        state: "ok",
        says: "The CustomResourceDefinitions keep every field of this release",
      }
      : {
        check: "Definitions",
        state: "failed",
        says: problem,
        todo: "kubectl apply --server-side -f deploy/manifests/crds.yaml",
      },
    forbidden.length === 0
      ? { check: "Rights", state: "ok", says: "The controller may write all that it writes" }
      : {
        check: "Rights",
        state: "failed",
        says: `The controller may not ${forbidden.join(", ")}`,
        todo: "Apply the roles of this release: docs/install.md.",
      },
    kind("Multus", cluster.nads, "Without Multus there is no network that could be served."),
    kind("KubeVirt", cluster.vms, "Without KubeVirt only vmnetcfgs made by hand get addresses."),
  ];
}

/** Whether a kind of others is served. */
function kind(
  check: string,
  { synced, trouble, resource }: FollowedKind,
  todo: string,
): Finding {
  if (synced) return { check, state: "ok", says: `${resource.kind} objects are known` };
  const why = trouble === undefined ? "" : `: ${errorText(trouble.error)}`;
  return { check, state: "failed", says: `${resource.kind} objects are not known${why}`, todo };
}

/** What is asked of an informer. */
interface FollowedKind {
  readonly synced: boolean;
  readonly trouble: Informer<never>["trouble"];
  readonly resource: { readonly kind: string };
}
