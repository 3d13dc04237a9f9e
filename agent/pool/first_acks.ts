/**
 * When new leases of a pool are served, and when their clients first get them: for traces.
 *
 * @module
 */
import type { ServedNetwork } from "../../core/dhcp/mod.ts";
import { formatIPv4, formatMac } from "../../core/net/mod.ts";
import type { Clock } from "../../runtime/clock.ts";
import { leaseSubject, type Tracing } from "../../runtime/tracing.ts";

/** So many leases are waited for at most: clients that never ask are not to fill the memory. */
const MOST = 10_000;

/** What it is made with. */
interface FirstAcksOptions {
  /** `namespace/name` of the IPPool. */
  readonly pool: string;
  readonly clock: Clock;
  readonly tracing: Tracing;
}

/** Looks out for leases that are new, and for their first ACK. */
export class FirstAcks {
  readonly #options: FirstAcksOptions;
  /** MAC address -> address, of all leases that were served last; `undefined` before any was. */
  #served: ReadonlyMap<string, string> | undefined;
  /** The table that these are from. */
  #table: ServedNetwork["leases"] | undefined;
  /** MAC address -> the lease that nobody asked for yet. */
  readonly #waiting = new Map<string, { readonly address: string; readonly servedAt: number }>();

  constructor(options: FirstAcksOptions) {
    this.#options = options;
  }

  /** These leases are served from now on. The first ones are those of an agent that starts: none of them is new. */
  serve(network: Pick<ServedNetwork, "leases"> | undefined): void {
    if (network === undefined || network.leases === this.#table) return;
    this.#table = network.leases;
    const now = new Map(
      network.leases.entries().map(({ macAddress, address }) => [macAddress, address]),
    );
    const before = this.#served;
    this.#served = now;
    if (before === undefined) return;
    const servedAt = this.#options.clock.now();
    for (const [macAddress, address] of now) {
      if (before.get(macAddress) === address || this.#waiting.size >= MOST) continue;
      this.#waiting.set(macAddress, { address, servedAt });
      this.#tell("lease served", { macAddress, address, startMs: servedAt });
    }
    for (const macAddress of this.#waiting.keys()) {
      if (!now.has(macAddress)) this.#waiting.delete(macAddress);
    }
  }

  /** A client was sent its address: both are numbers. */
  acknowledged(mac: number, ip: number): void {
    if (this.#waiting.size === 0) return;
    const macAddress = formatMac(mac);
    const address = formatIPv4(ip);
    const waiting = this.#waiting.get(macAddress);
    if (waiting?.address !== address) return;
    this.#waiting.delete(macAddress);
    this.#tell("first ACK", { macAddress, address, startMs: waiting.servedAt });
  }

  /** Tells what lasted until now. */
  #tell(
    name: string,
    { macAddress, address, startMs }: {
      readonly macAddress: string;
      readonly address: string;
      readonly startMs: number;
    },
  ): void {
    const { pool, clock, tracing } = this.#options;
    const lease = { pool, macAddress, address };
    const span = { name, startMs, endMs: clock.now(), attributes: { ...lease } };
    tracing.tell(leaseSubject(lease), span);
  }
}
