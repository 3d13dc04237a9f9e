/**
 * The options of a network's replies, encoded once: a reply is a copy of them.
 *
 * @module
 */
import { httpUrlProblem } from "../../api/options/text_forms.ts";
import { messageType } from "../options/exchange/message_type.ts";
import { serverIdentifier } from "../options/exchange/server_identifier.ts";
import { bootFileName } from "../options/network/boot.ts";
import { routers } from "../options/network/routers.ts";
import { subnetMask } from "../options/network/subnet_mask.ts";
import { vendorInformation } from "../options/network/vendor_information.ts";
import type { PoolSource } from "../options/pool_source.ts";
import { type BootFields, bootFields } from "./boot/boot_fields.ts";
import { encodedOptions } from "./encoded_options.ts";
import { LeaseChoice } from "./lease_choice.ts";
import { type EncodedOption, type OptionRun, roomFor, type Run, runOf } from "./option_run.ts";
import type { MemoryShare } from "./reply_memory.ts";
import type { OptionBytes, RequestOptions } from "./request_options.ts";

/** Which replies options are for: DHCPOFFER and DHCPACK to a DHCPREQUEST, or DHCPACK to a DHCPINFORM (rule 54). */
export type ReplyKind = "lease" | "inform";

/** Lists that are remembered, and in how many places each may stand. */
const SLOTS = 64;
const WAYS = 4;
/** Where all places are taken, one list in so many is remembered; the others cost no memory. A power of two. */
const REMEMBERED_OF = 64;
/** Lists that are found again without being reduced: how many, a power of two, and octets of one at most. */
const RECENT = 16;
const SHORT = 32;
/** Lists that are numbered before the numbers begin anew; a number of 31 bits is no allocation. */
const LISTS = 2 ** 30;
/** Octets of a run that is remembered at most: a longer one is put together anew, since it is packed anew as well. */
const LONGEST = 1500;
/** Octets that the objects of a remembered list take, and those of a whole set of options, about. */
const ENTRY_OCTETS = 1500;
const SET_OCTETS = 6000;

interface CacheEntry extends Readonly<Record<ReplyKind, OptionRun>> {
  readonly asked: Uint8Array;
}

/**
 * The encoded options of one network, with a bounded cache of the replies to each parameter request list: clients of
 * one kind send the same list, so a reply is nearly always ready.
 *
 * A list is first reduced to what the network has (rule 106). What it costs then depends on the network's options alone, also
 * where somebody makes up a new list for each request (T16).
 */
export class ReplyOptions {
  /** The options of a DHCPNAK: 53 and 54 (rule 43). */
  readonly nak: OptionRun;
  /** The options of a BOOTREPLY. */
  readonly bootp: OptionRun;
  /** What the fixed part says of the boot; absent where it says nothing. */
  readonly boot: BootFields | undefined;
  /** Whether every client that lists the same is told the same, and nothing in the fixed part. */
  readonly isPlain: boolean;
  /** Whether the boot file is one that firmware fetches by HTTP. */
  readonly hasBootUrl: boolean;
  /** The enterprises that option 125 is for, 32 bits with a sign, of which V8 makes no object. */
  readonly enterprises: ReadonlySet<number>;
  /** What the network has, in the order of the table; 53 is the first, and at most 253 follow it. */
  readonly #options: readonly EncodedOption[];
  /** Option code -> its place in `#options`; 0, the place of 53, for what makes no difference. */
  readonly #placeOf = new Uint8Array(256);
  readonly #full: Readonly<Record<ReplyKind, OptionRun>>;
  readonly #cache: (CacheEntry | undefined)[] = new Array(SLOTS + WAYS).fill(undefined);
  #misses = 0;
  /** Lists as they were sent, each in the one place for it, before any look at what the network has of it. */
  readonly #recent: (CacheEntry | undefined)[] = new Array(RECENT).fill(undefined);
  readonly #recentOctets = new Uint8Array(RECENT * SHORT);
  readonly #recentLength = new Uint8Array(RECENT);
  /** The list that is being answered: places, each once. */
  readonly #asked: Uint8Array;
  #askedCount = 0;
  /** Place -> the number of the list that last asked for it: a set that holds any number of places and is never emptied. */
  readonly #askedIn: Int32Array;
  #list = 0;
  /** The reply to a list that is not remembered. */
  readonly #loose: Run;
  /** How long leases are that clients may choose the length of; absent where they may not. */
  readonly #choice: LeaseChoice | undefined;

  readonly #share: MemoryShare;

  /** Encodes what a pool gives its clients; `share` is where its memory counts. */
  constructor(pool: PoolSource, share: MemoryShare) {
    const options = encodedOptions(pool);
    options.forEach(({ code }, place) => this.#placeOf[code] = place);
    this.#options = options;
    this.#asked = new Uint8Array(options.length);
    this.#askedIn = new Int32Array(options.length);
    this.#loose = roomFor(options);
    const full = options.filter(({ askedFor }) => !askedFor);
    this.#full = { lease: runOf(full), inform: runOf(full.filter(isForInform)) };
    this.nak = runOf(
      options.filter(({ code }) => code === messageType.code || code === serverIdentifier.code),
    );
    this.bootp = runOf(bootpOptions(full));
    this.boot = bootFields(options, pool);
    this.hasBootUrl = this.#has(bootFileName.code) &&
      httpUrlProblem(pool.config.bootFileName ?? "") === undefined;
    this.enterprises = enterprisesOf(pool);
    this.#choice = pool.config.honourRequestedLeaseTime === true
      ? new LeaseChoice(pool, this.#loose)
      : undefined;
    this.isPlain = this.boot === undefined && this.#choice === undefined &&
      this.enterprises.size === 0;
    this.#share = share;
    // The options, the loose run, the full ones, and that of leases without T1 and T2.
    share.take(SET_OCTETS + 5 * (this.#loose.bytes.length + SIZE_OF_END * options.length));
  }

  #has(code: number): boolean {
    return (this.#placeOf[code] ?? 0) !== 0;
  }

  /**
   * The reply to a parameter request list, valid until the next call; an empty list stands for none, and gives all options.
   * `also` is an option that is asked for in another way; 0 for none.
   */
  for(list: OptionBytes, kind: ReplyKind, also = 0): OptionRun {
    if (list.length === 0) return kind === "lease" ? this.#full.lease : this.#full.inform;
    const place = also === 0 && list.length <= SHORT ? placeFor(list) : -1;
    if (place >= 0 && this.#isRecent(list, place)) {
      const entry = this.#recent[place];
      if (entry !== undefined) return kind === "lease" ? entry.lease : entry.inform;
    }
    const home = this.#reduce(list, also) & (SLOTS - 1);
    for (let way = 0; way < WAYS; way++) {
      const entry = this.#cache[home + way];
      if (entry === undefined) return this.#remember(home + way, kind);
      if (this.#isAsked(entry.asked)) {
        if (place >= 0) this.#note(list, place, entry);
        return kind === "lease" ? entry.lease : entry.inform;
      }
    }
    const turn = ++this.#misses;
    if (turn % REMEMBERED_OF !== 0) return this.#order(kind);
    return this.#remember(home + (turn / REMEMBERED_OF) % WAYS, kind);
  }

  /** Whether a list is, octet for octet, the one that was last seen in its place. */
  #isRecent({ bytes, offset, length }: OptionBytes, place: number): boolean {
    const start = place * SHORT;
    const octets = this.#recentOctets;
    if (this.#recentLength[place] !== length) return false;
    for (let i = 0; i < length; i++) if (octets[start + i] !== bytes[offset + i]) return false;
    return true;
  }

  #note({ bytes, offset, length }: OptionBytes, place: number, entry: CacheEntry): void {
    const start = place * SHORT;
    for (let i = 0; i < length; i++) this.#recentOctets[start + i] = bytes[offset + i] ?? 0;
    this.#recentLength[place] = length;
    this.#recent[place] = entry;
  }

  /** A run of this network with a lease as long as a client asks for, where it may; valid until the next call. */
  grant(run: OptionRun, request: RequestOptions): OptionRun {
    return this.#choice === undefined ? run : this.#choice.grant(run, request);
  }

  /** Reduces a list to the places of what the network has, in `#asked`; answers a hash of them (FNV-1a, its halves mixed). */
  #reduce({ bytes, offset, length }: OptionBytes, also: number): number {
    const placeOf = this.#placeOf;
    const asked = this.#asked;
    const askedIn = this.#askedIn;
    const number = this.#nextList();
    let count = 0;
    let h = 0x811c9dc5;
    for (let i = offset; i < offset + length; i++) {
      const place = placeOf[bytes[i] ?? 0] ?? 0;
      if (place === 0 || askedIn[place] === number) continue;
      askedIn[place] = number;
      asked[count++] = place;
      h = Math.imul(h ^ place, 0x01000193);
    }
    const last = also === 0 ? 0 : placeOf[also] ?? 0;
    if (last !== 0 && askedIn[last] !== number) {
      askedIn[last] = number;
      asked[count++] = last;
      h = Math.imul(h ^ last, 0x01000193);
    }
    this.#askedCount = count;
    return h ^ (h >>> 15);
  }

  /** A number that no list had before. */
  #nextList(): number {
    if (this.#list === LISTS) {
      this.#askedIn.fill(0);
      this.#list = 0;
    }
    return ++this.#list;
  }

  #isAsked(list: Uint8Array): boolean {
    const asked = this.#asked;
    if (list.length !== this.#askedCount) return false;
    for (let i = 0; i < list.length; i++) if (list[i] !== asked[i]) return false;
    return true;
  }

  #remember(slot: number, kind: ReplyKind): OptionRun {
    const lease = this.#order("lease");
    if (lease.length > LONGEST) return kind === "lease" ? lease : this.#order(kind);
    const entry = {
      asked: this.#asked.slice(0, this.#askedCount),
      lease: lease.copy(),
      inform: this.#order("inform").copy(),
    };
    this.#share.take(
      octetsOf(entry) - (this.#cache[slot] === undefined ? 0 : octetsOf(this.#cache[slot])),
    );
    this.#cache[slot] = entry;
    return kind === "lease" ? entry.lease : entry.inform;
  }

  /**
   * What is sent to a client, in order: 53; what is always sent and was not asked for; what was asked for, as the
   * client orders it (rules 70, 71, 73), but the mask before the routers (rule 72). Boot data that was not asked for goes
   * into its fields (rule 89).
   */
  #order(kind: ReplyKind): Run {
    const run = this.#loose;
    run.clear();
    this.#put(0, kind);
    for (let place = 1; place < this.#options.length; place++) {
      if (this.#askedIn[place] === this.#list) continue;
      const option = this.#options[place];
      if (option?.always === true) this.#put(place, kind);
      else run.fields |= option?.field ?? 0;
    }
    const mask = this.#placeOf[subnetMask.code] ?? 0;
    let maskIsDue = this.#askedIn[mask] === this.#list;
    for (let i = 0; i < this.#askedCount; i++) {
      const place = this.#asked[i] ?? 0;
      const isMask = place === mask;
      if (maskIsDue && (isMask || this.#options[place]?.code === routers.code)) {
        maskIsDue = false;
        this.#put(mask, kind);
      }
      if (!isMask) this.#put(place, kind);
    }
    return run;
  }

  #put(place: number, kind: ReplyKind): void {
    const option = this.#options[place];
    if (option !== undefined && (kind === "lease" || isForInform(option))) this.#loose.add(option);
  }
}

function placeFor({ bytes, offset, length }: OptionBytes): number {
  const middle = bytes[offset + (length >>> 1)] ?? 0;
  const last = bytes[offset + length - 1] ?? 0;
  return (length + middle * 3 + last * 5) & (RECENT - 1);
}

/** Octets of an end and of whether the option is required. */
const SIZE_OF_END = 5;

function octetsOf({ asked, lease, inform }: CacheEntry): number {
  const runs = lease.length + inform.length + SIZE_OF_END * (lease.count + inform.count);
  return ENTRY_OCTETS + asked.length + runs;
}

/** A DHCPACK to a DHCPINFORM has no 51, 58, 59 (RFC 2131 section 4.3.5, rule 54). */
function isForInform({ only }: EncodedOption): boolean {
  return only !== "lease";
}

/** What a BOOTREPLY may have, in order. Most pools have more than its 64 octets, and it has to do with what fits. */
function bootpOptions(options: readonly EncodedOption[]): EncodedOption[] {
  return options
    .filter(({ only, bytes, field }) => field !== 0 || (only === undefined && bytes.length > 0))
    .map((option) => ({ ...option, required: false }));
}

function enterprisesOf(pool: PoolSource): ReadonlySet<number> {
  const blocks = vendorInformation.fromPool?.({ ...pool, report: () => {} }) ?? [];
  return new Set(blocks.map(({ enterprise }) => enterprise | 0));
}
