/**
 * What an agent knows of a pool that the API server has forgotten.
 *
 * @module
 */
import type { IPPool } from "../../core/api/types.ts";
import { MAX_FOUND } from "../../core/neighbours/survey.ts";
import { NONE, readEntries } from "../../core/record/entries.ts";
import { readHolds } from "../../core/record/holds.ts";
import { releasedHoldMs } from "../../core/record/released_hold.ts";

/** Who had an address. */
interface Lost {
  readonly mac: number;
  /** Whether it had it until the end, and had not left it before. */
  readonly isGiven: boolean;
}

/**
 * Addresses that were given, or are kept for who had them, and that a record of an earlier time knows nothing of: the API server was put back to a backup. They
 * are told until the record has them, or as long as a freed address is kept for who had it.
 */
export class LostLeases {
  /** By address, as a number. Absent until the API server went back once. */
  #lost: Map<number, Lost> | undefined;
  /** For whom the record keeps addresses now. */
  #held: ReadonlyMap<number, number> = new Map();
  /** Those that the record gives to anybody now. */
  #given = new Set<number>();
  #until = -Infinity;

  /**
   * Takes in the next state of the pool; `before`: the last one that was known. `now`: milliseconds since the epoch.
   */
  follow(before: IPPool | undefined, after: IPPool, now: number): void {
    if (before !== undefined && wentBack(before, after)) {
      const lost = new Map(this.#isOver(now) ? [] : this.#lost);
      for (const { address, mac } of readHolds(before.status?.ipv4?.released)) {
        const isGiven = lost.get(address)?.isGiven === true && lost.get(address)?.mac === mac;
        if (address !== NONE && mac !== NONE) lost.set(address, { mac, isGiven });
      }
      for (const { address, mac } of readEntries(before.status?.ipv4?.allocated)) {
        if (address !== NONE && mac !== NONE) lost.set(address, { mac, isGiven: true });
      }
      this.#lost = lost;
      this.#held = new Map();
      this.#given.clear();
      this.#until = now + releasedHoldMs(after.spec?.ipv4Config);
    }
    if (this.#lost !== undefined) this.#drop(this.#lost, after);
  }

  /**
   * What is lost: first what the record does not keep yet, and of that what was given before what had been left; the first
   * {@linkcode MAX_FOUND}. `undefined` where nothing went back lately.
   */
  list(now: number): readonly (readonly [address: number, mac: number])[] | undefined {
    if (this.#lost === undefined || this.#isOver(now)) return undefined;
    const kept = (address: number, { mac }: Lost) => Number(this.#held.get(address) === mac);
    return [...this.#lost].sort(([a, one], [b, other]) =>
      kept(a, one) - kept(b, other) || Number(other.isGiven) - Number(one.isGiven) || a - b
    ).slice(0, MAX_FOUND).map(([address, { mac }]) => [address, mac]);
  }

  /** Whether something is lost that the record neither keeps for who had it nor gives to anybody. */
  hasUntold(now: number): boolean {
    return (this.list(now) ?? []).some(([address, mac]) =>
      this.#held.get(address) !== mac && !this.#given.has(address)
    );
  }

  #isOver(now: number): boolean {
    return now >= this.#until;
  }

  /** Forgets what the record has again: given to anybody, or kept until that was over. */
  #drop(lost: Map<number, Lost>, { status }: IPPool): void {
    const macs = new Map(
      readEntries(status?.ipv4?.allocated).map(({ address, mac }) => [address, mac]),
    );
    const held = new Map(
      readHolds(status?.ipv4?.released).map(({ address, mac }) => [address, mac]),
    );
    for (const [address, { mac }] of lost) {
      const isOver = this.#held.get(address) === mac && !held.has(address);
      if (macs.get(address) === mac || isOver) lost.delete(address);
    }
    this.#held = held;
    this.#given = new Set(macs.keys());
  }
}

/** Whether the API server tells of an earlier time than it did. Versions of pools are numbers that grow, also where one is made again. */
function wentBack({ metadata: before }: IPPool, { metadata: after }: IPPool): boolean {
  return versionOf(after.resourceVersion) < versionOf(before.resourceVersion);
}

function versionOf(text: string | undefined): number {
  return /^\d+$/.test(text ?? "") ? Number(text) : NaN;
}
