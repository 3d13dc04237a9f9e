/**
 * What an agent knows of a pool that the API server has forgotten.
 *
 * @module
 */
import type { IPPool } from "../../core/api/types.ts";
import { MAX_FOUND } from "../../core/neighbours/survey.ts";
import { NONE, readEntries } from "../../core/record/entries.ts";
import { type HoldEntry, readHolds } from "../../core/record/holds.ts";
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
  /** Those that the record keeps now for who had them: for longer than it did when it went back, which is the time of an earlier lease. */
  #held = new Set<number>();
  /** What the record kept when it went back, by address. */
  #former: ReadonlyMap<number, HoldEntry> = new Map();
  /** Those that the record gives to anybody now. */
  #given = new Set<number>();
  #until = -Infinity;

  /**
   * Takes in the next state of the pool; `before`: the last one that was known. `now`: milliseconds since the epoch.
   */
  follow(before: IPPool | undefined, after: IPPool, now: number): void {
    if (before !== undefined && wentBack(before, after)) {
      const lost = new Map(this.#isOver(now) ? [] : this.#lost);
      this.#former = holdsOf(after);
      for (const hold of holdsOf(before).values()) {
        const { address, mac } = hold;
        const isGiven = lost.get(address)?.isGiven === true && lost.get(address)?.mac === mac;
        if (!isGiven && lasts(this.#former.get(address), hold)) lost.delete(address);
        else if (address !== NONE && mac !== NONE) lost.set(address, { mac, isGiven });
      }
      for (const { address, mac } of readEntries(before.status?.ipv4?.allocated)) {
        if (address !== NONE && mac !== NONE) lost.set(address, { mac, isGiven: true });
      }
      this.#lost = lost;
      this.#held.clear();
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
    const kept = (address: number) => Number(this.#held.has(address));
    return [...this.#lost].sort(([a, one], [b, other]) =>
      kept(a) - kept(b) || Number(other.isGiven) - Number(one.isGiven) || a - b
    ).slice(0, MAX_FOUND).map(([address, { mac }]) => [address, mac]);
  }

  /** Whether something is lost that the record neither keeps for who had it nor gives to anybody. */
  hasUntold(now: number): boolean {
    return (this.list(now) ?? []).some(([address]) =>
      !this.#held.has(address) && !this.#given.has(address)
    );
  }

  #isOver(now: number): boolean {
    return now >= this.#until;
  }

  /** Forgets what the record has again: given to anybody, or kept until that was over. */
  #drop(lost: Map<number, Lost>, after: IPPool): void {
    const macs = new Map(
      readEntries(after.status?.ipv4?.allocated).map(({ address, mac }) => [address, mac]),
    );
    const held = new Set<number>();
    for (const hold of holdsOf(after).values()) {
      const isOwn = lost.get(hold.address)?.mac === hold.mac;
      if (isOwn && !lasts(this.#former.get(hold.address), hold)) held.add(hold.address);
    }
    for (const [address, { mac }] of lost) {
      const isOver = this.#held.has(address) && !held.has(address);
      if (macs.get(address) === mac || isOver) lost.delete(address);
    }
    this.#held = held;
    this.#given = new Set(macs.keys());
  }
}

/** What a record keeps for who had it, by address. */
function holdsOf({ status }: IPPool): ReadonlyMap<number, HoldEntry> {
  return new Map(readHolds(status?.ipv4?.released).map((hold) => [hold.address, hold]));
}

/** Whether a hold keeps the address for the same one, and no shorter than another one. */
function lasts(hold: HoldEntry | undefined, { mac, until = 0 }: HoldEntry): boolean {
  return hold?.mac === mac && (hold.until ?? 0) >= until;
}

/** Whether the API server tells of an earlier time than it did. Versions of pools are numbers that grow, also where one is made again. */
function wentBack({ metadata: before }: IPPool, { metadata: after }: IPPool): boolean {
  return versionOf(after.resourceVersion) < versionOf(before.resourceVersion);
}

function versionOf(text: string | undefined): number {
  return /^\d+$/.test(text ?? "") ? Number(text) : NaN;
}
