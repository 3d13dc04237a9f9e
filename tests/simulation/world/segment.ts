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
}

/** How well frames travel. */
interface Weather {
  /** Part of the frames that get lost. */
  readonly lost: number;
  /** Part that arrive twice. */
  readonly doubled: number;
  /** Longest time on the way, milliseconds: frames overtake each other. */
  readonly delayMs: number;
}

/** Nothing is lost. */
export const FAIR: Weather = { lost: 0, doubled: 0, delayMs: 1 };

/** A network. */
export class NetworkSegment {
  readonly name: string;
  weather: Weather = FAIR;
  readonly #stations = new Set<Station>();
  /** Cut off from all others. */
  readonly #apart = new Set<Station>();
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
  cut(station: Station, isCut: boolean): void {
    if (isCut) this.#apart.add(station);
    else this.#apart.delete(station);
  }

  isCut(station: Station): boolean {
    return this.#apart.has(station);
  }

  /** Sends a frame to whom it may reach. */
  send(sender: Station, frame: Frame): void {
    for (const station of this.#stations) {
      if (station === sender) continue;
      if (frame.to !== ALL && station.mac !== frame.to) continue;
      if (this.#random() < this.weather.lost) continue;
      const copies = this.#random() < this.weather.doubled ? 2 : 1;
      for (let copy = 0; copy < copies; copy++) this.#travel(sender, station, frame);
    }
  }

  #travel(sender: Station, station: Station, frame: Frame): void {
    this.#timeline.after(this.#random() * this.weather.delayMs, () => {
      if (!this.#stations.has(station)) return;
      if (this.#apart.has(sender) || this.#apart.has(station)) return;
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
}
