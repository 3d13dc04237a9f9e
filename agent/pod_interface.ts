/**
 * The interface that the agent's pod has its address on.
 *
 * @module
 */
import { isIPv4, parseIPv4 } from "../core/net/mod.ts";
import type { Logger } from "../runtime/log.ts";
import type { Listen } from "../runtime/ops_server.ts";
import { bindTcpListener } from "./ffi/sockets.ts";
import type { HostNetwork, HostState } from "./host/host_network.ts";
import type { AgentNetwork } from "./types.ts";

/** What the agent is told of where it is. */
interface Surroundings {
  readonly podIp: string | undefined;
  readonly hostIp: string | undefined;
  readonly host: HostNetwork;
  /** What is served. */
  readonly networks: readonly AgentNetwork[];
  readonly log: Logger;
}

/**
 * Has what listens on the pod's address heard on the interface of that address only: the kernel answers for it on every one, and a
 * VM could ask on one that is served. What listens on the loopback address is heard on the loopback interface only, so that it stays so
 * where a node's settings let that address in from elsewhere (`route_localnet`). A pod in its node's network is asked by way of the loopback interface, so there it is left.
 */
export function keepToPodInterface(
  { listen, loopback }: { readonly listen: Listen; readonly loopback?: Listen },
  surroundings: Surroundings,
): void {
  const { podIp, hostIp, host, networks, log } = surroundings;
  if (podIp === undefined || hostIp === undefined || podIp === hostIp) return;
  if (!isIPv4(podIp) || listen.hostname !== podIp) return;
  const name = interfaceOf(host.read(), parseIPv4(podIp));
  const isServed = networks.some(({ interfaceName }) => interfaceName === name);
  if (name === undefined || isServed) return;
  keep(listen, name);
  if (loopback !== undefined) keep(loopback, "lo");

  function keep({ hostname, port }: Listen, interfaceName: string): void {
    try {
      bindTcpListener({ address: parseIPv4(hostname), port }, interfaceName);
    } catch (error) {
      log.warn("Cannot keep the operations HTTP to its interface", {
        interface: interfaceName,
        error,
      });
    }
  }
}

function interfaceOf({ links, addresses }: HostState, address: number): string | undefined {
  const index = addresses.find((one) => one.address === address)?.index;
  return [...links.values()].find((link) => link.index === index)?.name;
}
