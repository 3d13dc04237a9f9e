/**
 * What came of the manifest files last.
 *
 * @module
 */
import { IPPOOLS, keyOf, NETWORK_ATTACHMENT_DEFINITIONS } from "../kube/objects/resources.ts";
import type { SyncResult } from "./manifests/sync_manifests.ts";
import { formatProblem } from "./manifests/types.ts";
import type { NetworkView } from "./network_view.ts";

/** Remembers the last pass over the files. */
export class ManifestState {
  #last: Pick<SyncResult, "problems" | "present"> | undefined;

  /** `expected`: whether there are files at all; without any, there is nothing to wait for. */
  constructor(expected: boolean) {
    if (!expected) this.#last = { problems: [], present: [] };
  }

  /** Takes in a pass. */
  note(result: SyncResult): void {
    this.#last = result;
  }

  /** What is wrong in the files, one line each. */
  get problems(): readonly string[] {
    return this.#last?.problems.map(formatProblem) ?? [];
  }

  /** What of the files has not reached the view of pools and networks yet, one sentence each. */
  missing(view: NetworkView): readonly string[] {
    if (this.#last === undefined) return ["The manifest files are not applied yet"];
    return this.#last.present.flatMap(({ id, resource, object }) => {
      const store = resource === IPPOOLS
        ? view.pools
        : resource === NETWORK_ATTACHMENT_DEFINITIONS
        ? view.attachments
        : undefined;
      return store === undefined || store.get(keyOf(object)) !== undefined
        ? []
        : [`${id} is not known yet`];
    });
  }
}
