/**
 * Which agent Deployments there are to be, and which networks each serves.
 *
 * @module
 */
import type { Tenancy } from "../../core/api/tenancy.ts";
import type { IPPool } from "../../core/api/types.ts";
import type { Deployment } from "../../kube/objects/builtin_types.ts";
import type { JsonValue } from "../../kube/rest_client.ts";
import type { KnownNetwork } from "../cluster/attachment.ts";
import { apartName, clusterNetworkNames, partName } from "./agent_names.ts";
import { type WantedNetwork, wantedNetworks } from "./agent_networks.ts";
import { type AgentSettings, renderAgent } from "./render_agent.ts";
import { servedBy, servedNetworks } from "./served_networks.ts";
import { share } from "./share.ts";
import type { Suspects } from "./suspects.ts";

/** What the plan is made from. */
interface AgentsInput {
  readonly pools: Iterable<IPPool>;
  /** The NetworkAttachmentDefinition of a network, by `namespace/name`. */
  readonly attachments: (key: string) => KnownNetwork | undefined;
  /** The Deployment that all others are made from, and that serves what has no cluster network. */
  readonly template: Deployment;
  /** The Deployments made from the template, as they are now. */
  readonly existing: readonly Deployment[];
  readonly settings: AgentSettings;
  /** How tenants stand to each other; unset: `shared`. */
  readonly tenancy?: Tenancy;
  /** Which of a Deployment's networks keep its new pods from starting; unset: none. */
  readonly suspects?: (
    deployment: string,
    networks: readonly WantedNetwork[],
  ) => Suspects | undefined;
}

/** The whole wanted set. */
export interface AgentsPlan {
  /** To be applied in this order, each with all fields that are ours. */
  readonly apply: readonly {
    readonly name: string;
    readonly body: JsonValue;
    /** `namespace/name` of the pools that it serves. */
    readonly pools: readonly string[];
  }[];
  /** Names of Deployments that serve nothing any more. */
  readonly remove: readonly string[];
}

/** Networks that are served together, by one Deployment or by several. */
interface Group {
  readonly clusterNetwork: string;
  /** Whether they are kept from the others of their cluster network. */
  readonly isApart: boolean;
  readonly networks: WantedNetwork[];
}

/**
 * Plans the agents: one Deployment per cluster network, more where a cluster network has more than `poolsPerAgent` pools, and one
 * for each network that has kept others from being served. A pool stays where it is served now, so that adding, pausing or
 * removing a pool touches one Deployment. Pure: the same input gives the same plan.
 *
 * @throws {Error} when the template has no container of the name that the settings say.
 */
export function planAgents(input: AgentsInput): AgentsPlan {
  const { template, existing, settings } = input;
  const templateName = template.metadata.name ?? "";
  const present = [template, ...existing];
  const networks = wantedNetworks({ ...input, served: networksWithPods(present) });
  const wanted = new Set(networks.map(({ config }) => config.ipPoolRef));
  const apply: { name: string; body: JsonValue; pools: readonly string[] }[] = [];
  for (const [base, { clusterNetwork, networks: members }] of groupsOf(input, networks)) {
    const shares = share(members, { base, present, wanted, limit: settings.poolsPerAgent });
    for (const [index, part] of shares.entries()) {
      const name = partName(base, index);
      if (part.length === 0 && name !== templateName) continue;
      const current = present.find(({ metadata }) => metadata.name === name);
      const options = { name, template, networks: part, clusterNetwork, settings };
      apply.push({
        name,
        body: renderAgent({ ...options, ...(current === undefined ? {} : { current }) }),
        pools: part.map(({ config }) => config.ipPoolRef),
      });
    }
  }
  const names = new Set(apply.map(({ name }) => name));
  const remove = existing.map(({ metadata }) => metadata.name ?? "").filter((name) =>
    !names.has(name)
  );
  return { apply, remove };
}

/** The networks of Deployments that have pods. */
function networksWithPods(present: readonly Deployment[]) {
  return new Map(
    present.filter(({ spec }) => (spec?.replicas ?? 0) > 0).flatMap(servedNetworks)
      .map((network) => [network.config.ipPoolRef, network] as const),
  );
}

/**
 * Name of a group's first Deployment -> the group; those apart come first, so that a network is never nowhere. That a network is
 * apart is known from its Deployment: it stays so until its pool is paused, or the Deployment is deleted.
 */
function groupsOf(
  { template, existing, suspects }: AgentsInput,
  networks: readonly WantedNetwork[],
): readonly (readonly [string, Group])[] {
  const templateName = template.metadata.name ?? "";
  const names = clusterNetworkNames(
    templateName,
    [...new Set(["", ...networks.map(({ clusterNetwork }) => clusterNetwork)])],
  );
  const present = [template, ...existing];
  const found = present.flatMap((deployment) => {
    const pools = new Set(servedBy(deployment));
    const members = networks.filter(({ config }) => pools.has(config.ipPoolRef));
    return suspects?.(deployment.metadata.name ?? "", members) ?? [];
  });
  const places = Map.groupBy(
    present.flatMap((one) =>
      servedNetworks(one).map((network) => ({ name: one.metadata.name ?? "", network }))
    ),
    ({ network }) => network.config.ipPoolRef,
  );
  const isFound = (pool: string, isIsolated: boolean) =>
    found.some((one) => one.isIsolated === isIsolated && one.pools.has(pool));
  const isThere = (name: string) => existing.some(({ metadata }) => metadata.name === name);
  const groups = new Map<string, Group>([
    [templateName, { clusterNetwork: "", isApart: false, networks: [] }],
  ]);
  for (const network of networks) {
    const { config: { ipPoolRef: pool, nadName }, clusterNetwork, attachment } = network;
    const now = places.get(pool) ?? [];
    const isNowIn = (base: string) => now.some(({ name }) => name === base);
    const isNew = !now.some(({ network: { attachment: { hash } } }) =>
      hash === "" || hash === attachment.hash
    );
    const alone = apartName(templateName, pool);
    const namespace = apartName(templateName, `${nadName.split("/")[0]} ${clusterNetwork}`);
    const apart = isNowIn(alone) || isFound(pool, false) || (attachment.isOnNode && isNew)
      ? alone
      : isNowIn(namespace) || isFound(pool, true) || (now.length === 0 && isThere(namespace))
      ? namespace
      : undefined;
    const name = apart ?? names.get(clusterNetwork) ?? templateName;
    const isApart = apart !== undefined;
    const group = groups.get(name) ?? { clusterNetwork, isApart, networks: [] };
    group.networks.push(network);
    groups.set(name, group);
  }
  return [...groups].sort(([a, one], [b, other]) =>
    Number(other.isApart) - Number(one.isApart) || (a < b ? -1 : 1)
  );
}
