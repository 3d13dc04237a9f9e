/**
 * The reports of all agents, and which agents are still heard of.
 *
 * @module
 */
import type { AgentReport } from "../../core/api/agent/agent_report.ts";
import { parseAgentReport } from "../../core/api/agent/read_agent_report.ts";
import { fieldErrorText } from "../../core/api/fields/field_error.ts";
import { AGENT_REPORT_ANNOTATION } from "../../core/api/names.ts";
import { sameJson } from "../../core/api/same_json.ts";
import {
  type AgentView,
  agentView,
  answers,
  type HeardReport,
} from "../../core/pool/agent_view.ts";
import { releasedHoldMs } from "../../core/record/released_hold.ts";
import type { PodReference } from "../../core/api/types.ts";
import type { AgentTrouble } from "../../core/reasons/reasons.ts";
import type { Lease } from "../../kube/objects/builtin_types.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Logger } from "../../runtime/log.ts";

/** An agent is silent when its Lease was not renewed for this many of its durations. */
const DURATIONS_TO_SILENCE = 3;
const DEFAULT_DURATION_SECONDS = 5;

/** A report as a Lease has it. */
interface Written {
  readonly text: string;
  readonly renewed: string | undefined;
}

interface Heard extends Written {
  readonly report: AgentReport;
  /** On our own monotonic clock: the clocks of other machines are not to be trusted. */
  readonly heardAt: number;
  readonly patienceMs: number;
}

/** What the reports are read with. */
interface AgentReportsOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Whether an agent that reports on a Lease (`namespace/name`) is one that is to serve a pool (`namespace/name`). */
  readonly serves: (lease: string, pool: string) => boolean;
}

/**
 * Follows the agents' Leases. What a Lease says of a pool that its agent is not to serve counts for nothing, but for what was given:
 * after a restore, which may have taken who is to serve what back to an earlier state, too.
 */
export class AgentReports {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #serves: AgentReportsOptions["serves"];
  readonly #heard = new Map<string, Heard>();
  /** When the API server was last put back to an earlier state. */
  #putBackAt = -Infinity;
  /** Pools (`namespace/name`) that agents reported then: they have something to tell. */
  readonly #awaited = new Set<string>();
  /** Lease -> when it was last renewed before that: what a restore brought is as old or older. */
  readonly #renewedBefore = new Map<string, string>();
  /** Lease -> the report that it brought, which says nothing of this restore, also where another agent has taken the Lease since. */
  readonly #broughtBack = new Map<string, string>();

  constructor({ clock, log, serves }: AgentReportsOptions) {
    this.#clock = clock;
    this.#log = log;
    this.#serves = serves;
  }

  /** Takes in the state of a Lease, and says which pools (`namespace/name`) are to be looked at again. */
  observe(key: string, lease: Lease | undefined): readonly string[] {
    return this.#take(key, lease).filter((pool) => this.#serves(key, pool) || this.#isRestored);
  }

  /** The API server was put back to an earlier state: for as long as freed addresses are kept, at most, it counts what any agent gave. */
  putBack(): void {
    if (!this.#isRestored) {
      for (const kept of [this.#awaited, this.#renewedBefore, this.#broughtBack]) kept.clear();
    }
    for (const [lease, { report, renewed = "" }] of this.#heard) {
      for (const pool of Object.keys(report.pools)) this.#awaited.add(pool);
      if (renewed > (this.#renewedBefore.get(lease) ?? "")) this.#renewedBefore.set(lease, renewed);
    }
    this.#putBackAt = this.#clock.monotonic();
  }

  get #isRestored(): boolean {
    return this.#clock.monotonic() - this.#putBackAt < releasedHoldMs(undefined);
  }

  #take(key: string, lease: Lease | undefined): readonly string[] {
    const before = this.#heard.get(key);
    const text = lease?.metadata.annotations?.[AGENT_REPORT_ANNOTATION];
    const report = text === before?.text ? before?.report : this.#read(key, text);
    if (lease === undefined || text === undefined || report === undefined) {
      this.#heard.delete(key);
      return Object.keys(before?.report.pools ?? {});
    }
    const renewed = lease.spec?.renewTime;
    const seconds = lease.spec?.leaseDurationSeconds ?? DEFAULT_DURATION_SECONDS;
    const now = this.#clock.monotonic();
    if (this.#isRestored) this.#noteBroughtBack(key, { text, renewed });
    const sameRenewal = before !== undefined && before.renewed === renewed && before.text === text;
    const wasSilent = before !== undefined && this.#silentMs(before, now) !== undefined;
    this.#heard.set(key, {
      report,
      text,
      renewed,
      heardAt: sameRenewal ? before.heardAt : now,
      patienceMs: seconds * 1000 * DURATIONS_TO_SILENCE,
    });
    const cameAnew = before !== undefined && this.#isRestored &&
      !this.#isAnew(key, before) && this.#isAnew(key, { text, renewed });
    return before !== undefined && (wasSilent && !sameRenewal || cameAnew)
      ? poolsOf(before.report, report)
      : changedPools(before?.report, report);
  }

  #noteBroughtBack(lease: string, { text, renewed = "" }: Written): void {
    const before = this.#renewedBefore.get(lease);
    if (before === undefined) this.#renewedBefore.set(lease, renewed);
    if (renewed <= (before ?? renewed)) this.#broughtBack.set(lease, text);
  }

  /** Whether a report was written since the API server was put back. */
  #isAnew(lease: string, { text, renewed = "" }: Written): boolean {
    return renewed > (this.#renewedBefore.get(lease) ?? "") &&
      text !== this.#broughtBack.get(lease);
  }

  /** What is known of the agents of a pool. `trouble`: why none of its pods runs. */
  about(poolKey: string, trouble?: AgentTrouble): AgentView {
    const now = this.#clock.monotonic();
    const reports: HeardReport[] = [];
    const anew: AgentReport[] = [];
    for (const [lease, heard] of this.#heard) {
      const isFormer = !this.#tells(lease, heard, poolKey);
      if (isFormer && !this.#isRestored) continue;
      const silentMs = this.#silentMs(heard, now);
      if (this.#isAnew(lease, heard) && silentMs === undefined) anew.push(heard.report);
      reports.push({
        lease,
        report: heard.report,
        ...(silentMs === undefined ? {} : { silentMs }),
        ...(isFormer && { isFormer }),
      });
    }
    const view = agentView(reports, { poolKey, ...(trouble && { trouble }) });
    // A restore may have taken all Leases: that nobody has told anything yet is no sign that there is nothing to tell.
    return this.#isRestored && this.#awaited.has(poolKey)
      ? { ...view, hasLooked: haveLooked(anew, poolKey) }
      : view;
  }

  /** The pod that answers for a pool (`namespace/name`) by a Lease (`namespace/name`) that is heard of. */
  answering(lease: string, poolKey: string): PodReference | undefined {
    const heard = this.#heard.get(lease);
    if (heard === undefined || this.#silentMs(heard, this.#clock.monotonic()) !== undefined) return;
    const pool = heard.report.pools[poolKey];
    return pool !== undefined && answers(pool) ? heard.report.pod : undefined;
  }

  /** Milliseconds until the next agent of a pool would count as silent; `undefined` where none would. */
  silenceIn(poolKey: string): number | undefined {
    const now = this.#clock.monotonic();
    let next: number | undefined;
    for (const [lease, heard] of this.#heard) {
      const left = heard.heardAt + heard.patienceMs - now;
      if (this.#tells(lease, heard, poolKey) && left > 0) {
        next = Math.min(next ?? left, left);
      }
    }
    return next;
  }

  #tells(lease: string, { report }: Heard, poolKey: string): boolean {
    return report.pools[poolKey] !== undefined && this.#serves(lease, poolKey);
  }

  #silentMs({ heardAt, patienceMs }: Heard, now: number): number | undefined {
    return now - heardAt >= patienceMs ? now - heardAt : undefined;
  }

  #read(key: string, text: string | undefined): AgentReport | undefined {
    if (text === undefined) return undefined;
    const checked = parseAgentReport(text);
    if (checked.ok) return checked.value;
    this.#log.warn("Agent's report cannot be read", {
      lease: key,
      errors: fieldErrorText(checked.errors),
    });
    return undefined;
  }
}

/** Whether somebody reports a pool, and all of those have looked for what is lost. */
function haveLooked(reports: readonly AgentReport[], poolKey: string): boolean {
  const pools = reports.flatMap(({ pools }) => pools[poolKey] ?? []);
  return pools.length > 0 && pools.every(({ lost }) => lost !== undefined);
}

function poolsOf(...reports: readonly AgentReport[]): readonly string[] {
  return [...new Set(reports.flatMap((report) => Object.keys(report.pools)))];
}

function changedPools(before: AgentReport | undefined, after: AgentReport): readonly string[] {
  if (before === after) return [];
  const samePod = sameJson(before?.pod, after.pod);
  return poolsOf(...(before === undefined ? [after] : [before, after])).filter((pool) =>
    !samePod || !sameJson(before?.pools[pool], after.pools[pool])
  );
}
