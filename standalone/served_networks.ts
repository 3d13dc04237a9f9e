/**
 * Which pools the agent of a standalone server serves, and on which interfaces.
 *
 * @module
 */
import type { AgentNetwork } from "../agent/types.ts";
import { networkNameProblem, networkOfPool } from "../core/api/network.ts";
import type { IPPool, NetworkAttachmentDefinition } from "../core/api/types.ts";
import { electPool } from "../core/ipam/mod.ts";
import { keyOf } from "../kube/objects/resources.ts";
import { type InterfaceChoice, interfaceOfNetwork } from "./interfaces.ts";

/** What is known of the networks. */
interface NetworkSources {
  readonly pools: Iterable<IPPool>;
  /** By `namespace/name`. */
  readonly attachment: (key: string) => NetworkAttachmentDefinition | undefined;
  /** `namespace/name` of a NetworkAttachmentDefinition -> interface; wins over what the object says. */
  readonly interfaces: ReadonlyMap<string, string>;
}

/**
 * One network per pool that serves it. The oldest pool comes first, by the order in which the planner elects: of two that want one
 * interface for two networks, the agent serves the first and says of the other why not.
 */
export function servedNetworks(sources: NetworkSources): AgentNetwork[] {
  const pools = [...sources.pools];
  const rivals = Map.groupBy(pools, networkOfPool);
  const isServing = (pool: IPPool) => {
    const network = networkOfPool(pool);
    return network === undefined || (electPool(rivals.get(network) ?? []) ?? pool) === pool;
  };
  return pools.filter(isServing).sort(byAge).map((pool) => ({
    pool: keyOf(pool),
    ...choose(pool, sources),
  }));
}

function choose(pool: IPPool, sources: NetworkSources): InterfaceChoice {
  const { networkName } = pool.spec;
  const key = networkOfPool(pool);
  if (key === undefined) {
    const problem = networkNameProblem(networkName);
    return {
      interfaceName: "",
      problem: `spec.networkName ${problem}: ${JSON.stringify(networkName)}`,
    };
  }
  const given = sources.interfaces.get(key);
  if (given !== undefined) return { interfaceName: given };
  const attachment = sources.attachment(key);
  if (attachment === undefined) {
    return {
      interfaceName: "",
      problem:
        `NetworkAttachmentDefinition ${key} does not exist, and no interface is given for it`,
    };
  }
  const choice = interfaceOfNetwork(attachment);
  return choice.problem === undefined ? choice : {
    interfaceName: choice.interfaceName,
    problem: `NetworkAttachmentDefinition ${key} names no interface: ${choice.problem}`,
  };
}

function byAge(a: IPPool, b: IPPool): number {
  return a === b ? 0 : electPool([a, b]) === a ? -1 : 1;
}
