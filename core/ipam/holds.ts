import { formatIPv4, formatMac, readIPv4, readMac } from "../net/mod.ts";
import { fromTimestamp, toTimestamp } from "../api/timestamp.ts";
import type { AddressHold } from "../api/types.ts";
import { NONE } from "./record.ts";

/** An address that is kept from others for a while. */
export interface Hold {
  /** Who had the address, or {@linkcode NONE}. */
  readonly mac: number;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

type Recorded = Readonly<Record<string, AddressHold>>;

/** `status.ipv4.released` or `status.ipv4.conflicts`, by address. Holds that are over are left out. */
export class Holds {
  readonly #recorded: Recorded | undefined;
  readonly #holds = new Map<number, Hold & { readonly written?: AddressHold }>();
  #changed = false;

  constructor(recorded: Recorded | undefined, now: number) {
    this.#recorded = recorded;
    for (const [key, written] of Object.entries(recorded ?? {})) {
      const address = readIPv4(key);
      const until = fromTimestamp(written.until);
      if (address < 0 || until === undefined || until <= now) {
        this.#changed = true;
        continue;
      }
      this.#holds.set(address, { mac: readMac(written.macAddress ?? ""), until, written });
    }
  }

  /** Number of holds. */
  get size(): number {
    return this.#holds.size;
  }

  /** The hold on an address. */
  get(address: number): Hold | undefined {
    return this.#holds.get(address);
  }

  /** All holds, in no order that matters. */
  entries(): Iterable<readonly [number, Hold]> {
    return this.#holds;
  }

  /** Holds an address until the end of the second in which `until` lies. */
  set(address: number, { mac, until }: Hold): void {
    this.#holds.set(address, { mac, until: Math.ceil(until / 1000) * 1000 });
    this.#changed = true;
  }

  /** Ends a hold, if there is one. */
  delete(address: number): void {
    if (this.#holds.delete(address)) this.#changed = true;
  }

  /** When the first hold ends; `Infinity` without holds. */
  firstEnd(): number {
    let first = Infinity;
    for (const { until } of this.#holds.values()) first = Math.min(first, until);
    return first;
  }

  /** What is to be recorded: the very object that was, where nothing changed; `undefined` where nothing is held. */
  toRecorded(): Recorded | undefined {
    if (!this.#changed) return this.#recorded;
    if (this.#holds.size === 0) return undefined;
    const next: Record<string, AddressHold> = {};
    for (const [address, { mac, until, written }] of this.#holds) {
      next[formatIPv4(address)] = written ?? {
        ...(mac === NONE ? {} : { macAddress: formatMac(mac) }),
        until: timestampOf(until),
      };
    }
    return next;
  }
}

const timestamps = { ms: NaN, text: "" };

/** The text of a time; that of the last one is kept, since what is freed together ends together. */
function timestampOf(ms: number): string {
  if (timestamps.ms !== ms) Object.assign(timestamps, { ms, text: toTimestamp(ms) });
  return timestamps.text;
}
