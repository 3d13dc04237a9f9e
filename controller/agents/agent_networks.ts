/**
 * Which pools want an agent, and what the agent is told about each.
 *
 * @module
 */
import { CLUSTER_NETWORK_LABEL, HOLD_AGENT_UPGRADE_ANNOTATION } from "../../core/api/names.ts";
import type { IPPool, NetworkAttachmentDefinition } from "../../core/api/types.ts";
import { defaultServerIP, electPool, poolNetwork } from "../../core/ipam/mod.ts";
import { keyOf } from "../../kube/resources.ts";
import { networkOfPool } from "../world.ts";
import { interfaceNameOf } from "./interface_name.ts";

/** One network of an agent: an entry of `AGENT_NETWORK_CONFIGS`, in the Go version's spelling. */
export interface AgentNetworkConfig {
  readonly interfaceName: string;
  readonly serverIP: string;
  readonly cidr: string;
  /** `namespace/name` of the IPPool. */
  readonly ipPoolName: string;
  /** The same again. */
  readonly ipPoolRef: string;
  /** `namespace/name` of the NetworkAttachmentDefinition. */
  readonly nadName: string;
}

/** A pool that wants an agent. */
export interface WantedNetwork {
  readonly config: AgentNetworkConfig;
  /** Harvester's cluster network; empty where the NetworkAttachmentDefinition names none. */
  readonly clusterNetwork: string;
  /** Whether the agent's image is to stay as it is. */
  readonly holdsUpgrade: boolean;
}

/**
 * The pools that want an agent, sorted by name: valid, not paused, not being deleted, the one that serves its network, and with a
 * NetworkAttachmentDefinition (a pod that asks for one that is missing never starts, and would take its neighbours with it).
 */
export function wantedNetworks(
  pools: Iterable<IPPool>,
  attachments: (key: string) => NetworkAttachmentDefinition | undefined,
): WantedNetwork[] {
  const byNetwork = Map.groupBy(pools, (pool) => networkOfPool(pool) ?? "");
  byNetwork.delete("");
  return [...byNetwork]
    .flatMap(([network, rivals]) => wanted(network, electPool(rivals), attachments(network)) ?? [])
    .sort((a, b) => a.config.ipPoolRef < b.config.ipPoolRef ? -1 : 1);
}

function wanted(
  network: string,
  pool: IPPool | undefined,
  attachment: NetworkAttachmentDefinition | undefined,
): WantedNetwork | undefined {
  if (pool === undefined || attachment === undefined) return undefined;
  if (pool.spec.paused === true || pool.metadata.deletionTimestamp !== undefined) return undefined;
  if (!poolNetwork(pool).ok) return undefined;
  const { cidr, serverIP } = pool.spec.ipv4Config;
  const ref = keyOf(pool);
  return {
    config: {
      interfaceName: interfaceNameOf(ref),
      serverIP: serverIP || (defaultServerIP(pool.spec.ipv4Config) ?? ""),
      cidr,
      ipPoolName: ref,
      ipPoolRef: ref,
      nadName: network,
    },
    clusterNetwork: attachment.metadata.labels?.[CLUSTER_NETWORK_LABEL] ?? "",
    holdsUpgrade: pool.metadata.annotations?.[HOLD_AGENT_UPGRADE_ANNOTATION] === "true",
  };
}
