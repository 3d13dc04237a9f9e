/**
 * Networks of one agent that get in each other's way.
 *
 * @module
 */
import { parseKey } from "../../kube/mod.ts";
import type { AgentNetwork } from "../types.ts";

/**
 * The networks, where a second one on an interface bears the problem instead of sharing it: two sockets on one interface would both
 * answer. Throws `TypeError` for a pool that is not `namespace/name`, and for one that comes twice.
 */
export function withoutClashes(networks: readonly AgentNetwork[]): AgentNetwork[] {
  const pools = new Set<string>();
  const owners = new Map<string, string>();
  return networks.map((network) => {
    const { pool, interfaceName, problem } = network;
    if (parseKey(pool).namespace === undefined) {
      throw new TypeError(`Cannot serve a pool without a namespace: ${JSON.stringify(pool)}`);
    }
    if (pools.has(pool)) throw new TypeError(`Cannot serve a pool twice: ${pool}`);
    pools.add(pool);
    if (problem !== undefined) return network;
    const owner = owners.get(interfaceName);
    if (owner !== undefined) {
      return {
        ...network,
        problem: `Interface ${interfaceName} is served for IPPool ${owner} already`,
      };
    }
    owners.set(interfaceName, pool);
    return network;
  });
}
