/**
 * A {@linkcode HostNetwork} without a kernel, for tests.
 *
 * @module
 */
import type { ArpClaim } from "../../core/neighbours/survey.ts";
import { formatIPv4, parseIPv4, parseMac } from "../../core/net/mod.ts";
import type {
  HeardReply,
  HostNetwork,
  HostState,
  InterfaceAddress,
  Link,
  LinkAddress,
  LinkSettings,
  Segment,
} from "../host/host_network.ts";

/** The network of an interface, which tests let be heard. */
class MemorySegment implements Segment {
  closed = false;
  readonly #claims: ArpClaim[] = [];
  readonly #replies: HeardReply[] = [];

  say(claim: ArpClaim): void {
    this.#claims.push(claim);
  }

  reply(reply: HeardReply): void {
    this.#replies.push(reply);
  }

  claims(): readonly ArpClaim[] {
    return this.#claims.splice(0);
  }

  replies(): readonly HeardReply[] {
    return this.#replies.splice(0);
  }

  close(): void {
    this.closed = true;
  }
}

/** Interfaces and addresses in memory; what was done to them is kept in `calls`. */
export class MemoryHost implements HostNetwork {
  /** Such as `add 192.168.48.77/24 eth1`. */
  readonly calls: string[] = [];
  /** Thrown by the next change. */
  failure: Error | undefined;
  /** Changed by a test at will. */
  routes = { gateways: [] as readonly number[], hasDefaultRoute: true, rpFilterOfAll: 0 };
  /** The aliases that were written, such as `eth1 vm-dhcp: default/net-48`. */
  readonly described: string[] = [];
  /** Whose ARP questions are answered, such as `eth1 192.168.48.77`, and what is called where that fails. */
  readonly answering = new Map<string, (error: unknown) => void>();
  /** Thrown by each attempt to write an alias, or to answer ARP. */
  dumb: Error | undefined;
  /** Thrown by each attempt to listen. */
  deaf: Error | undefined;
  readonly #links = new Map<string, Link>();
  #addresses: LinkAddress[] = [];
  /** DHCP messages that were sent as a client. */
  readonly sentAsClient: Uint8Array[] = [];
  readonly #neighbours: { readonly mac: number; readonly address: number }[] = [];
  readonly #segments = new Map<string, MemorySegment>();
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
      alias: "",
      settings: { forwarding: 0, rpFilter: 0, acceptLocal: 0, arpIgnore: 0 },
      ...fields,
    };
    this.#links.set(name, link);
    this.#changed = true;
    return link;
  }

  /** Gives an interface another name. */
  rename(name: string, to: string): void {
    const link = this.#links.get(name);
    this.#links.delete(name);
    this.link(to, { ...link, name: to });
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

  /** Lets machines of these MAC addresses have the address on every network; without one, nobody. */
  neighbour(text: string, ...macs: readonly string[]): void {
    const address = parseIPv4(text);
    const others = this.#neighbours.splice(0).filter((one) => one.address !== address);
    this.#neighbours.push(...others, ...macs.map((mac) => ({ mac: parseMac(mac), address })));
  }

  /** Lets a machine say unasked that it has an address. */
  announced(name: string, text: string, mac: string, isAnswer = false): void {
    this.#heard(name)?.say({ address: parseIPv4(text), mac: parseMac(mac), isAnswer });
  }

  /** Lets a DHCP server answer a client. */
  replied(name: string, payload: Uint8Array, mac: string): void {
    this.#heard(name)?.reply({ payload, mac: parseMac(mac) });
  }

  /** Whether the network of an interface is listened to. */
  hears(name: string): boolean {
    return this.#heard(name) !== undefined;
  }

  read(): HostState {
    return { links: new Map(this.#links), addresses: [...this.#addresses], ...this.routes };
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

  configure(link: Link, settings: Partial<LinkSettings>): void {
    const failure = this.failure;
    this.failure = undefined;
    if (failure !== undefined) throw failure;
    for (const [name, value] of Object.entries(settings)) {
      this.calls.push(`${name} ${value} ${link.name}`);
    }
    const present = this.#links.get(link.name) ?? link;
    this.link(link.name, { ...present, settings: { ...present.settings, ...settings } });
  }

  describe(link: Link, alias: string): void {
    if (this.dumb !== undefined) throw this.dumb;
    this.described.push(`${link.name} ${alias}`);
    this.link(link.name, { ...this.#links.get(link.name) ?? link, alias });
  }

  announce(link: Link, address: number): void {
    this.#call("announce", link, { address, prefixLength: 32 });
  }

  probe(link: Link, address: number): void {
    this.#call("probe", link, { address, prefixLength: 32 });
    for (const neighbour of this.#neighbours) {
      if (neighbour.address !== address) continue;
      this.#heard(link.name)?.say({ ...neighbour, isAnswer: true });
    }
  }

  sendAsClient(link: Link, message: Uint8Array): void {
    this.calls.push(`send as client ${link.name}`);
    this.sentAsClient.push(message);
  }

  answerArp(link: Link, address: number, onFailed: (error: unknown) => void): { close(): void } {
    if (this.dumb !== undefined) throw this.dumb;
    const text = `${link.name} ${formatIPv4(address)}`;
    this.answering.set(text, onFailed);
    return { close: () => void this.answering.delete(text) };
  }

  listen(link: Link): Segment {
    const failure = this.deaf;
    if (failure !== undefined) throw failure;
    const segment = new MemorySegment();
    this.#segments.set(link.name, segment);
    return segment;
  }

  [Symbol.dispose](): void {
    this.calls.push("dispose");
  }

  #heard(name: string): MemorySegment | undefined {
    const segment = this.#segments.get(name);
    return segment?.closed === false ? segment : undefined;
  }

  #call(what: string, link: Link, { address, prefixLength }: InterfaceAddress): void {
    const failure = this.failure;
    this.failure = undefined;
    if (failure !== undefined) throw failure;
    const octets = [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join(".");
    this.calls.push(`${what} ${octets}/${prefixLength} ${link.name}`);
  }
}
