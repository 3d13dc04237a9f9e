/**
 * Who uses which address on the wire.
 *
 * @module
 */
import { formatIPv4, formatMac } from "../../../core/net/mod.ts";
import type { SimClient } from "../world/dhcp_client.ts";

/** What is done within so long may be seen at once. */
export const AT_ONCE_MS = 60_000;

/** The machines that use addresses, and those that did until a moment ago. */
export class AddressUsers {
  /** `network address` -> who uses it, the last one last. */
  readonly #users = new Map<string, readonly SimClient[]>();
  /** `network address` -> MAC address that used it -> when it stopped, in simulated milliseconds. */
  readonly #former = new Map<string, Map<string, number>>();

  /** Who uses `network address`; of several the last one. */
  at(id: string): SimClient | undefined {
    return this.#users.get(id)?.at(-1);
  }

  /** A client uses an address; the one that uses it, too. */
  onBound(client: SimClient): SimClient | undefined {
    const id = `${client.segment.name} ${formatIPv4(client.address ?? 0)}`;
    const users = this.#users.get(id) ?? [];
    this.#users.set(id, [...users.filter((user) => user !== client), client]);
    return users.at(-1);
  }

  /** A client uses its address no more. */
  onUnbound(client: SimClient, now: number): void {
    for (const [id, users] of this.#users) {
      if (!users.includes(client)) continue;
      this.#users.set(id, users.filter((user) => user !== client));
      const former = this.#former.get(id) ?? new Map<string, number>();
      this.#former.set(id, former.set(formatMac(client.mac), now));
    }
  }

  /** Whether a machine of none of these MAC addresses uses `network address`, or did a moment ago. */
  usedByAnother(id: string, own: readonly string[], now: number): boolean {
    const users = this.#users.get(id) ?? [];
    if (users.some(({ mac }) => !own.includes(formatMac(mac)))) return true;
    return [...this.#former.get(id) ?? []].some(([mac, until]) =>
      !own.includes(mac) && now - until < AT_ONCE_MS
    );
  }
}
