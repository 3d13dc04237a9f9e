/**
 * Whether a DHCPDECLINE is true: anybody on the link can send one in another's name (RFC 2131 section 4.3.3, rule 49).
 *
 * @module
 */
import { NONE } from "../record/entries.ts";

/** Declined addresses that are looked into at a time. */
const MAX_CHECKS = 256;
/** How often an address is asked for (RFC 5227 section 1.1 has three probes, too). */
const ASKS = 3;
/** From one question to the next. */
const ASK_AGAIN_MS = 250;
/** How long the answer to the last question is waited for. */
const PATIENCE_MS = 700;
/** How long one who may not ask listens. */
const LISTEN_MS = 10_000;
/** How long after another station's answer the client's own one is waited for: both answer the same question. */
const SETTLE_MS = 150;
/** How long an address is not looked into again. A client that declined waits for 10 s (RFC 2131 section 3.1). */
const REST_MS = 5_000;

/** What an address is, and who declined it. Both are numbers. */
export interface Declined {
  /** Unsigned 32-bit number. */
  readonly address: number;
  /** The client's MAC address, 48 bits. */
  readonly mac: number;
}

/** What became of a declined address. */
export interface DeclineConclusion extends Declined {
  /**
   * `confirmed`: another station has the address, and the client does not use it. `unanswered`: nobody else has it.
   * `owner_answers`: the client itself answers for it, so it has not declined it.
   */
  readonly result: "confirmed" | "unanswered" | "owner_answers";
  /** Who has the address; {@linkcode NONE} unless confirmed. */
  readonly usedBy: number;
}

interface Check {
  readonly mac: number;
  asked: number;
  /** When it was asked for last, or before that: when it was declined. */
  at: number;
  other: number;
  otherAt: number;
  ownerAnswers: boolean;
  /** When it may be looked into again, once it is concluded. */
  restsUntil: number;
}

/** Looks into declined addresses. Times are milliseconds of a clock that never goes back. */
export class DeclineChecks {
  readonly #asks: boolean;
  /** By address; the longest known first. */
  readonly #checks = new Map<number, Check>();

  /** `asks`: whether ARP questions may be asked; else the network is only listened to. */
  constructor({ asks }: { readonly asks: boolean }) {
    this.#asks = asks;
  }

  /** An address was declined. Whether that is to be looked into; it is not where it is, or was a moment ago. */
  add({ address, mac }: Declined, now: number): boolean {
    const known = this.#checks.get(address);
    if (known !== undefined && known.restsUntil > now) return false;
    this.#checks.delete(address);
    if (this.#checks.size >= MAX_CHECKS && !this.#forgetOne()) return false;
    this.#checks.set(address, {
      mac,
      asked: 0,
      at: now,
      other: NONE,
      otherAt: Infinity,
      ownerAnswers: false,
      restsUntil: Infinity,
    });
    return true;
  }

  /** The address to ask about next, those first that were asked for the least; {@linkcode NONE} where there is none. */
  next(now: number): number {
    if (!this.#asks) return NONE;
    let best = NONE;
    let least = ASKS;
    for (const [address, check] of this.#checks) {
      const isDue = check.restsUntil === Infinity && check.asked < least && check.other === NONE &&
        (check.asked === 0 || now - check.at >= ASK_AGAIN_MS);
      if (!isDue) continue;
      best = address;
      least = check.asked;
    }
    const check = this.#checks.get(best);
    if (check === undefined) return NONE;
    check.asked++;
    check.at = now;
    return best;
  }

  /** A station said by ARP that an address is its own. */
  hear({ address, mac }: Declined, now: number): void {
    const check = this.#checks.get(address);
    if (check === undefined || check.restsUntil !== Infinity) return;
    if (this.#asks && check.asked === 0) return;
    if (mac === check.mac) check.ownerAnswers = true;
    else if (check.other === NONE) {
      check.other = mac;
      check.otherAt = now;
    }
  }

  /** Whether any is looked into now. */
  get isBusy(): boolean {
    for (const { restsUntil } of this.#checks.values()) if (restsUntil === Infinity) return true;
    return false;
  }

  /** What has come to an end. */
  conclude(now: number): readonly DeclineConclusion[] {
    const conclusions: DeclineConclusion[] = [];
    for (const [address, check] of this.#checks) {
      if (check.restsUntil <= now) this.#checks.delete(address);
      if (check.restsUntil !== Infinity) continue;
      const result = this.#resultOf(check, now);
      if (result === undefined) continue;
      check.restsUntil = now + REST_MS;
      const usedBy = result === "confirmed" ? check.other : NONE;
      conclusions.push({ address, mac: check.mac, result, usedBy });
    }
    return conclusions;
  }

  #resultOf(check: Check, now: number): DeclineConclusion["result"] | undefined {
    if (now - check.otherAt >= SETTLE_MS) {
      return check.ownerAnswers ? "owner_answers" : "confirmed";
    }
    if (check.other !== NONE) return undefined;
    const isOver = this.#asks
      ? check.asked >= ASKS && now - check.at >= PATIENCE_MS
      : now - check.at >= LISTEN_MS;
    if (!isOver) return undefined;
    return check.ownerAnswers ? "owner_answers" : "unanswered";
  }

  /** Makes room by the first that is concluded. */
  #forgetOne(): boolean {
    for (const [address, { restsUntil }] of this.#checks) {
      if (restsUntil !== Infinity) return this.#checks.delete(address);
    }
    return false;
  }
}
