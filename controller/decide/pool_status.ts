/**
 * What an IPPool is to show beside its record of addresses.
 *
 * @module
 */
import { IPPoolCondition } from "../../core/api/names.ts";
import type { ConditionStatus, IPPool, IPPoolStatus, IPv4Status } from "../../core/api/types.ts";
import type { PlanNote } from "../../core/ipam/types.ts";
import type { AgentView } from "./agent_view.ts";
import { withAnswer } from "./conditions.ts";
import type { PoolReason } from "./reasons.ts";
import { sameJson } from "./same_json.ts";

/** What the conditions of a pool are made from. */
export interface PoolFacts {
  readonly pool: IPPool;
  /** `namespace/name` of its network; absent where `spec.networkName` is no such name. */
  readonly network?: string;
  /** Whether its NetworkAttachmentDefinition is there. */
  readonly networkFound: boolean;
  /** The older pool that serves the network instead. */
  readonly servedBy?: string;
  /** What in its spec keeps it from giving addresses; empty where nothing does. */
  readonly problems: string;
  /** What else is wrong with its spec; empty where nothing is. */
  readonly warnings: string;
  /** What the plan of its addresses had to say. */
  readonly notes: readonly PlanNote[];
  readonly agents: AgentView;
  /** The VirtualMachineNetworkConfigs that still need it, while it is being deleted. */
  readonly users: readonly string[];
}

/** One condition's answer. */
export interface PoolAnswer {
  readonly type: string;
  readonly status: ConditionStatus;
  readonly reason: PoolReason;
  readonly message: string;
}

const USERS_NAMED = 10;

/** All conditions of a pool, in a fixed order. */
export function poolConditions(facts: PoolFacts): readonly PoolAnswer[] {
  return [
    { type: IPPoolCondition.Registered, ...registered(facts) },
    { type: IPPoolCondition.CacheReady, ...cacheReady(facts) },
    { type: IPPoolCondition.AgentReady, ...agentReady(facts) },
    { type: IPPoolCondition.Stopped, ...stopped(facts) },
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
  const conditions = poolConditions(facts).reduce(
    (conditions, answer) => withAnswer(conditions, answer, now),
    before.conditions ?? [],
  );
  const sameRecord = sameJson(ipv4, before.ipv4);
  const next: IPPoolStatus = {
    ...rest,
    ...(sameRecord ? {} : { lastUpdate: now }),
    ipv4,
    ...(facts.agents.pod === undefined ? {} : { agentPodRef: facts.agents.pod }),
    conditions,
  };
  return sameJson(next, before) ? before : next;
}

type Answer = Omit<PoolAnswer, "type">;

function registered({ pool, network, networkFound, servedBy }: PoolFacts): Answer {
  if (network === undefined) {
    return no(
      "InvalidNetworkName",
      `spec.networkName is no network's name: ${JSON.stringify(pool.spec?.networkName)}`,
    );
  }
  if (servedBy !== undefined) {
    return no(
      "NetworkAlreadyServed",
      `Network ${network} is served by the older IPPool ${servedBy}`,
    );
  }
  if (!networkFound) {
    return no("NetworkNotFound", `There is no NetworkAttachmentDefinition ${network}`);
  }
  return yes("Registered", `IPPool serves network ${network}`);
}

function cacheReady({ problems, warnings, notes }: PoolFacts): Answer {
  if (problems !== "") return no("PoolInvalid", problems);
  if (warnings !== "") return yes("InvalidOptions", warnings);
  const warning = notes.find(({ type }) => type === "Warning");
  return warning === undefined
    ? yes("Planned", "The record of addresses is up to date")
    : yes(warning.reason, warning.message);
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

/** Says who keeps a pool from being deleted. */
function inUse(users: readonly string[]): string {
  const named = users.toSorted().slice(0, USERS_NAMED).join(", ");
  const more = users.length > USERS_NAMED ? ` and ${users.length - USERS_NAMED} more` : "";
  return `Deletion waits for VirtualMachineNetworkConfig ${named}${more}`;
}

function yes(reason: PoolReason, message: string): Answer {
  return { status: "True", reason, message };
}

function no(reason: PoolReason, message: string): Answer {
  return { status: "False", reason, message };
}
