/**
 * Who has addresses of a range that nobody was given.
 *
 * @module
 */
import { rangeContains } from "../net/mod.ts";
import { NONE } from "../record/entries.ts";
import type { SurveyGround } from "./survey_ground.ts";

/** Addresses in use that are remembered. */
export const MAX_FOUND = 1_000;
/**
 * Addresses that one station is believed to have: one that answers for more answers for any, as a router may that speaks
 * for others, and nobody would be given an address.
 */
export const MAX_FOUND_OF_ONE = 64;
/** A station that names this many is named, and no more are. */
const MAX_DOUBTED = 16;
/** From one address of the free part to the next: below the bound of all questions, so that others are not kept waiting. */
const SWEEP_EVERY_MS = 1_000 / 16;
/** From the begin of one pass through the free part to the begin of the next, at least. */
const SWEEP_AGAIN_MS = 3_600_000;
/** How often it is looked whether an address is still in use. */
const RECHECK_MS = 600_000;
/** How long an answer is waited for. */
const ANSWER_MS = 2_000;
/** After an answer did not come: when the address is asked for again, and after how many it is not in use any more. */
const RETRY_MS = 5_000;
const MISSES = 3;
/** How long what was overheard stands where nobody may be asked. */
const HEARSAY_MS = 3_600_000;
/** Overheard addresses that wait to be asked for. */
const MAX_RUMOURS = 64;

/** What a station says by ARP: that an address is its own. */
export interface ArpClaim {
  /** Unsigned 32-bit number. */
  readonly address: number;
  /** 48-bit number. */
  readonly mac: number;
  /** Whether it is an answer; else a question or an announcement, which everybody hears. */
  readonly isAnswer: boolean;
}

interface Found {
  mac: number;
  misses: number;
  /** When it was last looked at. */
  at: number;
}

/**
 * Goes slowly through the free part of a range: says what to ask for next, and gathers who answers. What is overheard is
 * only a reason to ask; where nobody may be asked, it is believed.
 *
 * Memory does not grow with the range. Times are milliseconds of a clock that never goes back.
 */
export class Survey {
  readonly #asks: boolean;
  #ground: SurveyGround | undefined;
  /** By address; what was looked at the longest ago first. */
  readonly #found = new Map<number, Found>();
  readonly #perMac = new Map<number, number>();
  /** Addresses that were asked for -> when; the oldest first. */
  readonly #asked = new Map<number, number>();
  readonly #rumours = new Set<number>();
  /** Addresses in conflict by the record: found by an agent before this one. */
  readonly #inherited = new Set<number>();
  /** Addresses in use that did not answer -> when to ask again; the oldest first. */
  readonly #retries = new Map<number, number>();
  readonly #doubted = new Set<number>();
  /** The next address of the pass; `undefined` between two passes. */
  #cursor: number | undefined;
  #passFrom = -Infinity;
  #sweepAt = -Infinity;
  #changes = 0;

  /** `asks`: whether ARP questions may be asked. */
  constructor({ asks }: { readonly asks: boolean }) {
    this.#asks = asks;
  }

  /** Who has which address of the free part: address -> MAC address. */
  *found(): Generator<readonly [address: number, mac: number]> {
    for (const [address, { mac }] of this.#found) yield [address, mac];
  }

  /** Grows with each change of what is found. */
  get changes(): number {
    return this.#changes;
  }

  /** Number of addresses that are found in use. */
  get size(): number {
    return this.#found.size;
  }

  /** Stations that answer for too many addresses to be believed. */
  get doubted(): ReadonlySet<number> {
    return this.#doubted;
  }

  /** What is free may have changed. */
  setGround(ground: SurveyGround): void {
    const before = this.#ground;
    this.#ground = ground;
    if (before !== undefined && isWider(ground, before)) this.beginAnew();
    for (const address of ground.conflicts) {
      const isNew = before?.conflicts.has(address) !== true && !this.#found.has(address);
      if (isNew && this.#inherited.size < MAX_FOUND) this.#inherited.add(address);
    }
    for (const [address, { mac }] of this.#found) {
      if (!this.#concerns({ address, mac })) this.#forget(address);
    }
  }

  /** Goes through the free part from its begin, now. */
  beginAnew(): void {
    this.#cursor = undefined;
    this.#passFrom = -Infinity;
  }

  /** Whether an address is to be asked for soon, or an answer is waited for; else nothing comes within seconds. */
  isBusy(now: number): boolean {
    const isAsking = this.#ground !== undefined && this.#asks &&
      (this.#cursor !== undefined || now >= this.#passFrom + SWEEP_AGAIN_MS ||
        this.#rumours.size + this.#inherited.size > 0);
    return isAsking || this.#asked.size + this.#retries.size > 0;
  }

  /** The address to ask about next; {@linkcode NONE} where there is none. */
  next(now: number): number {
    this.#settle(now);
    if (!this.#asks || this.#ground === undefined) return NONE;
    const address = this.#urgent(now) ?? this.#sweep(this.#ground, now);
    if (address === NONE) return NONE;
    this.#asked.delete(address);
    this.#asked.set(address, now);
    const known = this.#found.get(address);
    if (known !== undefined) this.#keep(address, { ...known, at: now });
    return address;
  }

  /** A station of another machine said by ARP that an address is its own. */
  hear(claim: ArpClaim, now: number): void {
    if (!this.#concerns(claim)) return;
    const { address, mac } = claim;
    const isAnswer = claim.isAnswer && this.#asked.has(address);
    if (isAnswer || !this.#asks) this.#believe({ address, mac }, now);
    else if (!this.#found.has(address) && this.#rumours.size < MAX_RUMOURS) {
      if (!this.#asked.has(address)) this.#rumours.add(address);
    }
  }

  /** Whether a claim is about an address that nobody has by the record, and not from who had it a moment ago. */
  #concerns({ address, mac }: Pick<ArpClaim, "address" | "mac">): boolean {
    const ground = this.#ground;
    return ground !== undefined && rangeContains(ground.range, address) &&
      !ground.taken.has(address) && ground.released.get(address) !== mac;
  }

  #believe({ address, mac }: Pick<ArpClaim, "address" | "mac">, now: number): void {
    this.#asked.delete(address);
    this.#retries.delete(address);
    const known = this.#found.get(address);
    if (known?.mac === mac) return this.#keep(address, { mac, misses: 0, at: now });
    if (known === undefined && this.#found.size >= MAX_FOUND) return;
    const others = this.#perMac.get(mac) ?? 0;
    if (others >= MAX_FOUND_OF_ONE) {
      if (this.#doubted.size < MAX_DOUBTED) this.#doubted.add(mac);
      return;
    }
    if (known !== undefined) this.#forget(address);
    this.#perMac.set(mac, others + 1);
    this.#changes++;
    this.#keep(address, { mac, misses: 0, at: now });
  }

  #keep(address: number, found: Found): void {
    this.#found.delete(address);
    this.#found.set(address, found);
  }

  #forget(address: number): void {
    const found = this.#found.get(address);
    if (found === undefined) return;
    this.#found.delete(address);
    this.#retries.delete(address);
    const others = (this.#perMac.get(found.mac) ?? 1) - 1;
    if (others === 0) this.#perMac.delete(found.mac);
    else this.#perMac.set(found.mac, others);
    this.#changes++;
  }

  /** Questions that nobody answered, and hearsay that is too old. */
  #settle(now: number): void {
    for (const [address, at] of this.#asked) {
      if (now - at < ANSWER_MS) break;
      this.#asked.delete(address);
      const known = this.#found.get(address);
      if (known === undefined) continue;
      known.misses++;
      if (known.misses >= MISSES) this.#forget(address);
      else this.#retries.set(address, now + RETRY_MS);
    }
    if (this.#asks) return;
    for (const [address, { at }] of this.#found) {
      if (now - at < HEARSAY_MS) break;
      this.#forget(address);
    }
  }

  /** What is not part of the pass. */
  #urgent(now: number): number | undefined {
    for (const waiting of [this.#rumours, this.#inherited]) {
      for (const address of waiting) {
        waiting.delete(address);
        if (this.#concerns({ address, mac: NONE })) return address;
      }
    }
    for (const [address, at] of this.#retries) {
      if (at > now) break;
      this.#retries.delete(address);
      return address;
    }
    for (const [address, { at }] of this.#found) {
      if (now - at < RECHECK_MS) break;
      if (!this.#asked.has(address) && !this.#retries.has(address)) return address;
    }
    return undefined;
  }

  #sweep({ range, taken }: SurveyGround, now: number): number {
    if (now < this.#sweepAt) return NONE;
    if (this.#cursor === undefined) {
      if (now < this.#passFrom + SWEEP_AGAIN_MS) return NONE;
      this.#passFrom = now;
    }
    let from = this.#cursor ?? range.start;
    // What is found is asked for by itself. There is little of it, so that this ends soon.
    while (rangeContains(range, from)) {
      const address = taken.nextFree(range, from);
      if (address < from) break; // There is none behind.
      from = address + 1;
      if (this.#found.has(address)) continue;
      this.#cursor = from;
      this.#sweepAt = Math.max(this.#sweepAt, now - 2 * SWEEP_EVERY_MS) + SWEEP_EVERY_MS;
      return address;
    }
    this.#cursor = undefined;
    return NONE;
  }
}

/** Whether there may be addresses now that were nobody's to get before: they are next in line. */
function isWider(ground: SurveyGround, before: SurveyGround): boolean {
  return ground.range.start < before.range.start || ground.range.end > before.range.end ||
    [...before.kept].some((address) => !ground.kept.has(address));
}
