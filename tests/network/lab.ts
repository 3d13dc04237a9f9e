/**
 * A laboratory of network namespaces: bridges here, guests on them. Everything is made in the network namespace that the program is
 * in, so enter a private one first; what is left then goes with it.
 *
 * Needs `--allow-run`, `--allow-read`, root (or `unshare -Urn`), and the programs `ip`, `unshare` and `nsenter`.
 *
 * @module
 */
import { ip } from "./command.ts";
import { Guest, type GuestOptions } from "./guest.ts";

/** Bridges and guests. */
export class Lab implements AsyncDisposable {
  readonly #guests: Guest[] = [];
  readonly #bridges: string[] = [];
  #nextMac = 1;

  /** Brings the loopback interface up: an empty namespace has it down. */
  static async open(): Promise<Lab> {
    await ip("link set lo up");
    return new Lab();
  }

  /** Makes a bridge that is up. */
  async bridge(name: string): Promise<string> {
    await ip(`link add ${name} type bridge forward_delay 0 mcast_snooping 0`);
    await ip(`link set ${name} up`);
    this.#bridges.push(name);
    return name;
  }

  /** Gives an interface here an address, such as `192.168.48.5/24`. */
  async address(interfaceName: string, address: string): Promise<void> {
    await ip(`address add ${address} dev ${interfaceName}`);
  }

  /** Makes a guest: a namespace whose `eth0` is on a bridge. */
  async guest(options: Partial<GuestOptions> & Pick<GuestOptions, "bridge">): Promise<Guest> {
    const number = this.#nextMac++;
    const guest = await Guest.start({
      name: `g${number}`,
      macAddress: `52:54:00:00:${hex(number >> 8)}:${hex(number & 0xff)}`,
      ...options,
    });
    this.#guests.push(guest);
    return guest;
  }

  /** Ends the guests with all that runs in them, and removes the bridges. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#guests.splice(0).map((guest) => guest[Symbol.asyncDispose]()));
    for (const bridge of this.#bridges.splice(0)) {
      await ip(`link del ${bridge}`).catch(() => undefined);
    }
  }
}

function hex(octet: number): string {
  return octet.toString(16).padStart(2, "0");
}
