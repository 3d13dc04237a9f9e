/**
 * A machine that took an address by hand, and answers for it.
 *
 * @module
 */
import type { Frame, NetworkSegment, Station } from "./segment.ts";

/** The machine. */
export class ForeignHost implements Station {
  readonly name = "foreign host";
  readonly mac: number;
  readonly isForeign = true;
  readonly #segment: NetworkSegment;
  readonly #address: number;

  constructor(
    segment: NetworkSegment,
    { address, mac = 0x02_ee_00_00_00_00 + (address % 0x1_0000) }: {
      readonly address: number;
      readonly mac?: number;
    },
  ) {
    this.mac = mac;
    this.#segment = segment;
    this.#address = address;
    segment.join(this);
  }

  holds(address: number): boolean {
    return address === this.#address;
  }

  goAway(): void {
    this.#segment.leave(this);
  }

  receive(frame: Frame): void {
    if (frame.kind !== "arp" || frame.what !== "asks" || frame.address !== this.#address) return;
    this.#segment.send(this, {
      kind: "arp",
      from: this.mac,
      to: frame.from,
      address: this.#address,
      what: "answers",
    });
  }
}
