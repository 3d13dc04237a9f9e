/**
 * `pools`: how full each pool is, and whether it is served.
 *
 * @module
 */
import { getCondition } from "../../core/api/condition.ts";
import { IPPoolCondition } from "../../core/api/names.ts";
import { networkOfPool } from "../../core/api/network.ts";
import type { Condition, IPPool } from "../../core/api/types.ts";
import { nameOf } from "../../core/inspect/world.ts";
import { doubts, poolsMeant } from "../world_of.ts";
import type { Verb } from "./verb.ts";

/** One pool, in short. */
interface PoolSummary {
  readonly pool: string;
  readonly network: string;
  readonly cidr: string;
  readonly used: number;
  readonly available: number;
  /** Of the addresses that can be given, how many are, 0 to 100. */
  readonly percentUsed: number;
  readonly serverIP?: string;
  readonly paused: boolean;
  readonly agent?: string;
  /** Whether nothing of it is wrong. */
  readonly ready: boolean;
  /** The first thing that is wrong, stable. */
  readonly reason?: string;
  readonly message?: string;
}

/** Every pool in short. */
export const pools: Verb = {
  about: "Every IPPool: how full it is, who answers for it, and what is wrong",
  parameters: ["of", "namespace"],
  answer: ({ source, query }) => {
    const list = poolsMeant(source, query).map(summaryOf);
    return {
      data: { pools: list },
      columns: ["POOL", "NETWORK", "CIDR", "USED", "FREE", "FULL", "READY", "AGENT", "REASON"],
      rows: list.map(({ pool, network, cidr, used, available, percentUsed, ...rest }) => [
        pool,
        network,
        cidr,
        used,
        available,
        `${percentUsed}%`,
        rest.ready ? "True" : "False",
        rest.agent,
        rest.reason,
      ]),
      notes: [
        ...list.flatMap(({ pool, message }) =>
          message === undefined ? [] : [`${pool}: ${message}`]
        ),
        ...doubts(source),
      ],
      isBroken: list.some(({ ready, paused }) => !ready && !paused),
    };
  },
};

/** Conditions that must hold, the telling ones first. */
const NEEDED = [IPPoolCondition.Registered, IPPoolCondition.CacheReady, IPPoolCondition.AgentReady];

/** What is wrong with a pool: its first condition that says so; `undefined` where nothing is. */
function troubleOf({ status }: IPPool): Condition | undefined {
  const found = NEEDED.map((type) => getCondition(status?.conditions, type))
    .find((condition) => condition?.status === "False");
  if (found !== undefined) return found;
  const foreign = getCondition(status?.conditions, IPPoolCondition.ForeignDHCPServer);
  return foreign?.status === "True" ? foreign : undefined;
}

/** A pool in short. */
export function summaryOf(pool: IPPool): PoolSummary {
  const { spec, status } = pool;
  const { used = 0, available = 0 } = status?.ipv4 ?? {};
  const { namespace, name } = status?.agentPodRef ?? {};
  const trouble = troubleOf(pool);
  // One pool that no schema checked must not hide all others.
  const { cidr, serverIP } = (spec?.ipv4Config ?? {}) as Partial<IPPool["spec"]["ipv4Config"]>;
  const isKnown = getCondition(status?.conditions, IPPoolCondition.AgentReady) !== undefined;
  return {
    pool: nameOf(pool),
    network: networkOfPool(pool) ?? String(spec?.networkName ?? ""),
    cidr: String(cidr ?? ""),
    used,
    available,
    percentUsed: used + available === 0 ? 0 : Math.floor(100 * used / (used + available)),
    ...(serverIP ? { serverIP } : {}),
    paused: spec?.paused === true,
    ...(name === undefined ? {} : { agent: `${namespace ?? ""}/${name}` }),
    ready: isKnown && trouble === undefined,
    ...(isKnown
      ? {}
      : { reason: "NotPlanned", message: "The controller has not looked at it yet" }),
    ...(trouble?.reason === undefined ? {} : { reason: trouble.reason }),
    ...(trouble?.message === undefined ? {} : { message: trouble.message }),
  };
}
