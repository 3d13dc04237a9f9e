/**
 * The address that the agent answers from, on its interface.
 *
 * @module
 */
import { errorText } from "../../core/error_text.ts";
import { type Cidr, cidrContains, formatIPv4, macFromBytes } from "../../core/net/mod.ts";
import type { Logger } from "../../runtime/log.ts";
import type {
  HostNetwork,
  HostState,
  InterfaceAddress,
  Link,
  LinkAddress,
} from "./host_network.ts";
import { presentLink } from "./present_link.ts";

/** RFC 5227 section 2.3: announce twice. */
const ANNOUNCEMENTS = 2;

/**
 * A network of its own: the kernel then gives it no route, and neither it nor another address of the interface
 * goes when the other one is removed, as addresses of one subnet do.
 */
const HOST_PREFIX = 32;

/** Which address is wanted, of which network. */
interface WantedAddress {
  readonly cidr: Cidr;
  /** Unsigned 32-bit number. */
  readonly address: number;
}

/** Whether the address is there, and what an operator should know about it. */
interface AddressState {
  readonly present: boolean;
  /** Why it is not. */
  readonly note?: string;
}

interface Seen {
  readonly host: HostState;
  readonly link: Link;
  readonly wanted: WantedAddress | undefined;
  readonly state: AddressState;
}

/** What a {@linkcode ServerAddress} works with. */
interface ServerAddressContext {
  readonly host: HostNetwork;
  readonly log: Logger;
}

/**
 * Keeps one server address on one interface. What is there decides, not what was done: an address that somebody
 * else put there is used and left; one that bears the agents' label is theirs, also from an earlier life.
 */
export class ServerAddress {
  readonly #context: ServerAddressContext;
  /** The last state that was looked at, and for what: on the same one nothing is done twice. */
  #seen: Seen | undefined;
  /** What was added, which a state read before does not have yet. */
  #added: { readonly link: Link; readonly address: InterfaceAddress } | undefined;
  /** The interface whose `accept_local` was set. */
  #accepting: Link | undefined;
  #announcements = 0;
  /** The failure that was logged last: it is tried again all the time, and told once. */
  #complaint: string | undefined;

  constructor(context: ServerAddressContext) {
    this.#context = context;
  }

  /** Makes `wanted` so, on the interface `link`; without it, removes what is the agents'. */
  ensure(
    host: HostState,
    options: { readonly link: Link; readonly wanted?: WantedAddress },
  ): AddressState {
    const { link, wanted } = options;
    const seen = this.#seen;
    if (seen?.host === host && seen.link.index === link.index && same(seen.wanted, wanted)) {
      return seen.state;
    }
    const state = this.#make(host, { link, wanted });
    this.#seen = { host, link, wanted, state };
    return state;
  }

  /** Removes the agents' address from the interface that it was last on, unless that is `link`. */
  leave(host: HostState, link: Link | undefined): void {
    const left = this.#seen?.link;
    if (left === undefined || left.index === link?.index) return;
    const present = presentLink(host, left);
    if (present !== undefined) this.#make(host, { link: present, wanted: undefined });
    this.#seen = undefined;
    this.#accepting = undefined;
  }

  #make(
    host: HostState,
    { link, wanted }: { readonly link: Link; readonly wanted: WantedAddress | undefined },
  ): AddressState {
    const on = host.addresses.filter(({ index }) => index === link.index);
    for (const stale of this.#ours(on, link)) {
      if (stale.address === wanted?.address) continue;
      this.#attempt(
        "Removed a server address",
        { link, of: stale },
        () => this.#context.host.removeAddress(link, stale),
      );
    }
    if (wanted === undefined) {
      this.#acceptLocal(undefined);
      return { present: false };
    }
    const own = { address: wanted.address, prefixLength: HOST_PREFIX };
    if (!on.some(({ address }) => address === wanted.address)) {
      const refused = this.#attempt(
        "Added the server address",
        { link, of: own },
        () => this.#context.host.addAddress(link, own),
      );
      if (refused !== undefined) return { present: false, note: refused };
      this.#added = { link, address: own };
      this.#announcements = ANNOUNCEMENTS;
    } else if (this.#seen?.state.present === true && hasOtherMac(this.#seen.link, link)) {
      this.#announcements = ANNOUNCEMENTS;
    }
    if (this.#announcements > 0) {
      this.#announcements--;
      this.#attempt(
        undefined,
        { link, of: own },
        () => this.#context.host.announce(link, wanted.address),
      );
    }
    this.#acceptLocal(neighbourMayBeLocal(host, { link, cidr: wanted.cidr }) ? link : undefined);
    return { present: true };
  }

  /** The addresses on the interface that are the agents'. */
  #ours(on: readonly LinkAddress[], link: Link): InterfaceAddress[] {
    const known = on.filter(({ ours }) => ours);
    const added = this.#added?.link.index === link.index ? this.#added.address : undefined;
    this.#added = undefined;
    return added === undefined || on.some(({ address }) => address === added.address)
      ? known
      : [...known, added];
  }

  /** Lets an interface hear clients whose address is this machine's on another network; no longer the one before. */
  #acceptLocal(link: Link | undefined): void {
    const { host } = this.#context;
    const before = this.#accepting;
    if (before !== undefined && before.index !== link?.index) {
      this.#accepting = undefined;
      this.#attempt(undefined, { link: before }, () => host.configure(before, { acceptLocal: 0 }));
    }
    if (link === undefined || link.settings.acceptLocal !== 0) return;
    this.#accepting = link;
    this.#attempt(undefined, { link }, () => host.configure(link, { acceptLocal: 1 }));
  }

  /** Does it and says so in the log; answers what went wrong, in words. */
  #attempt(
    done: string | undefined,
    { link, of }: { readonly link: Link; readonly of?: InterfaceAddress },
    action: () => void,
  ): string | undefined {
    const address = of === undefined
      ? {}
      : { address: `${formatIPv4(of.address)}/${of.prefixLength}` };
    const keys = { interface: link.name, ...address };
    try {
      action();
      if (done !== undefined) this.#context.log.info(done, keys);
      return undefined;
    } catch (error) {
      const message = errorText(error);
      if (message !== this.#complaint) {
        this.#context.log.warn("Cannot change the interface", { ...keys, error });
      }
      this.#complaint = message;
      return message;
    }
  }
}

/** Whether an interface has another MAC address than before, as a bridge takes one with its ports. */
function hasOtherMac(before: Link, link: Link): boolean {
  return before.index === link.index &&
    macFromBytes(before.hardwareAddress) !== macFromBytes(link.hardwareAddress);
}

/** Whether a client of the network may have an address that is this machine's on another one. */
function neighbourMayBeLocal(
  host: HostState,
  { link, cidr }: { readonly link: Link; readonly cidr: Cidr },
): boolean {
  return host.addresses.some(({ index, address }) =>
    index !== link.index && cidrContains(cidr, address)
  );
}

function same(one: WantedAddress | undefined, other: WantedAddress | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.address === other.address && one.cidr.prefix === other.cidr.prefix;
}
