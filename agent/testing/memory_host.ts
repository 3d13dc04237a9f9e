/**
 * A {@linkcode HostNetwork} without a kernel, for tests.
 *
 * @module
 */
import { macToBytes, parseIPv4, parseMac } from "../../core/net/mod.ts";
import type {
  AddressOwner,
  HostNetwork,
  HostState,
  InterfaceAddress,
  Link,
  LinkAddress,
} from "../host_network.ts";

/** Interfaces and addresses in memory; what was done to them is kept in `calls`. */
export class MemoryHost implements HostNetwork {
  /** Such as `add 192.168.48.77/24 eth1`. */
  readonly calls: string[] = [];
  /** Thrown by the next change. */
  failure: Error | undefined;
  readonly #links = new Map<string, Link>();
  #addresses: LinkAddress[] = [];
  #neighbours: { readonly mac: string; readonly address: number }[] = [];
  #owners: AddressOwner[] = [];
  #changed = false;
  #nextIndex = 1;

  /** Adds an interface, or changes one. */
  link(name: string, fields: Partial<Link> = {}): Link {
    const link: Link = {
      name,
      index: this.#links.get(name)?.index ?? this.#nextIndex++,
      mtu: 1500,
      hardwareAddress: Uint8Array.of(2, 0, 0, 0, 0, 1),
      up: true,
      strictReversePath: false,
      acceptsLocal: false,
      ...fields,
    };
    this.#links.set(name, link);
    this.#changed = true;
    return link;
  }

  /** Removes an interface and its addresses. */
  unlink(name: string): void {
    const link = this.#links.get(name);
    this.#links.delete(name);
    this.#addresses = this.#addresses.filter(({ index }) => index !== link?.index);
    this.#changed = true;
  }

  /** Adds an address as somebody else, or as an earlier agent. */
  address(link: Link, text: string, ours = false): void {
    const [address = "", prefixLength] = text.split("/");
    this.#addresses.push({
      index: link.index,
      address: parseIPv4(address),
      prefixLength: Number(prefixLength),
      ours,
    });
    this.#changed = true;
  }

  /** Lets a machine of this MAC address have the address on every network; without one, nobody. */
  neighbour(text: string, mac?: string): void {
    const address = parseIPv4(text);
    this.#neighbours = mac === undefined ? [] : [{ mac, address }];
  }

  read(): HostState {
    const owners = this.#owners;
    this.#owners = [];
    return { links: new Map(this.#links), addresses: [...this.#addresses], owners };
  }

  changed(): boolean {
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  addAddress(link: Link, own: InterfaceAddress): void {
    this.#call("add", link, own);
    this.#addresses.push({ index: link.index, ...own, ours: true });
    this.#changed = true;
  }

  removeAddress(link: Link, own: InterfaceAddress): void {
    this.#call("remove", link, own);
    this.#addresses = this.#addresses.filter(({ index, address }) =>
      index !== link.index || address !== own.address
    );
    this.#changed = true;
  }

  addPrefixRoute(link: Link, own: InterfaceAddress): void {
    this.#call("route", link, own);
  }

  removePrefixRoute(link: Link, own: InterfaceAddress): void {
    this.#call("unroute", link, own);
  }

  acceptLocal(link: Link, accept: boolean): void {
    this.calls.push(`accept_local ${accept} ${link.name}`);
    this.link(link.name, { ...link, acceptsLocal: accept });
  }

  announce(link: Link, address: number): void {
    this.#call("announce", link, { address, prefixLength: 32 });
  }

  probe(link: Link, address: number): void {
    this.#call("probe", link, { address, prefixLength: 32 });
    const owners = this.#neighbours.filter((neighbour) => neighbour.address === address);
    this.#owners.push(...owners.map(({ mac }) => ({
      index: link.index,
      address,
      hardwareAddress: macToBytes(parseMac(mac)),
    })));
  }

  [Symbol.dispose](): void {
    this.calls.push("dispose");
  }

  #call(what: string, link: Link, { address, prefixLength }: InterfaceAddress): void {
    const failure = this.failure;
    this.failure = undefined;
    if (failure !== undefined) throw failure;
    const octets = [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join(".");
    this.calls.push(`${what} ${octets}/${prefixLength} ${link.name}`);
  }
}
