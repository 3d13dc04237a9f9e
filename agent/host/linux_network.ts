/**
 * {@linkcode HostNetwork} over the kernel: route netlink, and packet sockets. No `ip` binary, no files.
 *
 * Needs `--allow-ffi`; reading needs no capability, changing needs CAP_NET_ADMIN, listening and asking CAP_NET_RAW.
 *
 * @module
 */
import { CLIENT_PORT, IP_UDP_HEADER_LENGTH, SERVER_PORT } from "../../core/dhcp/mod.ts";
import { Errno, Sys, SystemCallError } from "../ffi/libc.ts";
import { arpAnnouncement, arpProbe, packetViews, writeIpUdp } from "../ffi/frames.ts";
import { ArpMemory, ArpResponder } from "../ffi/arp_responder.ts";
import { PacketSender } from "../ffi/packet_sender.ts";
import { Readiness } from "../ffi/readiness.ts";
import { SegmentTap, TapMemory } from "../ffi/segment_tap.ts";
import { NetlinkSocket } from "../ffi/netlink.ts";
import {
  addressBody,
  addressDump,
  linkAddressOf,
  linkAliasBody,
  linkDump,
  linkOf,
  linkSettingsBody,
  netconfOfAll,
  NetlinkFlag,
  NetlinkGroup,
  ownAddressBody,
  reversePathFilterOf,
  routeDump,
  routeOf,
  Rtm,
} from "../ffi/netlink_message.ts";
import type {
  HostNetwork,
  HostState,
  InterfaceAddress,
  Link,
  LinkAddress,
  LinkSettings,
  Segment,
} from "./host_network.ts";

const BROADCAST = 0xffffffff;

/** How the kernel is asked: a {@linkcode NetlinkSocket}, or what stands for one in a test. */
export type NetlinkRequests = Pick<NetlinkSocket, "dump" | "request" | typeof Symbol.dispose>;

/** The interfaces and addresses of the network namespace that the process was in when this was made. */
export class LinuxNetwork implements HostNetwork {
  readonly #requests: NetlinkRequests;
  /** Opened when it is first sent by. */
  #sender: PacketSender | undefined;
  /** Made when something is first listened to. */
  #tapMemory: TapMemory | undefined;
  /** Made when something is first answered. */
  #arpMemory: ArpMemory | undefined;
  readonly #readiness = new Readiness();
  readonly #events = new NetlinkSocket({ groups: NetlinkGroup.LINK | NetlinkGroup.IPV4_ADDRESS });

  /** What was added, as `index address`: the kernel gives it another label when its interface is renamed. */
  #added = new Set<string>();

  /** `requests`: how the kernel is asked. */
  constructor(requests: NetlinkRequests = new NetlinkSocket()) {
    this.#requests = requests;
  }

  read(): HostState {
    const links = new Map<string, Link>();
    const addresses: LinkAddress[] = [];
    this.#requests.dump(Rtm.GETLINK, linkDump(), (message) => {
      const link = message.type === Rtm.NEWLINK ? linkOf(message) : undefined;
      if (link !== undefined) links.set(link.name, link);
    });
    this.#requests.dump(Rtm.GETADDR, addressDump(), (message) => {
      const address = message.type === Rtm.NEWADDR ? linkAddressOf(message) : undefined;
      if (address === undefined) return;
      addresses.push(this.#added.has(keyOf(address)) ? { ...address, ours: true } : address);
    });
    const present = new Set(addresses.map(keyOf));
    this.#added = new Set([...this.#added].filter((key) => present.has(key)));
    const gateways = new Set<number>();
    let hasDefaultRoute = false;
    this.#requests.dump(Rtm.GETROUTE, routeDump(), (message) => {
      const route = message.type === Rtm.NEWROUTE ? routeOf(message) : undefined;
      if (route === undefined) return;
      if (route.prefixLength === 0) hasDefaultRoute = true;
      for (const gateway of route.gateways) gateways.add(gateway);
    });
    const rpFilterOfAll = this.#rpFilterOfAll();
    const routes = { gateways: [...gateways], hasDefaultRoute, rpFilterOfAll };
    return { links, addresses, ...routes };
  }

  changed(): boolean {
    return this.#events.drainEvents();
  }

  addAddress(link: Link, address: InterfaceAddress): void {
    const isNew = this.#request({
      type: Rtm.NEWADDR,
      flags: NetlinkFlag.CREATE | NetlinkFlag.EXCLUSIVE,
      body: ownAddressBody(link.index, address),
      action: `Cannot add an address to the interface ${link.name}`,
      harmless: [Errno.EEXIST],
    });
    if (isNew) this.#added.add(keyOf({ index: link.index, ...address }));
  }

  removeAddress(link: Link, address: InterfaceAddress): void {
    this.#request({
      type: Rtm.DELADDR,
      body: addressBody(link.index, address),
      action: `Cannot remove an address from the interface ${link.name}`,
      harmless: [Errno.EADDRNOTAVAIL, Errno.ENODEV],
    });
  }

  configure(link: Link, settings: Partial<LinkSettings>): void {
    this.#request({
      type: Rtm.SETLINK,
      body: linkSettingsBody(link.index, settings),
      action: `Cannot change the settings of the interface ${link.name}`,
      harmless: [],
    });
  }

  describe(link: Link, alias: string): void {
    this.#request({
      type: Rtm.SETLINK,
      body: linkAliasBody(link.index, alias),
      action: `Cannot write the alias of the interface ${link.name}`,
      harmless: [Errno.ENODEV],
    });
  }

  announce(link: Link, address: number): void {
    this.#sendArp(link, arpAnnouncement(link.hardwareAddress, address));
  }

  probe(link: Link, address: number): void {
    this.#sendArp(link, arpProbe(link.hardwareAddress, address));
  }

  sendAsClient(link: Link, message: Uint8Array): void {
    const packet = new Uint8Array(IP_UDP_HEADER_LENGTH + message.length);
    packet.set(message, IP_UDP_HEADER_LENGTH);
    writeIpUdp(packetViews(packet), message.length, {
      source: 0,
      sourcePort: CLIENT_PORT,
      destinationAddress: BROADCAST,
      destinationPort: SERVER_PORT,
    });
    this.#packetSender().send(packet, { index: link.index, protocol: Sys.ETH_P_IP });
  }

  answerArp(link: Link, address: number, onFailed: (error: unknown) => void): ArpResponder {
    this.#arpMemory ??= new ArpMemory();
    const shared = { memory: this.#arpMemory, readiness: this.#readiness };
    return new ArpResponder({ link, address, onFailed, ...shared });
  }

  listen(link: Link): Segment {
    return SegmentTap.open(link.index, this.#tapMemory ??= new TapMemory());
  }

  [Symbol.dispose](): void {
    this.#requests[Symbol.dispose]();
    this.#events[Symbol.dispose]();
    this.#sender?.[Symbol.dispose]();
    this.#sender = undefined;
  }

  #sendArp(link: Link, packet: Uint8Array): void {
    this.#packetSender().send(packet, { index: link.index, protocol: Sys.ETH_P_ARP });
  }

  #packetSender(): PacketSender {
    return this.#sender ??= new PacketSender();
  }

  #rpFilterOfAll(): number {
    let value = 0;
    this.#requests.request(
      { type: Rtm.GETNETCONF, body: netconfOfAll(), action: "Cannot read rp_filter" },
      (message) => value = reversePathFilterOf(message),
    );
    return value;
  }

  /** Whether it was done; not where it was refused and that does no harm. */
  #request(
    options: {
      readonly type: number;
      readonly flags?: number;
      readonly body: Uint8Array;
      readonly action: string;
      readonly harmless: readonly number[];
    },
  ): boolean {
    try {
      this.#requests.request(options);
      return true;
    } catch (error) {
      if (!(error instanceof SystemCallError) || !options.harmless.includes(error.errno)) {
        throw error;
      }
      return false;
    }
  }
}

function keyOf({ index, address }: Pick<LinkAddress, "index" | "address">): string {
  return `${index} ${address}`;
}
