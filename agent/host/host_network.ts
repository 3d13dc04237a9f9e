/**
 * The machine's interfaces and addresses, as the agent needs them: one small interface, so that the agent runs
 * the same over the kernel and over a table in a test.
 *
 * @module
 */
import type { ArpClaim } from "../../core/neighbours/survey.ts";

/** One network interface. */
export interface Link {
  /** Such as `eth1`. */
  readonly name: string;
  /** Changes when the interface is deleted and made again under its name. */
  readonly index: number;
  /** Bytes. */
  readonly mtu: number;
  /** 6 octets; all zero where it has none. */
  readonly hardwareAddress: Uint8Array;
  /** Administratively up. */
  readonly up: boolean;
  /** What somebody wrote beside its name; empty where nobody did. */
  readonly alias: string;
  /** Its own settings. */
  readonly settings: LinkSettings;
}

/** Settings of an interface, as `net.ipv4.conf.NAME` shows them. */
export interface LinkSettings {
  /** 1: what arrives here for somebody else is routed on. */
  readonly forwarding: number;
  /**
   * What arrives here is dropped where the way back to its source is: 1, not through this interface; 2, through none. 0: nothing
   * is. The kernel takes the greater of this and {@linkcode HostState.rpFilterOfAll}.
   */
  readonly rpFilter: number;
  /** 1: packets are heard here whose source is an address of this machine. */
  readonly acceptLocal: number;
  /** 8: the kernel answers no ARP question here. It takes the greater of this and that of all interfaces. */
  readonly arpIgnore: number;
}

/** One IPv4 address of an interface. */
export interface LinkAddress {
  /** {@linkcode Link.index} of its interface. */
  readonly index: number;
  /** Unsigned 32-bit number. */
  readonly address: number;
  /** Bits of the address that name its network. */
  readonly prefixLength: number;
  /** Whether an agent added it (it bears the agent's label), now or in an earlier life. */
  readonly ours: boolean;
}

/** A message that somebody sent to a DHCP client. */
export interface HeardReply {
  /** The UDP payload. */
  readonly payload: Uint8Array;
  /** The MAC address that it came from, a 48-bit number. */
  readonly mac: number;
}

/** The network of an interface, as it is heard: what this machine sends there is not. */
export interface Segment {
  /** Who said so since the last call, of many the first. Never waits. */
  claims(): readonly ArpClaim[];
  /** What other DHCP servers said since the last call, of much the first. Never waits. */
  replies(): readonly HeardReply[];
  /** Listens no more. Resolves when everything is given back. */
  close(): void | Promise<void>;
}

/** Everything there is at one moment. */
export interface HostState {
  /** By name. */
  readonly links: ReadonlyMap<string, Link>;
  /** Of all interfaces. */
  readonly addresses: readonly LinkAddress[];
  /** Where packets to elsewhere go next, as unsigned 32-bit numbers. */
  readonly gateways: readonly number[];
  /** Whether there is a way to everywhere. */
  readonly hasDefaultRoute: boolean;
  /** `rp_filter` of all interfaces. */
  readonly rpFilterOfAll: number;
}

/** An IPv4 address, and how much of it names its network. */
export interface InterfaceAddress {
  /** Unsigned 32-bit number. */
  readonly address: number;
  /** Bits of the address that name its network. */
  readonly prefixLength: number;
}

/** Reads and changes the interfaces and addresses of the process's network namespace. */
export interface HostNetwork extends Disposable {
  /** What is there now. */
  read(): HostState;
  /** Whether anything may have changed since the last call. Costs next to nothing; never waits. */
  changed(): boolean;
  /**
   * Resolves when {@linkcode changed} or a {@linkcode Segment} may have something to tell, or a packet came, and after so many
   * milliseconds; rejects when the signal aborts. Only for a host that is told of these: others are asked ten times a second.
   */
  news?(ms: number, signal: AbortSignal): Promise<void>;
  /** Adds an address without a route to its network, marked as the agent's. One that is there already is left as it is. */
  addAddress(link: Link, address: InterfaceAddress): void;
  /** Removes an address. One that is gone already is no error. */
  removeAddress(link: Link, address: InterfaceAddress): void;
  /** Changes settings of an interface; what is not named stays. */
  configure(link: Link, settings: Partial<LinkSettings>): void;
  /** Writes a text beside the name of an interface, which `ip link` shows: at most 255 octets. An empty one takes it away. */
  describe(link: Link, alias: string): void;
  /** Tells the neighbours by ARP who has the address now (RFC 5227 section 2.3). */
  announce(link: Link, address: number): void;
  /** Asks the neighbours by ARP who has the address (RFC 5227 section 2.1.1); {@linkcode Segment.claims} tells. */
  probe(link: Link, address: number): void;
  /** Broadcasts a DHCP message as a client that has no address. */
  sendAsClient(link: Link, message: Uint8Array): void;
  /**
   * Answers ARP questions for an address on the network of an interface, until what it answers is closed. `onFailed` is called
   * where it no longer can. Throws where it cannot begin to.
   */
  answerArp(
    link: Link,
    address: number,
    onFailed: (error: unknown) => void,
  ): { close(): void | Promise<void> };
  /** Listens to the network of an interface until what it answers is closed. */
  listen(link: Link): Segment;
  /** Frees what it holds; it cannot be used after. */
  [Symbol.dispose](): void;
}
