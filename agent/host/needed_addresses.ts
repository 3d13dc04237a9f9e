/**
 * Addresses that the process itself needs: with one of them on an interface of its own, it would no longer reach who has it.
 *
 * @module
 */
import { formatIPv4 } from "../../core/net/mod.ts";
import type { HostState, Link } from "./host_network.ts";

/** An address that is needed whatever the interfaces are. */
export interface NeededAddress {
  /** Unsigned 32-bit number. */
  readonly address: number;
  /** Whose it is, such as `the API server`. */
  readonly owner: string;
}

/** What is looked at. */
interface Surroundings {
  readonly host: HostState;
  /** The interface that the address is wanted on. */
  readonly link: Link;
  /** Besides what the interfaces tell. */
  readonly needed: readonly NeededAddress[];
  /** Names of the interfaces that are served: what they have is of their own networks. */
  readonly served: ReadonlySet<string>;
}

const LOOPBACK_OCTET = 127;

/**
 * Why the address must not become the server's, or `undefined`. Only the address itself counts: a subnet may cover anything. One that
 * somebody else put on the interface is in use there already, and takes nothing away.
 */
export function neededProblem(address: number, surroundings: Surroundings): string | undefined {
  const owner = ownerOf(address, surroundings);
  return owner === undefined
    ? undefined
    : `${
      formatIPv4(address)
    } is the address of ${owner}, which this process needs: choose another spec.ipv4Config.serverIP`;
}

function ownerOf(
  address: number,
  { host, link, needed, served }: Surroundings,
): string | undefined {
  if (address >>> 24 === LOOPBACK_OCTET) return "this machine (loopback)";
  const foreign = host.addresses.filter((one) => one.address === address && !one.ours);
  if (foreign.some(({ index }) => index === link.index)) return undefined;
  const told = needed.find((one) => one.address === address);
  if (told !== undefined) return told.owner;
  if (host.gateways.includes(address)) return "a gateway";
  if (foreign.length === 0) return undefined;
  const names = new Map([...host.links.values()].map(({ index, name }) => [index, name]));
  const name = foreign.map(({ index }) => names.get(index))
    .find((name) => name !== undefined && !served.has(name));
  return name === undefined ? undefined : `this machine on ${name}`;
}
