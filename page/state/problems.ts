/**
 * What somebody should look at, the worst first, and how the whole is, in one sentence.
 *
 * @module
 */
import { getCondition } from "../../core/api/condition.ts";
import { IPPoolCondition } from "../../core/api/names.ts";
import { networkStatusesOf } from "../../core/api/network_configs.ts";
import type { Condition, IPPool, VirtualMachineNetworkConfig } from "../../core/api/types.ts";
import { shownNics } from "../../core/vmnetcfg/nics.ts";
import { count, NEARLY_FULL, type Tone } from "../html/markup.ts";
import { type PoolSummary, summaryOf } from "./pool_summary.ts";

/** Something that somebody should look at. */
export interface Problem {
  /** `bad`: somebody gets no address, or may not. */
  readonly tone: Extract<Tone, "bad" | "warn">;
  /** A reason of `docs/events.md`. */
  readonly reason: string;
  readonly kind: "IPPool" | "VM";
  /** `namespace/name`. */
  readonly name: string;
  /** In words, with the values in it. */
  readonly message: string;
  /** Since when, RFC 3339; absent where nobody noted it. */
  readonly since?: string;
}

/** How the whole is. */
export interface Health {
  readonly tone: Tone;
  /** One sentence. */
  readonly sentence: string;
  readonly pools: readonly PoolSummary[];
  /** The worst first, then the newest. */
  readonly problems: readonly Problem[];
  /** NICs that have their address. */
  readonly served: number;
}

/** Reasons for which a NIC has no address since somebody wants it so. */
const WANTED_SO = new Set(["Paused", "PoolPaused", "Released", "OptedOut", "NicOptedOut"]);

/** Looks at everything. */
export function healthOf(
  pools: readonly IPPool[],
  configs: readonly VirtualMachineNetworkConfig[],
): Health {
  const summaries = pools.map(summaryOf);
  const problems = pools.flatMap((pool, index) => poolProblems(pool, summaries[index]));
  let served = 0;
  let without = 0;
  for (const config of configs) {
    if (config.spec?.paused === true || config.metadata.deletionTimestamp !== undefined) continue;
    const statuses: unknown = config.spec && networkStatusesOf(config);
    const given = Array.isArray(statuses) ? statuses.filter(hasAddress).length : 0;
    served += given;
    if (!Array.isArray(statuses) || given === statuses.length) continue;
    for (const nic of shownNics(config)) {
      if (nic.state === "Allocated" || WANTED_SO.has(nic.reason ?? "")) continue;
      without++;
      problems.push(nicProblem(config, nic));
    }
  }
  problems.sort((one, other) =>
    rank(one) - rank(other) || (other.since ?? "").localeCompare(one.since ?? "") ||
    one.name.localeCompare(other.name)
  );
  const broken = summaries.filter((pool) => pool.broken).length;
  return {
    tone: toneOf(pools.length, problems),
    sentence: sentenceOf({ pools: pools.length, broken, served, without }),
    pools: summaries,
    problems,
    served,
  };
}

function hasAddress(status: unknown): boolean {
  return (status as { readonly state?: unknown } | null)?.state === "Allocated";
}

function rank({ tone, kind }: Problem): number {
  return (tone === "bad" ? 0 : 2) + (kind === "IPPool" ? 0 : 1);
}

function toneOf(pools: number, problems: readonly Problem[]): Tone {
  if (problems.some(({ tone }) => tone === "bad")) return "bad";
  if (problems.length > 0) return "warn";
  return pools === 0 ? "calm" : "good";
}

function sentenceOf(
  { pools, broken, served, without }: {
    readonly pools: number;
    readonly broken: number;
    readonly served: number;
    readonly without: number;
  },
): string {
  if (pools === 0) {
    return without === 0
      ? "There is no IPPool yet: nothing is served."
      : `There is no IPPool: ${count(without, "NIC")} without an address.`;
  }
  const nics = without > 0
    ? count(without, "NIC has no address", "NICs have no address")
    : served > 0
    ? count(served, "NIC has its address", "NICs have their addresses")
    : "no NIC asks for an address yet";
  const all = pools === 1 ? "The one pool is" : `All ${count(pools, "pool")} are`;
  if (broken === 0) return `${all} served, ${without > 0 ? "but" : "and"} ${nics}.`;
  if (broken === pools) return `${all} without service, and ${nics}.`;
  return `${broken} of ${count(pools, "pool")} ${
    broken === 1 ? "is" : "are"
  } not served, and ${nics}.`;
}

function nicProblem(
  config: VirtualMachineNetworkConfig,
  nic: ReturnType<typeof shownNics>[number],
): Problem {
  const since = getCondition(config.status?.conditions, "Allocated")?.lastTransitionTime;
  return {
    tone: "bad",
    reason: nic.reason ?? "Pending",
    kind: "VM",
    name: `${config.metadata.namespace ?? ""}/${config.spec?.vmName ?? config.metadata.name ?? ""}`,
    message: nic.message ?? `NIC ${nic.macAddress} on ${nic.networkName} waits for its address`,
    ...(since === undefined ? {} : { since }),
  };
}

function poolProblems(pool: IPPool, summary: PoolSummary | undefined): readonly Problem[] {
  const found: Problem[] = [];
  if (summary === undefined) return found;
  const note = (
    tone: Problem["tone"],
    { reason, message, lastTransitionTime }: Partial<Condition>,
  ) =>
    found.push({
      tone,
      reason: reason ?? "Unknown",
      kind: "IPPool",
      name: summary.key,
      message: message ?? "",
      ...(lastTransitionTime === undefined ? {} : { since: lastTransitionTime }),
    });
  const { Registered, CacheReady, AgentReady, Stopped, ForeignDHCPServer } = IPPoolCondition;
  const said = (type: string) => getCondition(pool.status?.conditions, type);
  const isQuiet = pool.spec?.paused === true || pool.metadata.deletionTimestamp !== undefined;
  for (const type of [Registered, AgentReady]) {
    const condition = said(type);
    if (condition?.status === "False" && !isQuiet) note("bad", condition);
  }
  const cache = said(CacheReady);
  if (cache?.status === "False" && !isQuiet) note("bad", cache);
  else if (cache?.reason !== undefined && cache.reason !== "Planned") note("warn", cache);
  const stopped = said(Stopped);
  if (stopped?.reason === "PoolInUse") note("warn", stopped);
  const foreign = said(ForeignDHCPServer);
  if (foreign?.status === "True") note("warn", foreign);
  const { used, available } = summary;
  const size = used + available;
  if (size > 0 && used / size >= NEARLY_FULL && cache?.reason !== "PoolExhausted") {
    const message = available === 0
      ? `Every address is given: ${used} of ${size}`
      : `${
        Math.floor(used / size * 100)
      } % of the addresses are given: ${available} of ${size} are left`;
    note("warn", { reason: available === 0 ? "Full" : "NearlyFull", message });
  }
  return found;
}
