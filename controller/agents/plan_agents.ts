/**
 * Which agent Deployments there are to be, and which networks each serves.
 *
 * @module
 */
import type { IPPool, NetworkAttachmentDefinition } from "../../core/api/types.ts";
import type { Deployment } from "../../kube/builtin_types.ts";
import type { JsonValue } from "../../kube/seam.ts";
import { type WantedNetwork, wantedNetworks } from "./agent_networks.ts";
import { hashOf } from "./interface_name.ts";
import { type AgentSettings, renderAgent, servedBy } from "./render_agent.ts";

/** What the plan is made from. */
export interface AgentsInput {
  readonly pools: Iterable<IPPool>;
  /** The NetworkAttachmentDefinition of a network, by `namespace/name`. */
  readonly attachments: (key: string) => NetworkAttachmentDefinition | undefined;
  /** The Deployment that all others are made from, and that serves what has no cluster network. */
  readonly template: Deployment;
  /** The Deployments made from the template, as they are now. */
  readonly existing: readonly Deployment[];
  readonly settings: AgentSettings;
}

/** The whole wanted set. */
export interface AgentsPlan {
  /** To be applied, each with all fields that are ours. */
  readonly apply: readonly {
    readonly name: string;
    readonly body: JsonValue;
    /** `namespace/name` of the pools that it serves. */
    readonly pools: readonly string[];
  }[];
  /** Names of Deployments that serve nothing any more. */
  readonly remove: readonly string[];
}

/** Longest name of a Deployment whose pods' names stay within 63 characters. */
const NAME_LENGTH = 46;
/** End of the name of a cluster network's second Deployment and of those after it. */
const PART = /-part-(\d+)$/;

/**
 * Plans the agents: one Deployment per cluster network, more where a cluster network has more than `poolsPerAgent` pools. A pool
 * stays where it is served now, so that adding, pausing or removing a pool touches one Deployment. Pure: the same input gives
 * the same plan.
 *
 * @throws {Error} when the template has no container of the name that the settings say.
 */
export function planAgents(input: AgentsInput): AgentsPlan {
  const { template, existing, settings } = input;
  const templateName = template.metadata.name ?? "";
  const groups = Map.groupBy(
    wantedNetworks(input.pools, input.attachments),
    ({ clusterNetwork }) => clusterNetwork,
  );
  const apply: { name: string; body: JsonValue; pools: readonly string[] }[] = [];
  const present = [template, ...existing];
  const names = new Set<string>();
  for (const [clusterNetwork, networks] of [["", []] as const, ...groups].sort(byName)) {
    if (clusterNetwork === "" && networks.length === 0 && groups.has("")) continue;
    const now = present.filter((deployment) =>
      deployment.metadata.name === nameOf(templateName, clusterNetwork, indexOf(deployment))
    );
    const shares = share(networks, { now, limit: settings.poolsPerAgent });
    for (const [index, part] of shares.entries()) {
      const name = nameOf(templateName, clusterNetwork, index);
      if (part.length === 0 && name !== templateName) continue;
      names.add(name);
      const current = present.find(({ metadata }) => metadata.name === name);
      const options = { name, template, networks: part, clusterNetwork, settings };
      apply.push({
        name,
        body: renderAgent({ ...options, ...(current === undefined ? {} : { current }) }),
        pools: part.map(({ config }) => config.ipPoolRef),
      });
    }
  }
  const remove = existing.map(({ metadata }) => metadata.name ?? "").filter((name) =>
    !names.has(name)
  );
  return { apply, remove };
}

function byName(
  [a]: readonly [string, readonly WantedNetwork[]],
  [b]: readonly [string, readonly WantedNetwork[]],
): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Networks by the index of their Deployment: where each is now if there is room, else the first with room. */
function share(
  networks: readonly WantedNetwork[],
  { now, limit }: { readonly now: readonly Deployment[]; readonly limit: number },
): WantedNetwork[][] {
  const places = new Map<string, number>();
  for (const deployment of now) {
    for (const pool of servedBy(deployment)) places.set(pool, indexOf(deployment));
  }
  const shares: WantedNetwork[][] = [[]];
  const at = (index: number): WantedNetwork[] => {
    while (shares.length <= index) shares.push([]);
    return shares[index] ?? [];
  };
  const homeless: WantedNetwork[] = [];
  for (const network of networks) {
    const place = places.get(network.config.ipPoolRef);
    if (place !== undefined && at(place).length < limit) at(place).push(network);
    else homeless.push(network);
  }
  for (const network of homeless) {
    let index = 0;
    while (at(index).length >= limit) index++;
    at(index).push(network);
  }
  const order = ({ config }: WantedNetwork) => config.ipPoolRef;
  return shares.map((part) => part.sort((a, b) => order(a) < order(b) ? -1 : 1));
}

/** Position of a Deployment among those of its cluster network, from its name's end. */
function indexOf({ metadata }: Deployment): number {
  const [, number] = PART.exec(metadata.name ?? "") ?? [];
  return number === undefined ? 0 : Number(number) - 1;
}

/** The template itself for networks without a cluster network; a long name is cut and told apart by a hash. */
function nameOf(template: string, clusterNetwork: string, index: number): string {
  const part = index === 0 ? "" : `-part-${index + 1}`;
  if (clusterNetwork === "") return `${template}${part}`;
  const whole = `${template}-${clusterNetwork.toLowerCase().replaceAll(/[^a-z0-9-]+/g, "-")}`;
  const isPlain = whole === `${template}-${clusterNetwork}` && whole.length <= NAME_LENGTH &&
    !PART.test(whole);
  return isPlain
    ? `${whole}${part}`
    : `${whole.slice(0, NAME_LENGTH - 13).replace(/-+$/, "")}-${hashOf(clusterNetwork)}${part}`;
}
