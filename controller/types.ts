/**
 * What the controller is given, and what can be asked of it while it runs.
 *
 * @module
 */
import type { Tenancy } from "../core/api/tenancy.ts";
import type { InspectSource } from "../inspect/source.ts";
import type { Leadership } from "../kube/election/leadership.ts";
import type { RestClient } from "../kube/rest_client.ts";
import type { Clock, Random } from "../runtime/clock.ts";
import type { Logger } from "../runtime/log.ts";
import type { Metrics } from "../runtime/metrics.ts";
import type { Tracing } from "../runtime/tracing.ts";
import type { AgentSettings } from "./agents/render_agent.ts";

/** Looks up the IPv4 addresses of a host name; rejects where there are none. */
export type ResolveHost = (name: string, signal: AbortSignal) => Promise<readonly string[]>;

/** Waits and limits, in milliseconds unless said otherwise. Every one has a default. */
export interface ControllerTiming {
  /** A pool is planned as soon as nothing new came for it for this long... */
  readonly gatherQuietMs: number;
  /** ...or this long after the first change; grows to {@linkcode gatherMaxMs} while changes keep coming. */
  readonly gatherMs: number;
  /** The longest a change of a busy pool waits for others. */
  readonly gatherMaxMs: number;
  /** Writes under way at once. */
  readonly writesAtOnce: number;
  /** Every pool is planned again this often, whatever happened. */
  readonly resyncMs: number;
  /** How soon the CustomResourceDefinitions are looked at again while they lack a field. */
  readonly schemasMs: number;
  /** How long what a VM owned is left to the API server's garbage collector when the VM is gone. */
  readonly collectorMs: number;
  /** How long a resolved NTP server name is kept. */
  readonly ntpRefreshMs: number;
  /** How long one look-up of a name may take. */
  readonly ntpTimeoutMs: number;
}

/** How operators' questions are answered that the controller cannot answer by itself. */
export type InspectDoors = Pick<InspectSource, "heard" | "packets" | "history" | "checks">;

/** Everything the controller needs from outside. */
export interface ControllerOptions {
  /** The cluster: the `fetch` transport, the embedded API, or any client of the same shape. */
  readonly rest: RestClient;
  /** Time and waits, such as {@linkcode systemClock}. */
  readonly clock: Clock;
  /** For jitter, such as `Math.random`. */
  readonly random: Random;
  /** What happens, line by line. */
  readonly log: Logger;
  /** Where the way of each new VM to its address is told; unset: nowhere. */
  readonly tracing?: Tracing | undefined;
  /** Namespace of the agents' Leases. Nobody else may write Leases there: what they report is believed. */
  readonly agentNamespace: string;
  /** Unset: no agents are made. */
  readonly agents?: {
    /** Namespace of the template Deployment and of the agents. */
    readonly namespace: string;
    /** Name of the template Deployment. */
    readonly template: string;
    readonly settings: AgentSettings;
    /** The token by which agents are asked what they hear; unset: they are asked without one. */
    readonly token?: () => Promise<string>;
  };
  /** Unset: nobody else works, and this controller always does. */
  readonly leadership?: Leadership;
  /** How tenants stand to each other; unset: `shared`. */
  readonly tenancy?: Tenancy;
  /** Name of this process in Events: `reportingInstance`. */
  readonly instance?: string;
  /** Resolves NTP server names; unset: names are left unresolved, and option 42 carries addresses only. */
  readonly resolveHost?: ResolveHost;
  /** Where its metrics go; unset: a set of its own. */
  readonly metrics?: Metrics;
  /** Serve `/ipams/<network>` and `/caches/<network>`. */
  readonly enableCacheDump?: boolean;
  /** Keep an IPPoolHistory beside each pool; unset: yes. Every change of a record is logged all the same. */
  readonly history?: boolean;
  /** How agents and others are asked for operators; what is unset is not known to them. */
  readonly inspect?: Partial<InspectDoors>;
  /** Waits and limits that differ from their defaults. */
  readonly timing?: Partial<ControllerTiming>;
}

/** A running controller. */
export interface RunningController {
  /** Resolves when the signal aborted and what was under way has ended; never rejects. */
  readonly done: Promise<void>;
  /** Whether all served resources are synced, so that it works. */
  readonly ready: boolean;
  /** What is not well, one sentence each: it is not ready, or it cannot read, write or lead. `/readyz` says so. */
  readonly notReady: readonly string[];
  /** Resolves when {@linkcode ready}. Rejects with the signal's reason. */
  whenReady(signal: AbortSignal): Promise<void>;
  /** Resolves when everything known is reconciled and written (Events apart). Rejects with the signal's reason. */
  whenIdle(signal: AbortSignal): Promise<void>;
  /** What failed and has not succeeded since: queue and key -> error text. */
  readonly failures: ReadonlyMap<string, string>;
  /** Its metrics in the Prometheus text format. */
  metrics(): Promise<string>;
  /** What it knows, for operators. */
  readonly inspect: InspectSource;
  /** Answers `/healthz`, `/readyz`, `/metrics` and, where enabled, `/ipams/<network>` and `/caches/<network>`. */
  handle(request: Request): Promise<Response>;
}
