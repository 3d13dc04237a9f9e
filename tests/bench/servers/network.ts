/**
 * The networks that servers are measured on, the same for all.
 *
 * @module
 */

/** What all servers are told. */
export interface ServerOptions {
  /**
   * Interfaces, which are up and have the server's addresses. The first has the network 10.60.0.0/16, the next 10.61.0.0/16, and so
   * on.
   */
  readonly interfaceNames: readonly string[];
  /** Number of clients of each network: client N has the N-th MAC address and address. */
  readonly clients: number;
  /** Process in whose network namespace the interfaces are. Default: this one. */
  readonly namespaceOf?: number;
}

/** A server that runs; disposing it ends it. */
export interface DhcpServer extends AsyncDisposable {
  readonly name: string;
  readonly processId: number;
}

/** Domain name of every network. */
export const DOMAIN = "example.org";
/** Seconds. */
export const LEASE_TIME = 3_600;

/** What a network has. */
class Network {
  readonly cidr: string;
  readonly server: string;
  readonly router: string;
  readonly dns: readonly string[];
  readonly ntp: readonly string[];
  /** MAC address and address of every client. */
  readonly leases: readonly (readonly [mac: string, address: string])[];

  /** The N-th network, from 0. */
  constructor(readonly interfaceName: string, number: number, clients: number) {
    const at = (last: string) => `${prefixOf(number)}.${last}`;
    this.cidr = at("0.0/16");
    this.server = serverAddress(number);
    this.router = at("0.2");
    this.dns = [at("0.3"), at("0.4")];
    this.ntp = [at("0.5")];
    this.leases = Array.from({ length: clients }, (_, client) => {
      const octets = [(client + 1) >> 16, (client + 1) >> 8, client + 1].map((octet) =>
        (octet & 255).toString(16).padStart(2, "0")
      );
      return [`52:54:00:${octets.join(":")}`, at(`${(client >> 8) + 16}.${client & 255}`)];
    });
  }
}

/** 10.60, and so on to 10.255; then from 11.0 on. */
function prefixOf(network: number): string {
  const number = 60 + network;
  return `${10 + (number >> 8)}.${number & 255}`;
}

/** The servers' address on the N-th network, from 0. */
export function serverAddress(network: number): string {
  return `${prefixOf(network)}.0.1`;
}

/** An address on the N-th network, from 0, that a relay may have. */
export function relayAddress(network: number): string {
  return `${prefixOf(network)}.0.9`;
}

/** The first client's address on the N-th network, from 0; the others follow. */
export function firstAddress(network: number): string {
  return `${prefixOf(network)}.16.0`;
}

/** The networks of a server. */
export function networksOf({ interfaceNames, clients }: ServerOptions): readonly Network[] {
  return interfaceNames.map((name, number) => new Network(name, number, clients));
}
