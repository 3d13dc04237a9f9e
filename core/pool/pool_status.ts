/**
 * What an IPPool is to show beside its record of addresses.
 *
 * @module
 */
import { IPPoolCondition } from "../api/names.ts";
import { namespaceOfNetwork } from "../api/network.ts";
import { sameJson } from "../api/same_json.ts";
import type { IPPool, IPPoolStatus, IPv4Status } from "../api/types.ts";
import { isAtHome } from "../ipam/pool/elect_pool.ts";
import type { PlanNote } from "../ipam/types.ts";
import { type ConditionAnswer, no, withAnswers, yes } from "../reasons/condition_answer.ts";
import { readyFrom } from "../reasons/ready.ts";
import type { PoolReason } from "../reasons/reasons.ts";
import type { AgentView } from "./agent_view.ts";

/** What the conditions of a pool are made from. */
export interface PoolFacts {
  readonly pool: IPPool;
  /** `namespace/name` of its network; absent where `spec.networkName` is no such name. */
  readonly network?: string | undefined;
  /** Whether its NetworkAttachmentDefinition is there. */
  readonly networkFound: boolean;
  /** Why no pod can be attached to it, by its text; unset where that says nothing. */
  readonly networkProblem?: string | undefined;
  /** The pool that serves the network instead. */
  readonly servedBy?: string | undefined;
  /** Why its namespace may not use the network; unset where it may. */
  readonly notAllowed?: string | undefined;
  /** What in its spec keeps it from giving addresses; empty where nothing does. */
  readonly problems: string;
  /** What else is wrong with its spec; empty where nothing is. */
  readonly warnings: string;
  /** What the API server does not keep of it; unset: nothing. */
  readonly schemaProblem?: string | undefined;
  /** What the plan of its addresses had to say. */
  readonly notes: readonly PlanNote[];
  readonly agents: AgentView;
  /** What the controller has no right to write, such as `create virtualmachinenetworkconfigs`; unset: nothing. */
  readonly forbidden?: readonly string[];
  /** The VirtualMachineNetworkConfigs that still need it, while it is being deleted. */
  readonly users: readonly string[];
}

const USERS_NAMED = 10;

/** What a pool needs to serve: the network first, since nothing else is good without it. */
const NEEDED = [
  IPPoolCondition.Registered,
  IPPoolCondition.CacheReady,
  IPPoolCondition.AgentReady,
];

/** All conditions of a pool, in a fixed order. */
export function poolConditions(
  facts: PoolFacts,
): readonly (Answer & { readonly type: string })[] {
  return [
    { type: IPPoolCondition.Registered, ...registered(facts) },
    { type: IPPoolCondition.CacheReady, ...cacheReady(facts) },
    { type: IPPoolCondition.AgentReady, ...agentReady(facts) },
    { type: IPPoolCondition.Stopped, ...stopped(facts) },
    ...foreignServers(facts),
  ];
}

/**
 * The whole next status; the very same one where nothing changes.
 *
 * @param now RFC 3339.
 */
export function poolStatus(
  facts: PoolFacts,
  { ipv4, now }: { readonly ipv4: IPv4Status; readonly now: string },
): IPPoolStatus {
  const before = facts.pool.status ?? {};
  const { agentPodRef: _, ...rest } = before;
  const kept = othersOf(facts)?.length === 0
    ? before.conditions?.filter(({ type }) => type !== IPPoolCondition.ForeignDHCPServer)
    : before.conditions;
  const answers = poolConditions(facts);
  const ready = readyFrom(answers, NEEDED, "The IPPool is served");
  const conditions = withAnswers(kept, [...answers, ready], now);
  const { generation: observedGeneration } = facts.pool.metadata;
  const sameRecord = sameJson(ipv4, before.ipv4);
  const next: IPPoolStatus = {
    ...rest,
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
    ...(sameRecord ? {} : { lastUpdate: now }),
    ipv4,
    ...(facts.agents.pod === undefined ? {} : { agentPodRef: facts.agents.pod }),
    conditions,
  };
  return sameJson(next, before) ? before : next;
}

type Answer = ConditionAnswer<PoolReason>;

function registered(facts: PoolFacts): Answer {
  const { pool, network, networkFound, networkProblem, servedBy, notAllowed } = facts;
  if (network === undefined) {
    return no(
      "InvalidNetworkName",
      `spec.networkName is no network's name: ${JSON.stringify(pool.spec?.networkName)}`,
    );
  }
  // A network that is not there names nobody: that is said first.
  if (notAllowed !== undefined && networkFound) {
    return no("NamespaceNotAllowed", `N${notAllowed.slice(1)}`);
  }
  if (servedBy !== undefined) {
    const isOutranked = !isAtHome(pool) &&
      servedBy.startsWith(`${namespaceOfNetwork(network)}/`);
    const why = isOutranked ? ", which is of the network's own namespace" : "";
    return no("NetworkAlreadyServed", `Network ${network} is served by IPPool ${servedBy}${why}`);
  }
  if (!networkFound) {
    return no("NetworkNotFound", `There is no NetworkAttachmentDefinition ${network}`);
  }
  if (networkProblem !== undefined) {
    const what = `NetworkAttachmentDefinition ${network} cannot be attached`;
    return no("NetworkInvalid", `${what}: ${networkProblem}`);
  }
  return yes("Registered", `IPPool serves network ${network}`);
}

function cacheReady(
  { problems, warnings, notes, forbidden = [], schemaProblem }: PoolFacts,
): Answer {
  if (problems !== "") return no("PoolInvalid", problems);
  if (forbidden.length > 0) {
    return no("WriteRefused", `The controller has no right to ${forbidden.join(", ")}`);
  }
  if (warnings !== "") return yes("InvalidOptions", warnings);
  const warning = notes.find(({ type }) => type === "Warning");
  if (warning !== undefined) return yes(warning.reason, warning.message);
  if (schemaProblem !== undefined) return yes("OutdatedSchema", schemaProblem);
  return yes("Planned", "The record of addresses is up to date");
}

function agentReady({ pool, agents }: PoolFacts): Answer {
  if (pool.spec?.paused === true) return no("Paused", "The IPPool is paused");
  return agents.ready ? yes(agents.reason, agents.message) : no(agents.reason, agents.message);
}

function stopped({ pool, users }: PoolFacts): Answer {
  const answer = pool.spec?.paused === true ? yes : no;
  if (pool.metadata.deletionTimestamp !== undefined && users.length > 0) {
    return answer("PoolInUse", inUse(users));
  }
  return pool.spec?.paused === true
    ? yes("Paused", "The IPPool is paused")
    : no("Running", "The IPPool is not paused");
}

/** There only while another server is heard. Where no agent can say, what was said before stays. */
function foreignServers(facts: PoolFacts): readonly (Answer & { readonly type: string })[] {
  const others = othersOf(facts) ?? [];
  if (others.length === 0) return [];
  const named = others.map(({ address, macAddress }) =>
    macAddress === undefined ? address : `${address} (${macAddress})`
  );
  const message = `Another DHCP server answers on the network: ${named.join(", ")}`;
  return [{ type: IPPoolCondition.ForeignDHCPServer, ...yes("ForeignDHCPServer", message) }];
}

/**
 * The other servers that agents hear; `undefined` where no agent can say. One that still serves an earlier state of the pool takes the
 * pool's own new address, from which another agent answers already, for somebody else's.
 */
function othersOf({ pool, agents: { foreignServers } }: PoolFacts): typeof foreignServers {
  const own = pool.spec?.ipv4Config?.serverIP;
  return foreignServers?.filter(({ address }) => address !== own);
}

/** Says who keeps a pool from being deleted. */
function inUse(users: readonly string[]): string {
  const named = [...users].sort().slice(0, USERS_NAMED).join(", ");
  const more = users.length > USERS_NAMED ? ` and ${users.length - USERS_NAMED} more` : "";
  return `Deletion waits for VirtualMachineNetworkConfig ${named}${more}`;
}
