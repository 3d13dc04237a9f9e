/**
 * What Flux, `kubectl apply --wait` of kpt and other tools think of any object: the published rules of kstatus, written out.
 *
 * Source: `pkg/kstatus/README.md` and `pkg/kstatus/status` of kubernetes-sigs/cli-utils.
 *
 * @module
 */
import type { Condition, KubeObject } from "../../core/api/mod.ts";

/** One of kstatus' own words. */
type Word = "Current" | "InProgress" | "Failed" | "Terminating";

/** What it thinks, and why. */
interface Thought {
  readonly status: Word;
  readonly reason?: string | undefined;
}

/** Judges an object of a kind that kstatus has no rule of its own for. */
export function kstatus(object: KubeObject): Thought {
  const { metadata, status = {} } = object as KubeObject & {
    readonly status?: {
      readonly observedGeneration?: number;
      readonly conditions?: readonly Condition[];
    };
  };
  if (metadata.deletionTimestamp !== undefined) return { status: "Terminating" };
  const { observedGeneration, conditions = [] } = status;
  if (observedGeneration !== undefined && observedGeneration !== metadata.generation) {
    return { status: "InProgress", reason: "LatestGenerationNotObserved" };
  }
  for (const { type, status, reason } of conditions) {
    if (type === "Reconciling" && status === "True") return { status: "InProgress", reason };
    if (type === "Stalled" && status === "True") return { status: "Failed", reason };
  }
  const ready = conditions.find(({ type }) => type === "Ready");
  if (ready === undefined || ready.status === "True") return { status: "Current" };
  return { status: "InProgress", reason: ready.reason };
}
