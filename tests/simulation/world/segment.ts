/**
 * One layer 2 network: who hears whom, what is lost, late, twice, or out of order.
 *
 * @module
 */
import { formatIPv4, formatMac } from "../../../core/net/mod.ts";
import type { Random } from "../../../runtime/clock.ts";
import type { Timeline } from "../engine/timeline.ts";
import type { Trace } from "../engine/trace.ts";

/** Everybody on the network. */
export const ALL = -1;

/** What is sent. */
export type Frame =
  | {
    readonly kind: "dhcp";
    /** 48-bit number. */
    readonly from: number;
    /** A MAC address, or {@linkcode ALL}. */
    readonly to: number;
    /** Unsigned 32-bit numbers. */
    readonly source: number;
    readonly destination: number;
    /** Of the destination: 67 or 68. */
    readonly port: number;
    readonly payload: Uint8Array;
  }
  | {
    readonly kind: "arp";
    readonly from: number;
    readonly to: number;
    /** Asked for, or claimed. */
    readonly address: number;
    readonly what: "asks" | "answers" | "announces";
  };

/** Somebody on the network. */
export interface Station {
  /** Name in the trace. */
  readonly name: string;
  /** 48-bit number. */
  readonly mac: number;
  receive(frame: Frame): void;
  /** Whether it answers for an address. Unset: for none that anybody sends to unasked. */
  holds?(address: number): boolean;
  /** Belongs neither to the product nor to a VM, and may be in everybody's way. */
  readonly isForeign?: boolean;
}

/** A switch that takes what some of its neighbours broadcast to DHCP servers, and passes it on as it likes. */
export interface Interceptor extends Station {
  takes(sender: Station): boolean;
}

/** What of a station's frames is lost. */
export type Cut = "all" | "heard" | "sent";

/** How well frames travel. */
interface Weather {
  /** Part of the frames that get lost. */
  readonly lost: number;
  /** Part that arrive twice. */
  readonly doubled: number;
  /** Longest time on the way, milliseconds: frames overtake each other. */
  readonly delayMs: number;
  /** Part that arrive once more, minutes later. */
  readonly again?: number;
  /** The network is in two halves that do not hear each other; who is in which follows from this number. */
  readonly halves?: number;
}

/** Nothing is lost. */
export const FAIR: Weather = { lost: 0, doubled: 0, delayMs: 1 };

/** When a frame comes that comes once more, milliseconds. */
const AGAIN_MS = { least: 30_000, most: 300_000 };

/** A network. */
export class NetworkSegment {
  readonly name: string;
  weather: Weather = FAIR;
  /** Where requests of some stations go, and nowhere else. */
  interceptor: Interceptor | undefined;
  readonly #stations = new Set<Station>();
  /** Cut off from all others, or in one direction. */
  readonly #apart = new Map<Station, Cut>();
  readonly #timeline: Timeline;
  readonly #random: Random;
  readonly #trace: Trace;

  constructor(
    name: string,
    { timeline, random, trace }: {
      readonly timeline: Timeline;
      readonly random: Random;
      readonly trace: Trace;
    },
  ) {
    this.name = name;
    this.#timeline = timeline;
    this.#random = random;
    this.#trace = trace;
  }

  get stations(): Iterable<Station> {
    return this.#stations;
  }

  join(station: Station): void {
    this.#stations.add(station);
  }

  leave(station: Station): void {
    this.#stations.delete(station);
    this.#apart.delete(station);
  }

  /** Cuts a station off, or connects it again. */
  cut(station: Station, how: Cut | undefined): void {
    if (how === undefined) this.#apart.delete(station);
    else this.#apart.set(station, how);
  }

  isCut(station: Station): boolean {
    return this.#apart.has(station);
  }

  /** Whether two stations do not hear each other, as the network is in two halves. */
  areApart(one: Station, other: Station): boolean {
    const { halves } = this.weather;
    return halves !== undefined && halfOf(one, halves) !== halfOf(other, halves);
  }

  /** Whether what is asked, or its answer, may get lost, or both together take longer than somebody waits. */
  losesAnswers(withinMs: number): boolean {
    const { lost, delayMs } = this.weather;
    return lost > 0 || 2 * delayMs > withinMs;
  }

  /** Who answers for an address, as an ARP question finds out. */
  holderOf(address: number): Station | undefined {
    return [...this.#stations].find((station) => station.holds?.(address) === true);
  }

  /** Sends a frame to whom it may reach. */
  send(sender: Station, frame: Frame): void {
    const { lost, doubled, delayMs, again = 0 } = this.weather;
    for (const station of this.#receivers(sender, frame)) {
      if (this.#random() < lost) continue;
      const copies = this.#random() < doubled ? 2 : 1;
      for (let copy = 0; copy < copies; copy++) {
        this.#travel(sender, { station, frame, ms: this.#random() * delayMs });
      }
      if (again === 0 || this.#random() >= again) continue;
      const ms = AGAIN_MS.least + this.#random() * (AGAIN_MS.most - AGAIN_MS.least);
      this.#travel(sender, { station, frame, ms });
    }
  }

  #receivers(sender: Station, frame: Frame): readonly Station[] {
    const { interceptor } = this;
    const isRequest = frame.kind === "dhcp" && frame.port === 67 && frame.to === ALL;
    const isTaken = isRequest && interceptor?.takes(sender) === true;
    return [...this.#stations].filter((station) => {
      if (station === sender || (isTaken && station !== interceptor)) return false;
      if (frame.to !== ALL && station.mac !== frame.to) return false;
      return !this.areApart(station, sender);
    });
  }

  #travel(sender: Station, { station, frame, ms }: {
    readonly station: Station;
    readonly frame: Frame;
    readonly ms: number;
  }): void {
    this.#timeline.after(ms, () => {
      if (!this.#stations.has(station)) return;
      if (this.#isLost(sender, "sent") || this.#isLost(station, "heard")) return;
      if (frame.kind === "dhcp") {
        this.#trace.note(
          `${this.#timeline.now.toFixed(1)} ${this.name} ${sender.name} -> ${station.name} ` +
            `dhcp ${frame.payload.length} ${frame.payload[0]} to ${
              formatIPv4(frame.destination)
            } ` +
            formatMac(frame.from),
        );
      }
      station.receive(frame);
    });
  }

  #isLost(station: Station, what: Cut): boolean {
    const how = this.#apart.get(station);
    return how === "all" || how === what;
  }
}

/** 0 or 1. */
function halfOf({ mac }: Station, halves: number): number {
  const mixed = Math.imul((mac % 0x1_0000_0000) ^ Math.imul(halves, 0x9e37_79b1), 0x85eb_ca6b);
  return Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35) >>> 31;
}
