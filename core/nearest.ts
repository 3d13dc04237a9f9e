/**
 * Finds what somebody who mistyped a word may have meant.
 *
 * @module
 */

/**
 * The word at the smallest edit distance; `undefined` where more than a third of the letters differ. It may be asked of tens of
 * thousands of words: those that cannot be nearer than the nearest so far are given up early.
 */
export function nearest(typed: string, words: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(typed.length / 3)) + 1;
  for (const word of words) {
    const distance = editDistance(typed, word, least);
    if (distance < least) [best, least] = [word, distance];
  }
  return best;
}

/** Number of letters to add, remove or replace to make one word of the other (Levenshtein); `bound` where it is no smaller. */
function editDistance(one: string, other: string, bound: number): number {
  if (Math.abs(one.length - other.length) >= bound) return bound;
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  let next = new Array<number>(row.length).fill(bound);
  for (let i = 1; i <= one.length; i++) {
    // What is farther from the diagonal than the bound is no nearer than that.
    const from = Math.max(1, i - bound);
    const to = Math.min(other.length, i + bound);
    let least = next[from - 1] = from === 1 ? i : bound;
    for (let j = from; j <= to; j++) {
      const replace = (row[j - 1] ?? bound) + (one[i - 1] === other[j - 1] ? 0 : 1);
      const distance = Math.min(replace, (row[j] ?? bound) + 1, (next[j - 1] ?? bound) + 1);
      next[j] = distance;
      if (distance < least) least = distance;
    }
    if (to < other.length) next[to + 1] = bound;
    if (least >= bound) return bound;
    [row, next] = [next, row];
  }
  return row[other.length] ?? bound;
}
