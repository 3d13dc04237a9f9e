import type { Claim } from "./types.ts";

/** Which claims came and which went. */
export interface ClaimChanges {
  readonly added: readonly Claim[];
  readonly removed: readonly Claim[];
}

/** How far ahead to look for where two lists go on alike. */
const LOOKAHEAD = 8;
/** With more changes than this, to start anew is as quick. */
const MAX_CHANGES = 1000;

/**
 * What became of a list of claims: the very objects that are in one list only. Both lists are taken to be in the same
 * order but for what came and went; where they are not, or too much is different, the answer is `undefined`.
 */
export function claimChanges(
  before: readonly Claim[],
  after: readonly Claim[],
): ClaimChanges | undefined {
  const added: Claim[] = [];
  const removed: Claim[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    const [old, fresh] = [before[i], after[j]];
    if (old === fresh) {
      i++;
      j++;
      continue;
    }
    if (added.length + removed.length > MAX_CHANGES) return undefined;
    if (old !== undefined && !isSoon(after, j, old)) {
      removed.push(old);
      i++;
    } else if (fresh !== undefined) {
      added.push(fresh);
      j++;
    }
  }
  return { added, removed };
}

/** Whether a claim comes in a list within a few places. */
function isSoon(claims: readonly Claim[], from: number, claim: Claim): boolean {
  for (let place = from; place <= from + LOOKAHEAD; place++) {
    if (claims[place] === claim) return true;
  }
  return false;
}
