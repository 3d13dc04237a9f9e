/**
 * What the controller knows, for operators: whichever replica is asked, since those that stand by follow everything, too.
 *
 * @module
 */
import { parseAgentReport } from "../../core/api/agent/read_agent_report.ts";
import { AGENT_REPORT_ANNOTATION } from "../../core/api/names.ts";
import type { InspectedNetwork } from "../../core/inspect/world.ts";
import type { Finding, InspectedAgent, InspectSource } from "../../inspect/source.ts";
import { statusOf } from "../../kube/errors.ts";
import type { Lease } from "../../kube/objects/builtin_types.ts";
import { keyOf } from "../../kube/objects/resources.ts";
import { attachmentOf, type KnownNetwork } from "../cluster/attachment.ts";
import type { Context } from "../context.ts";
import type { InspectDoors } from "../types.ts";
import { clusterFindings } from "./cluster_findings.ts";

/** Seconds for which a renewal holds where a Lease does not say. */
const DEFAULT_DURATION_SECONDS = 5;

/** What is asked. */
interface ClusterSourceOptions {
  readonly ctx: Context;
  /** Why what is known may be old, one sentence each. */
  readonly notReady: () => readonly string[];
  /** How agents and the history are asked; where it is not there, that is said. */
  readonly doors: Partial<InspectDoors>;
}

/** The controller as a source of answers. */
export function clusterSource({ ctx, notReady, doors }: ClusterSourceOptions): InspectSource {
  const { cluster, clock, tenancy } = ctx;
  return {
    tenancy,
    now: () => clock.now(),
    notReady,
    pools: () => [...cluster.pools.list()],
    configs: () => [...cluster.configs.list()],
    vms: () => [...cluster.vms.list()],
    vmis: () => [...cluster.vmis.list()],
    networks: () => [...cluster.nads.list()].map(inspected),
    namespaces: () => [...cluster.namespaces.list()],
    agents: () => [...cluster.leases.list()].flatMap((lease) => agentOf(lease) ?? []),
    heard: doors.heard ??
      (() => Promise.resolve({ answers: [], problems: ["agents are not asked from here"] })),
    packets: doors.packets ??
      (() =>
        Promise.resolve(
          Response.json({ error: "Agents are not asked from here" }, { status: 503 }),
        )),
    history: doors.history ?? ((pool, signal) => historyOf(ctx, pool, signal)),
    checks: async (signal) =>
      [
        ...clusterFindings(ctx),
        ...await doors.checks?.(signal) ?? [],
      ] satisfies readonly Finding[],
  };
}

/** The history of a pool; none where it is not kept, or may not be read. */
async function historyOf(
  { history }: Context,
  pool: string,
  signal: AbortSignal,
): ReturnType<InspectSource["history"]> {
  try {
    return await history?.read(pool, signal);
  } catch (error) {
    if (statusOf(error) === 403) return undefined;
    throw error;
  }
}

function inspected(nad: KnownNetwork): InspectedNetwork {
  const { problem } = attachmentOf(nad);
  return problem === undefined ? nad : { ...nad, problem };
}

function agentOf(lease: Lease): InspectedAgent | undefined {
  const text = lease.metadata.annotations?.[AGENT_REPORT_ANNOTATION];
  const report = text === undefined ? undefined : parseAgentReport(text);
  if (report?.ok !== true) return undefined;
  const { acquireTime, renewTime, leaseDurationSeconds, leaseTransitions = 0 } = lease.spec ?? {};
  return {
    lease: keyOf(lease),
    report: report.value,
    ...(acquireTime === undefined ? {} : { leadsSince: acquireTime }),
    ...(renewTime === undefined ? {} : { renewedAt: renewTime }),
    durationSeconds: leaseDurationSeconds ?? DEFAULT_DURATION_SECONDS,
    transitions: leaseTransitions,
  };
}
