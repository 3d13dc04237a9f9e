/**
 * The VMs of the soak: some stay, the others come, change and go.
 *
 * @module
 */
import type { Random } from "../../runtime/clock.ts";
import type { TestNic } from "../controller/objects.ts";
import { mac } from "../controller/objects.ts";
import type { SoakNetwork } from "./networks.ts";

/** A place for a VM. */
export interface Place {
  /** Of its VM, `namespace/name`. */
  readonly key: string;
  readonly nics: readonly TestNic[];
  readonly isRunning: boolean;
  /** Unset: there is no VM now. */
  readonly isThere: boolean;
}

/** How many there are, and how many of them stay. */
interface PopulationOptions {
  readonly networks: readonly SoakNetwork[];
  readonly perNetwork: number;
  /** Of each network; VM number N of these has the N-th MAC address of tests. */
  readonly staying: number;
  readonly random: Random;
}

/** All places, and what is in them. */
export class Population {
  readonly staying: readonly Place[];
  readonly #changing: Place[];
  readonly #networks: readonly SoakNetwork[];
  readonly #random: Random;
  #macs = 0;

  constructor({ networks, perNetwork, staying, random }: PopulationOptions) {
    this.#networks = networks;
    this.#random = random;
    const places = (from: number, to: number, macOf: (n: number) => string) =>
      networks.flatMap(({ key, number }) =>
        Array.from({ length: to - from }, (_, n): Place => ({
          key: `default/vm-${number}-${from + n}`,
          nics: [{ network: key, mac: macOf(from + n) }],
          isRunning: true,
          isThere: true,
        }))
      );
    this.staying = places(0, staying, (n) => mac(n + 1));
    // As many have a second NIC as when each got and lost one for long.
    this.#changing = places(staying, perNetwork, () => this.freshMac()).map((place, index) =>
      index % 2 === 0 ? place : { ...place, nics: [...place.nics, this.secondNic()] }
    );
  }

  /** Those whose VM comes, changes and goes. */
  get changing(): readonly Place[] {
    return this.#changing;
  }

  /** One of those whose VM is there, or is not, at random. */
  any(isThere: boolean): Place | undefined {
    const found = this.#changing.filter((place) => place.isThere === isThere);
    return this.#oneOf(found);
  }

  /** Notes what became of one. */
  put(changed: Place): Place {
    this.#changing[this.#changing.findIndex(({ key }) => key === changed.key)] = changed;
    return changed;
  }

  /** A network at random. */
  network(): SoakNetwork {
    const [first] = this.#networks;
    const found = this.#oneOf(this.#networks) ?? first;
    if (found === undefined) throw new Error("There is no network");
    return found;
  }

  /** One on a network at random. */
  secondNic(): TestNic {
    return { network: this.network().key, mac: this.freshMac() };
  }

  /** A MAC address that nobody had. */
  freshMac(): string {
    const number = (++this.#macs).toString(16).padStart(6, "0");
    return `52:54:01:${number.slice(0, 2)}:${number.slice(2, 4)}:${number.slice(4)}`;
  }

  #oneOf<T>(items: readonly T[]): T | undefined {
    return items[Math.floor(this.#random() * items.length)];
  }
}
