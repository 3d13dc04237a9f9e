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
import { apartName, baseOf, clusterNetworkNames, isApart, partName } from "./agent_names.ts";
import { type ServedNetwork, type WantedNetwork, wantedNetworks } from "./agent_networks.ts";
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
  /** Whether pods of a Deployment answer for a pool (`namespace/name`); unset: none does. */
  readonly answers?: (deployment: string, pool: string) => boolean;
  /** Whether a Deployment was removed, which a late watch has not told yet; unset: none was. */
  readonly isRemoved?: (deployment: string) => boolean;
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
  readonly networks: WantedNetwork[];
}

/** Where a network is now. */
interface Place {
  /** Name of the Deployment. */
  readonly name: string;
  /** Name of the first Deployment of its group. */
  readonly base: string;
  /** As the Deployment has it. */
  readonly network: ServedNetwork;
}

/**
 * Plans the agents: one Deployment per cluster network, more where a cluster network has more than `poolsPerAgent` pools, and one
 * for each network that has kept others from being served. A pool stays where it is served now, so that adding, pausing or
 * removing a pool touches one Deployment. One that has to move (to another cluster network, as a rule) stays as it is where it was,
 * too, until it is answered for where it goes: pods that serve it there may never start. Pure: the same input gives the same plan.
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
 * apart is known from its Deployment: it stays so until its pool is paused, or the Deployment is deleted. Where a network was before
 * it stays, too, until it is answered for where it goes, unless it keeps new pods there from starting.
 */
function groupsOf(
  { template, existing, suspects, answers, isRemoved }: AgentsInput,
  networks: readonly WantedNetwork[],
): readonly (readonly [string, Group])[] {
  const templateName = template.metadata.name ?? "";
  const names = clusterNetworkNames(
    templateName,
    [...new Set(["", ...networks.map(({ clusterNetwork }) => clusterNetwork)])],
  );
  const present = [template, ...existing];
  const placeOf = ({ metadata: { name = "" } }: Deployment) => ({
    name,
    base: baseOf(templateName, name),
  });
  const found = present.flatMap((deployment) => {
    const { name, base } = placeOf(deployment);
    const pools = new Set(servedBy(deployment));
    const members = networks.filter(({ config }) => pools.has(config.ipPoolRef));
    const one = suspects?.(name, members);
    return one === undefined ? [] : [{ ...one, name, base, isAlone: members.length === 1 }];
  });
  const places = Map.groupBy(
    present.flatMap((one): Place[] =>
      servedNetworks(one).map((network) => ({ ...placeOf(one), network }))
    ),
    ({ network }) => network.config.ipPoolRef,
  );
  const isThere = (name: string) => existing.some(({ metadata }) => metadata.name === name);
  const targetOf = (network: WantedNetwork, now: readonly Place[]) => {
    const { config: { ipPoolRef: pool, nadName }, clusterNetwork, attachment } = network;
    const isNowIn = (base: string) => now.some(({ name }) => name === base);
    const isNew = !now.some(({ network: { attachment: { hash } } }) =>
      hash === "" || hash === attachment.hash
    );
    const home = names.get(clusterNetwork) ?? templateName;
    const alone = apartName(templateName, pool);
    const namespace = apartName(templateName, `${nadName.split("/")[0]} ${clusterNetwork}`);
    // What is wrong where it no longer belongs says nothing of where it goes.
    const isFound = (isIsolated: boolean) =>
      found.some((one) =>
        one.isIsolated === isIsolated && one.pools.has(pool) && [home, namespace].includes(one.base)
      );
    return isNowIn(alone) || isFound(false) || (attachment.isOnNode && isNew)
      ? alone
      : isNowIn(namespace) || isFound(true) || (now.length === 0 && isThere(namespace))
      ? namespace
      : home;
  };
  const groups = new Map<string, Group>([[templateName, { clusterNetwork: "", networks: [] }]]);
  const add = (base: string, network: WantedNetwork) => {
    const { clusterNetwork } = network;
    const group = groups.get(base) ?? { clusterNetwork, networks: [] };
    group.networks.push(network);
    groups.set(base, group);
  };
  const stay: [base: string, network: WantedNetwork][] = [];
  for (const network of networks) {
    const { config: { ipPoolRef: pool }, holdsUpgrade } = network;
    const now = places.get(pool) ?? [];
    const target = targetOf(network, now);
    add(target, network);
    if (now.some(({ name, base }) => base === target && answers?.(name, pool))) continue;
    for (const { name, base, network: former } of now) {
      if (base === target) continue;
      // It would be made again, each time that its pods are gone before the watch tells of its end.
      if (isRemoved?.(name) === true) continue;
      const keeping = found.find((one) => one.name === name && one.pools.has(pool));
      // One that keeps only its own new pods from starting stays as those have it that run.
      const hash = keeping === undefined
        ? former.attachment.hash
        : keeping.isAlone
        ? keeping.attached.get(pool)
        : undefined;
      if (hash === undefined) continue;
      stay.push([base, { ...former, attachment: { hash }, holdsUpgrade, isKept: true }]);
    }
  }
  for (const [base, network] of stay) add(base, network);
  const rank = (base: string) => isApart(templateName, base) ? 0 : 1;
  return [...groups].sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1));
}
