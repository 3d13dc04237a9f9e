/**
 * Which pools the agent of a standalone server serves, and on which interfaces.
 *
 * @module
 */
import type { AgentNetwork } from "../agent/types.ts";
import { networkNameProblem, networkRef } from "../core/api/network_ref.ts";
import type { IPPool, NetworkAttachmentDefinition } from "../core/api/types.ts";
import { keyOf } from "../kube/resources.ts";
import { type InterfaceChoice, interfaceOfNetwork } from "./interfaces.ts";

/** What is known of the networks. */
export interface NetworkSources {
  readonly pools: Iterable<IPPool>;
  /** By `namespace/name`. */
  readonly attachment: (key: string) => NetworkAttachmentDefinition | undefined;
  /** `namespace/name` of a NetworkAttachmentDefinition -> interface; wins over what the object says. */
  readonly interfaces: ReadonlyMap<string, string>;
}

/**
 * One network per pool, the oldest pool first. An interface belongs to the oldest pool that wants it; a younger one,
 * and one whose interface is not known, bears the problem instead.
 */
export function servedNetworks(sources: NetworkSources): AgentNetwork[] {
  const taken = new Map<string, string>();
  return [...sources.pools].sort(byAge).map((pool) => {
    const key = keyOf(pool);
    const { interfaceName, problem } = choose(pool, sources);
    if (problem !== undefined) return { pool: key, interfaceName, problem };
    const owner = taken.get(interfaceName);
    if (owner !== undefined) {
      return {
        pool: key,
        interfaceName,
        problem: `Interface ${interfaceName} is served for IPPool ${owner} already`,
      };
    }
    taken.set(interfaceName, key);
    return { pool: key, interfaceName };
  });
}

function choose(pool: IPPool, sources: NetworkSources): InterfaceChoice {
  const { networkName } = pool.spec;
  const unreadable = networkNameProblem(networkName);
  if (unreadable !== undefined) {
    return {
      interfaceName: "",
      problem: `spec.networkName ${unreadable}: ${JSON.stringify(networkName)}`,
    };
  }
  const key = networkRef(networkName, pool.metadata.namespace ?? "default");
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
  return compare(a.metadata.creationTimestamp ?? "", b.metadata.creationTimestamp ?? "") ||
    compare(keyOf(a), keyOf(b));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
