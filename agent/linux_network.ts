/**
 * {@linkcode HostNetwork} over the kernel: route netlink, and a packet socket for ARP. No `ip` binary, no files.
 *
 * Needs `--allow-ffi`; reading needs no capability, changing needs CAP_NET_ADMIN, ARP CAP_NET_RAW.
 *
 * @module
 */
import { Errno, SystemCallError } from "./ffi/libc.ts";
import { ArpSocket } from "./ffi/arp_socket.ts";
import { arpAnnouncement, arpProbe } from "./ffi/frames.ts";
import { NetlinkSocket } from "./ffi/netlink.ts";
import {
  acceptLocalBody,
  addressBody,
  addressDump,
  linkAddressOf,
  linkDump,
  linkOf,
  netconfOfAll,
  NetlinkFlag,
  NetlinkGroup,
  reversePathFilterOf,
  routeBody,
  Rtm,
} from "./ffi/netlink_message.ts";
import type {
  HostNetwork,
  HostState,
  InterfaceAddress,
  Link,
  LinkAddress,
} from "./host_network.ts";

const STRICT = 1;

/** The interfaces and addresses of the network namespace that the process was in when this was made. */
export class LinuxNetwork implements HostNetwork {
  readonly #requests = new NetlinkSocket();
  /** Opened when it is first sent by. */
  #arp: ArpSocket | undefined;
  readonly #events = new NetlinkSocket({ groups: NetlinkGroup.LINK | NetlinkGroup.IPV4_ADDRESS });

  read(): HostState {
    const links = new Map<string, Link>();
    const addresses: LinkAddress[] = [];
    const ofAll = this.#reversePathFilterOfAll();
    this.#requests.dump(Rtm.GETLINK, linkDump(), (message) => {
      const link = message.type === Rtm.NEWLINK ? linkOf(message) : undefined;
      if (link === undefined) return;
      const { reversePathFilter, ...rest } = link;
      links.set(link.name, {
        ...rest,
        strictReversePath: Math.max(reversePathFilter, ofAll) === STRICT,
      });
    });
    this.#requests.dump(Rtm.GETADDR, addressDump(), (message) => {
      const address = message.type === Rtm.NEWADDR ? linkAddressOf(message) : undefined;
      if (address !== undefined) addresses.push(address);
    });
    return { links, addresses, owners: this.#arp?.receive() ?? [] };
  }

  changed(): boolean {
    return this.#events.drainEvents();
  }

  addAddress(link: Link, address: InterfaceAddress): void {
    this.#request({
      type: Rtm.NEWADDR,
      flags: NetlinkFlag.CREATE | NetlinkFlag.EXCLUSIVE,
      body: addressBody(link.index, address),
      action: `Cannot add an address to the interface ${link.name}`,
      harmless: [Errno.EEXIST],
    });
  }

  removeAddress(link: Link, address: InterfaceAddress): void {
    this.#request({
      type: Rtm.DELADDR,
      body: addressBody(link.index, address),
      action: `Cannot remove an address from the interface ${link.name}`,
      harmless: [Errno.EADDRNOTAVAIL, Errno.ENODEV],
    });
  }

  addPrefixRoute(link: Link, address: InterfaceAddress): void {
    this.#request({
      type: Rtm.NEWROUTE,
      flags: NetlinkFlag.CREATE | NetlinkFlag.EXCLUSIVE,
      body: routeBody(link.index, address),
      action: `Cannot add a route through the interface ${link.name}`,
      harmless: [Errno.EEXIST],
    });
  }

  removePrefixRoute(link: Link, address: InterfaceAddress): void {
    this.#request({
      type: Rtm.DELROUTE,
      body: routeBody(link.index, address),
      action: `Cannot remove a route through the interface ${link.name}`,
      harmless: [Errno.ESRCH, Errno.ENODEV],
    });
  }

  acceptLocal(link: Link, accept: boolean): void {
    this.#request({
      type: Rtm.SETLINK,
      body: acceptLocalBody(link.index, accept),
      action: `Cannot set accept_local of the interface ${link.name}`,
      harmless: [],
    });
  }

  announce(link: Link, address: number): void {
    this.#arpSocket().send(link.index, arpAnnouncement(link.hardwareAddress, address));
  }

  probe(link: Link, address: number): void {
    this.#arpSocket().send(link.index, arpProbe(link.hardwareAddress, address));
  }

  [Symbol.dispose](): void {
    this.#requests[Symbol.dispose]();
    this.#events[Symbol.dispose]();
    this.#arp?.[Symbol.dispose]();
    this.#arp = undefined;
  }

  #arpSocket(): ArpSocket {
    return this.#arp ??= new ArpSocket();
  }

  #reversePathFilterOfAll(): number {
    let value = 0;
    this.#requests.request(
      { type: Rtm.GETNETCONF, body: netconfOfAll(), action: "Cannot read rp_filter" },
      (message) => value = reversePathFilterOf(message),
    );
    return value;
  }

  #request(
    options: {
      readonly type: number;
      readonly flags?: number;
      readonly body: Uint8Array;
      readonly action: string;
      readonly harmless: readonly number[];
    },
  ): void {
    try {
      this.#requests.request(options);
    } catch (error) {
      if (!(error instanceof SystemCallError) || !options.harmless.includes(error.errno)) {
        throw error;
      }
    }
  }
}
