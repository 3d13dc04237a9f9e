/**
 * The options of a network's replies, encoded once: a reply is a copy of them.
 *
 * @module
 */
import { OptionCode } from "./constants.ts";
import { type DhcpOption, encodeOption } from "./options/option.ts";
import type { OptionBytes } from "./request_options.ts";

/** Options one after the other, as they stand in a message. Option 53 is the first, its value at index 2. */
export interface OptionRun {
  /** The octets. */
  readonly bytes: Uint8Array;
  /** For each option, where it ends in `bytes`. */
  readonly ends: readonly number[];
  /** For each option, whether the reply cannot do without it. */
  readonly required: readonly boolean[];
}

/** The replies to one parameter request list. */
export interface ReplyRuns {
  /** DHCPOFFER, and DHCPACK to a DHCPREQUEST. */
  readonly lease: OptionRun;
  /** DHCPACK to a DHCPINFORM: without 51, 58, 59 (RFC 2131 section 4.3.5, rule 54). */
  readonly inform: OptionRun;
}

/** Options that are about a lease. */
const LEASE_ONLY: ReadonlySet<number> = new Set([
  OptionCode.LeaseTime,
  OptionCode.RenewalTime,
  OptionCode.RebindingTime,
]);
/** Options that are sent whether or not they are asked for (rule 71). */
const ALWAYS: ReadonlySet<number> = new Set([
  OptionCode.ServerIdentifier,
  ...LEASE_ONLY,
  OptionCode.SubnetMask,
]);
/** Octets for options in the vendor field of BOOTP, after the cookie and before END (RFC 1534 section 2). */
const BOOTP_ROOM = 64 - 4 - 1;

/** Lists that are remembered, and in how many places each may stand. */
const SLOTS = 64;
const WAYS = 4;

interface CacheEntry {
  readonly list: Uint8Array;
  readonly runs: ReplyRuns;
}

/**
 * The encoded options of one network, with a bounded cache of the replies to each parameter request list: clients of
 * one kind send the same list, so a reply is nearly always ready.
 */
export class ReplyOptions {
  /** The options of a DHCPNAK: 53 and 54 (rule 43). */
  readonly nak: OptionRun;
  /** The options of a BOOTREPLY. */
  readonly bootp: OptionRun;
  readonly #units: ReadonlyMap<number, Uint8Array>;
  readonly #full: ReplyRuns;
  readonly #cache: (CacheEntry | undefined)[] = new Array(SLOTS + WAYS).fill(undefined);
  #turn = 0;

  /**
   * Encodes the options of a network.
   *
   * @param options All it has, without 53, in the order for clients that ask for none
   * @throws {DhcpEncodeError} If a value is not one of its option
   */
  constructor(options: readonly DhcpOption[]) {
    const type: DhcpOption = { code: OptionCode.MessageType, value: 0 };
    this.#units = new Map([type, ...options].map((option) => [option.code, encodeOption(option)]));
    this.#full = this.#runs([...this.#units.keys()]);
    this.nak = this.#run([OptionCode.MessageType, OptionCode.ServerIdentifier]);
    this.bootp = this.#bootpRun();
  }

  /** Whether another network has the very same options, so that it can go on with this cache. */
  equals(other: ReplyOptions): boolean {
    return [...this.#units].join() === [...other.#units].join();
  }

  /** The replies to a parameter request list; an empty list stands for none, and gives all options. */
  for(list: OptionBytes): ReplyRuns {
    if (list.length === 0) return this.#full;
    const home = hash(list) & (SLOTS - 1);
    for (let way = 0; way < WAYS; way++) {
      const entry = this.#cache[home + way];
      if (entry === undefined) return this.#remember(list, home + way);
      if (isSame(entry.list, list)) return entry.runs;
    }
    this.#turn = (this.#turn + 1) % WAYS;
    return this.#remember(list, home + this.#turn);
  }

  #remember({ bytes, offset, length }: OptionBytes, slot: number): ReplyRuns {
    const list = bytes.slice(offset, offset + length);
    const runs = this.#runs(this.#order(list));
    this.#cache[slot] = { list, runs };
    return runs;
  }

  /**
   * What is sent to a client, in order: 53; what is always sent and was not asked for; what was asked for, as the
   * client orders it (rules 70, 71, 73), but the mask before the routers (rule 72).
   */
  #order(list: Uint8Array): number[] {
    const asked = new Set(list);
    const codes = [OptionCode.MessageType, ...[...ALWAYS].filter((code) => !asked.has(code))];
    const order = new Set<number>(codes);
    for (const code of asked) {
      if (code === OptionCode.Router) order.add(OptionCode.SubnetMask);
      order.add(code);
    }
    return [...order].filter((code) => this.#units.has(code));
  }

  #runs(codes: readonly number[]): ReplyRuns {
    return {
      lease: this.#run(codes),
      inform: this.#run(codes.filter((code) => !LEASE_ONLY.has(code))),
    };
  }

  #run(codes: readonly number[]): OptionRun {
    const units = codes.map((code) => this.#units.get(code) ?? new Uint8Array(0));
    const ends: number[] = [];
    let end = 0;
    for (const unit of units) ends.push(end += unit.length);
    const bytes = new Uint8Array(end);
    units.forEach((unit, index) => bytes.set(unit, (ends[index] ?? 0) - unit.length));
    const required = codes.map((code) => code === OptionCode.MessageType || ALWAYS.has(code));
    return { bytes, ends, required };
  }

  #bootpRun(): OptionRun {
    let room = BOOTP_ROOM;
    const codes: number[] = [];
    for (const [code, unit] of this.#units) {
      const dhcpOnly = code === OptionCode.MessageType || code === OptionCode.ServerIdentifier ||
        LEASE_ONLY.has(code);
      if (dhcpOnly || unit.length > room) continue;
      room -= unit.length;
      codes.push(code);
    }
    return this.#run(codes);
  }
}

/** FNV-1a. */
function hash({ bytes, offset, length }: OptionBytes): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < length; i++) h = Math.imul(h ^ (bytes[offset + i] ?? 0), 0x01000193);
  return h ^ (h >>> 15);
}

function isSame(list: Uint8Array, { bytes, offset, length }: OptionBytes): boolean {
  if (list.length !== length) return false;
  for (let i = 0; i < length; i++) if (list[i] !== bytes[offset + i]) return false;
  return true;
}
