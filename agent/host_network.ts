/**
 * The machine's interfaces and addresses, as the agent needs them: one small interface, so that the agent runs
 * the same over the kernel and over a table in a test.
 *
 * @module
 */

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
  /** Whether the kernel drops what arrives here from a source it has no route to (`rp_filter` 1). */
  readonly strictReversePath: boolean;
  /** Whether packets are heard here whose source is an address of this machine (`accept_local`). */
  readonly acceptsLocal: boolean;
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

/** Somebody on the network of an interface who says that an address is theirs. */
export interface AddressOwner {
  /** {@linkcode Link.index} of the interface. */
  readonly index: number;
  /** Unsigned 32-bit number. */
  readonly address: number;
  /** 6 octets. */
  readonly hardwareAddress: Uint8Array;
}

/** Everything there is at one moment. */
export interface HostState {
  /** By name. */
  readonly links: ReadonlyMap<string, Link>;
  /** Of all interfaces. */
  readonly addresses: readonly LinkAddress[];
  /** Who said so since the state that was read before. */
  readonly owners: readonly AddressOwner[];
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
  /** Adds an address without a prefix route, marked as the agent's. One that is there already is left as it is. */
  addAddress(link: Link, address: InterfaceAddress): void;
  /** Removes an address. One that is gone already is no error. */
  removeAddress(link: Link, address: InterfaceAddress): void;
  /** Adds the route to the network of the address through the interface; it goes with the interface. */
  addPrefixRoute(link: Link, address: InterfaceAddress): void;
  /** Removes what {@linkcode HostNetwork.addPrefixRoute} added. A route that is gone already is no error. */
  removePrefixRoute(link: Link, address: InterfaceAddress): void;
  /** Whether packets are to be heard whose source is an address of this machine. */
  acceptLocal(link: Link, accept: boolean): void;
  /** Tells the neighbours by ARP who has the address now (RFC 5227 section 2.3). */
  announce(link: Link, address: number): void;
  /** Asks the neighbours by ARP who has the address (RFC 5227 section 2.1.1): a later {@linkcode HostState.owners} tells. */
  probe(link: Link, address: number): void;
  /** Frees what it holds; it cannot be used after. */
  [Symbol.dispose](): void;
}
