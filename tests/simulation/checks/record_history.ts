/**
 * What the record of each pool said, and when: an address and a MAC address, and until when they belonged together.
 *
 * @module
 */
import { networkOfPool } from "../../../core/api/network.ts";
import type { IPPool } from "../../../core/api/types.ts";

/** The record as it was. */
export class RecordHistory {
  /** `pool address MAC` -> the last moment at which it was so; Infinity: it is. */
  readonly #lastSaid = new Map<string, number>();
  /** `pool MAC` -> the address that it had last. */
  readonly #addressOf = new Map<string, string>();

  /** `network address MAC` that any pool recorded at any time. */
  readonly #ever = new Set<string>();

  /** Takes in a commit. */
  note(key: string, { before, after, now }: {
    readonly before: IPPool | undefined;
    readonly after: IPPool | undefined;
    readonly now: number;
  }): void {
    const was = entriesOf(before);
    const is = entriesOf(after);
    for (const [address, mac] of was) {
      if (is.get(address) !== mac) this.#lastSaid.set(`${key} ${address} ${mac}`, now);
    }
    const network = after === undefined ? "" : networkOfPool(after) ?? "";
    for (const [address, mac] of is) {
      this.#ever.add(`${network} ${address} ${mac}`);
      this.#lastSaid.set(`${key} ${address} ${mac}`, Infinity);
      this.#addressOf.set(`${key} ${mac}`, address);
    }
  }

  /** The last moment at which the record said so; `undefined`: never. */
  lastSaid(key: string, address: string, mac: string): number | undefined {
    return this.#lastSaid.get(`${key} ${address} ${mac}`);
  }

  /** Whether a pool of a network, which may be gone, ever said so. */
  everSaid(network: string, address: string, mac: string): boolean {
    return this.#ever.has(`${network} ${address} ${mac}`);
  }

  /** The address that a MAC address has, or had last. */
  addressOf(key: string, mac: string): string | undefined {
    return this.#addressOf.get(`${key} ${mac}`);
  }
}

/** Address -> MAC address, without marks. */
export function entriesOf(pool: IPPool | undefined): ReadonlyMap<string, string> {
  const all = Object.entries(pool?.status?.ipv4?.allocated ?? {});
  return new Map(all.filter(([, mac]) => mac.includes(":")));
}
