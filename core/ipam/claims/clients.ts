import { formatIPv4, formatMac, readMac, reasonNotClientMac } from "../../net/mod.ts";
import type { RecordEntry } from "../../record/entries.ts";
import type { Holds } from "../../record/holds.ts";
import type { Claim } from "../types.ts";
import { type Owners, ownersOf, type Standing } from "./owners.ts";

/** What is known of all MAC addresses of a network. */
interface NetworkStanding extends Omit<Standing, "entries" | "resting"> {
  /** What MAC addresses declined. */
  readonly conflicts?: Holds;
}

/** A DHCP client, as the network sees it: one MAC address, with everything that is claimed for it. */
export class Client {
  /** The MAC address. */
  readonly mac: number;
  /** All claims with it. */
  readonly claims: Claim[];
  /** What is recorded for it; more than one only where somebody has edited the record. */
  readonly entries: RecordEntry[] = [];
  readonly #standing: NetworkStanding;
  #owners: Owners | undefined = undefined;

  constructor(mac: number, claim: Claim, standing: NetworkStanding) {
    this.mac = mac;
    this.claims = [claim];
    this.#standing = standing;
  }

  /** Takes one more entry. */
  take(entry: RecordEntry): void {
    this.entries.push(entry);
    this.#owners = undefined;
  }

  /** Loses an entry that it has. */
  drop(entry: RecordEntry): void {
    this.entries.splice(this.entries.indexOf(entry), 1);
    this.#owners = undefined;
  }

  /** The MAC address in canonical form. */
  get macAddress(): string {
    return formatMac(this.mac);
  }

  /** Its claims, by what they are entitled to. */
  get owners(): Owners {
    const { conflicts, ...standing } = this.#standing;
    this.#owners ??= ownersOf(this.claims, {
      ...standing,
      entries: this.entries,
      resting: conflicts?.ofMac(this.mac).map(({ address }) => formatIPv4(address)),
    });
    return this.#owners;
  }

  /** The claim that decides; `undefined` where all give the address back. */
  get primary(): Claim | undefined {
    return this.only ?? this.owners.primary;
  }

  /** The usual case, which is answered without looking further: one claim is all there is, and wants an address. */
  get only(): Claim | undefined {
    const [first] = this.claims;
    return this.claims.length === 1 && first?.state === "wanted" ? first : undefined;
  }
}

/** Everybody who claims an address, and what is recorded for nobody. */
export class Clients {
  /** Every client, in the order of the claims. */
  readonly all: readonly Client[];
  /** Claims whose MAC address is none that a client may have. */
  readonly unfit: readonly Claim[];
  /** What is recorded for MAC addresses that nobody claims. */
  readonly orphans: readonly RecordEntry[];
  readonly #byMac = new Map<number, Client>();
  readonly #standing: NetworkStanding;

  constructor(
    claims: readonly Claim[],
    leases: readonly RecordEntry[],
    standing: NetworkStanding = {},
  ) {
    this.#standing = standing;
    this.unfit = claims.filter((claim) => !this.#add(claim));
    this.orphans = leases.filter((entry) => {
      const client = this.#byMac.get(entry.mac);
      client?.take(entry);
      return client === undefined;
    });
    this.all = [...this.#byMac.values()];
  }

  /** The client with a MAC address. */
  find(mac: number): Client | undefined {
    return this.#byMac.get(mac);
  }

  /** Whether anybody wants an address for a MAC address. */
  wants(mac: number): boolean {
    return this.find(mac)?.primary !== undefined;
  }

  #add(claim: Claim): boolean {
    const mac = readMac(claim.macAddress);
    if (reasonUnfit(mac) !== undefined) return false;
    const client = this.#byMac.get(mac);
    if (client === undefined) this.#byMac.set(mac, new Client(mac, claim, this.#standing));
    else client.claims.push(claim);
    return true;
  }
}

/** Why a MAC address that was read is none that a client may have. */
export function reasonUnfit(mac: number): string | undefined {
  return mac < 0 ? "it is not six octets" : reasonNotClientMac(mac);
}
