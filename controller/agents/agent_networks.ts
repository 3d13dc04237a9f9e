/**
 * Which pools want an agent, and what the agent is told about each.
 *
 * @module
 */
import { CLUSTER_NETWORK_LABEL, HOLD_AGENT_UPGRADE_ANNOTATION } from "../../core/api/names.ts";
import { networkOfPool } from "../../core/api/network.ts";
import { networkAccess, type Tenancy } from "../../core/api/tenancy.ts";
import type { IPPool } from "../../core/api/types.ts";
import { defaultServerIP, electPool, poolNetwork } from "../../core/ipam/mod.ts";
import { keyOf } from "../../kube/objects/resources.ts";
import { type Attachment, attachmentOf, type KnownNetwork } from "../cluster/attachment.ts";
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

/** A network as a Deployment has it. */
export interface ServedNetwork {
  readonly config: AgentNetworkConfig;
  /** Harvester's cluster network; empty where the NetworkAttachmentDefinition names none. */
  readonly clusterNetwork: string;
  /** How pods are attached to it; of one whose NetworkAttachmentDefinition cannot be used any more only the hash is known. */
  readonly attachment: Pick<Attachment, "hash"> & Partial<Attachment>;
}

/** A pool that wants an agent. */
export interface WantedNetwork extends ServedNetwork {
  /** Whether the agent's image is to stay as it is. */
  readonly holdsUpgrade: boolean;
  /** Whether no new pod can be attached to it, so that those that run are to stay. */
  readonly isKept: boolean;
}

/** What {@linkcode wantedNetworks} is made from. */
interface NetworksInput {
  readonly pools: Iterable<IPPool>;
  /** The NetworkAttachmentDefinition of a network, by `namespace/name`. */
  readonly attachments: (key: string) => KnownNetwork | undefined;
  /** The network of a pool (`namespace/name`) as a Deployment with pods has it. */
  readonly served: ReadonlyMap<string, ServedNetwork>;
  /** How tenants stand to each other; unset: `shared`. */
  readonly tenancy?: Tenancy | undefined;
}

/**
 * The pools that want an agent, sorted by name: valid, not paused, not being deleted, the one that serves its network, and with a
 * NetworkAttachmentDefinition that can be used (a pod that asks for another never starts, and would take its neighbours with it),
 * unless agents serve it: then it stays as they have it. Of two whose interfaces would have one name (somebody has looked for such
 * a pair) the first one alone, for the same reason.
 */
export function wantedNetworks(input: NetworksInput): WantedNetwork[] {
  const { attachments, tenancy = "shared" } = input;
  const byNetwork = Map.groupBy(input.pools, (pool) => networkOfPool(pool) ?? "");
  byNetwork.delete("");
  const networks = [...byNetwork]
    .flatMap(([network, rivals]) => {
      const nad = attachments(network);
      const pool = electPool(rivals, networkAccess(network, { tenancy, nad }));
      return pool === undefined ? [] : wanted(network, pool, { ...input, nad }) ?? [];
    })
    .sort((a, b) => a.config.ipPoolRef < b.config.ipPoolRef ? -1 : 1);
  return withoutTwins(networks);
}

/** The first network of each interface's name: a pod that asks for one name twice never starts. */
export function withoutTwins(networks: readonly WantedNetwork[]): WantedNetwork[] {
  return [...Map.groupBy(networks, ({ config }) => config.interfaceName).values()]
    .flatMap((twins) => twins.slice(0, 1));
}

function wanted(
  network: string,
  pool: IPPool,
  { nad, served }: Pick<NetworksInput, "served"> & { readonly nad: KnownNetwork | undefined },
): WantedNetwork | undefined {
  if (pool.spec.paused === true || pool.metadata.deletionTimestamp !== undefined) return undefined;
  if (!poolNetwork(pool).ok) return undefined;
  const ref = keyOf(pool);
  const holdsUpgrade = pool.metadata.annotations?.[HOLD_AGENT_UPGRADE_ANNOTATION] === "true";
  const attachment = nad && attachmentOf(nad);
  if (nad === undefined || attachment === undefined || attachment.problem !== undefined) {
    const present = served.get(ref);
    return present && { ...present, holdsUpgrade, isKept: true };
  }
  const { cidr, serverIP } = pool.spec.ipv4Config;
  return {
    config: {
      interfaceName: interfaceNameOf(ref),
      serverIP: serverIP || (defaultServerIP(pool.spec.ipv4Config) ?? ""),
      cidr,
      ipPoolName: ref,
      ipPoolRef: ref,
      nadName: network,
    },
    clusterNetwork: nad.metadata.labels?.[CLUSTER_NETWORK_LABEL] ?? "",
    attachment,
    holdsUpgrade,
    isKept: false,
  };
}
