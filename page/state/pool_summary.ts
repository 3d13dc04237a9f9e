/**
 * How a pool is, in few words.
 *
 * @module
 */
import { getCondition } from "../../core/api/condition.ts";
import { IPPoolCondition } from "../../core/api/names.ts";
import { networkOfPool } from "../../core/api/network.ts";
import type { IPPool } from "../../core/api/types.ts";
import type { Tone } from "../html/markup.ts";

/** How a pool is, in few words. */
export interface PoolSummary {
  /** `namespace/name`. */
  readonly key: string;
  /** `namespace/name` of its network, or what is written in its place. */
  readonly network: string;
  readonly cidr: string;
  readonly used: number;
  readonly available: number;
  /** One word, and its tone. */
  readonly state: string;
  readonly tone: Tone;
  /** Whether it should be served and is not, or its network has it served by nobody. */
  readonly broken: boolean;
  /** The pod that answers; absent where none does. */
  readonly pod?: string;
}

/** Reads the status of a pool. */
export function summaryOf(pool: IPPool): PoolSummary {
  const { used = 0, available = 0 } = pool.status?.ipv4 ?? {};
  const pod = pool.status?.agentPodRef?.name;
  return {
    key: `${pool.metadata.namespace ?? ""}/${pool.metadata.name ?? ""}`,
    network: networkOfPool(pool) ?? String(pool.spec?.networkName ?? ""),
    cidr: String(pool.spec?.ipv4Config?.cidr ?? ""),
    used,
    available,
    ...stateOf(pool),
    ...(pod === undefined ? {} : { pod }),
  };
}

type State = Pick<PoolSummary, "state" | "tone" | "broken">;

/** Reasons of `AgentReady` while agents come up. */
const STARTING = new Set(["AgentStarting", "NotSynced", "NoAgent"]);

function stateOf(pool: IPPool): State {
  if (pool.metadata.deletionTimestamp !== undefined) return calm("Going", "off");
  if (pool.spec?.paused === true) return calm("Paused", "off");
  const said = (type: string) => getCondition(pool.status?.conditions, type);
  const registered = said(IPPoolCondition.Registered);
  const cache = said(IPPoolCondition.CacheReady);
  const agent = said(IPPoolCondition.AgentReady);
  if (registered === undefined || agent === undefined) return calm("New", "calm");
  if (registered.status === "False") return broken("Not registered");
  if (cache?.status === "False") return broken("Not planned");
  if (agent.status !== "True") {
    return STARTING.has(agent.reason ?? "")
      ? { state: "Starting", tone: "warn", broken: true }
      : broken("Not served");
  }
  return calm("Serving", "good");
}

function calm(state: string, tone: Tone): State {
  return { state, tone, broken: false };
}

function broken(state: string): State {
  return { state, tone: "bad", broken: true };
}
