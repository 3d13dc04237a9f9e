/**
 * Makes the parts of the controller and connects them. Nothing runs yet.
 *
 * @module
 */
import { createKubeClient } from "../kube/client.ts";
import { createEventWriter, type EventWriter } from "../kube/events.ts";
import { withFlowControl } from "../kube/flow_control.ts";
import {
  IPPOOLS,
  NETWORK_ATTACHMENT_DEFINITIONS,
  VIRTUAL_MACHINES,
  VMNETCFGS,
} from "../kube/resources.ts";
import type { WorkQueue } from "../kube/types.ts";
import { createWorkQueue, type WorkQueueOptions } from "../kube/work_queue.ts";
import { createMetrics, type Metrics } from "../runtime/metrics.ts";
import { AgentReports } from "./agent_reports.ts";
import { AgentsLoop } from "./agents/agents_loop.ts";
import type { Context, Queues } from "./context.ts";
import { addControllerMetrics, addWriteCounter } from "./controller_metrics.ts";
import { countingRest } from "./counting_rest.ts";
import { GatherWindow } from "./gather_window.ts";
import { Ledger } from "./ledger.ts";
import { NtpNames } from "./ntp_names.ts";
import { PoolMemory } from "./pool_loop.ts";
import { errorText } from "./refused.ts";
import { Teller } from "./tell.ts";
import type { ControllerOptions, ControllerTiming } from "./types.ts";
import { wire } from "./wiring.ts";
import { createWorld } from "./world.ts";

/** The parts. */
export interface Parts {
  readonly ctx: Context;
  readonly memory: PoolMemory;
  readonly gather: GatherWindow;
  readonly events: EventWriter;
  readonly metrics: Metrics;
  /** Makes the agents; unset where none are to be made. */
  readonly agents?: AgentsLoop;
  /** Queue and key -> why it failed the last time. */
  readonly failures: ReadonlyMap<string, string>;
}

const TIMING: ControllerTiming = {
  gatherQuietMs: 10,
  gatherMs: 100,
  gatherMaxMs: 1_500,
  writesAtOnce: 8,
  resyncMs: 600_000,
  collectorMs: 2_000,
  ntpRefreshMs: 3_600_000,
  ntpTimeoutMs: 5_000,
};
/** A failed key waits no longer than this: when the API server is back, everything goes on soon. */
const BACKOFF_MS = { base: 50, max: 30_000 };
/** Pools that are planned and written at once. */
const POOLS_AT_ONCE = 4;

/** Makes the parts. The signal ends what runs in the background of them. */
export function assemble(options: ControllerOptions, signal: AbortSignal): Parts {
  const { clock, random, log, agentNamespace } = options;
  const timing = { ...TIMING, ...options.timing };
  const metrics = options.metrics ?? createMetrics();
  const writes = addWriteCounter(metrics);
  const counted = countingRest(options.rest, (write) => writes.inc(write));
  const kube = createKubeClient(withFlowControl(counted, { writes: timing.writesAtOnce }));
  const failures = new Map<string, string>();
  const runs: RunHandlers = [noteFailures(failures)];
  const queues = createQueues(options, { timing, runs });
  const world = createWorld({
    kube,
    clock,
    random,
    log,
    ...(agentNamespace && { agentNamespace }),
  });
  runs.push(countRuns(metrics, { world, queues }));
  const gather = new GatherWindow({
    clock,
    quietMs: timing.gatherQuietMs,
    firstMs: timing.gatherMs,
    maxMs: timing.gatherMaxMs,
    moreToCome: () => queues.vms.depth > 0,
  });
  const touchPool = (key: string) => {
    if (gather.touch(key)) queues.pools.add(key);
  };
  const events = createEventWriter({
    client: kube,
    component: "vm-dhcp-controller",
    clock,
    random,
    logger: log,
    ...(options.instance && { instance: options.instance }),
  });
  const agents = options.agents && new AgentsLoop({
    kube,
    world,
    clock,
    random,
    log,
    ...options.agents,
    onTrouble: touchPool,
  });
  const ctx: Context = {
    world,
    clients: {
      vms: kube.of(VIRTUAL_MACHINES),
      configs: kube.of(VMNETCFGS),
      pools: kube.of(IPPOOLS),
      nads: kube.of(NETWORK_ATTACHMENT_DEFINITIONS),
      servesVms: remembered(clock, (signal) => kube.serves(VIRTUAL_MACHINES, signal)),
    },
    queues,
    ledger: new Ledger(),
    reports: new AgentReports({ clock, log }),
    teller: new Teller(events),
    goneSince: new Map(),
    ...ntpNames(options, { timing, signal, onChange: touchPool }),
    clock,
    log,
    resyncMs: timing.resyncMs,
    collectorMs: timing.collectorMs,
    ...(agents && { agentTrouble: (pool: string) => agents.trouble(pool) }),
    touchPool,
  };
  const memory = new PoolMemory();
  wire(ctx, memory);
  return { ctx, memory, gather, events, metrics, failures, ...(agents && { agents }) };
}

/** How long it is remembered that a kind is served. */
const SERVED_MS = 5_000;

/** Remembers a yes for a while: a thousand VMs that go at once are not a thousand questions. */
function remembered(
  clock: ControllerOptions["clock"],
  ask: (signal: AbortSignal) => Promise<boolean>,
): (signal: AbortSignal) => Promise<boolean> {
  let until = -Infinity;
  return async (signal) => {
    if (clock.monotonic() < until) return true;
    const answer = await ask(signal);
    if (answer) until = clock.monotonic() + SERVED_MS;
    return answer;
  };
}

type Run = Parameters<NonNullable<WorkQueueOptions["onRun"]>>[0];
type RunHandlers = ((queue: keyof Queues, run: Run) => void)[];

function createQueues(
  { clock, random, log }: ControllerOptions,
  { timing, runs }: { readonly timing: ControllerTiming; readonly runs: RunHandlers },
): Queues {
  const queue = (name: keyof Queues, concurrency: number): WorkQueue =>
    createWorkQueue({
      name,
      concurrency,
      backoffMs: BACKOFF_MS,
      clock,
      random,
      logger: log,
      onRun: (run) => {
        for (const handler of runs) handler(name, run);
      },
    });
  return {
    vms: queue("vms", timing.writesAtOnce),
    configs: queue("configs", timing.writesAtOnce),
    pools: queue("pools", POOLS_AT_ONCE),
    networks: queue("networks", 1),
  };
}

function noteFailures(failures: Map<string, string>): RunHandlers[number] {
  return (queue, { key, error }) => {
    if (error === undefined) failures.delete(`${queue} ${key}`);
    else failures.set(`${queue} ${key}`, errorText(error));
  };
}

function countRuns(
  metrics: Metrics,
  source: Parameters<typeof addControllerMetrics>[1],
): RunHandlers[number] {
  const { reconciles, seconds } = addControllerMetrics(metrics, source);
  return (queue, { ms, error }) => {
    reconciles.inc({ queue, result: error === undefined ? "ok" : "error" });
    seconds.observe({ queue }, ms / 1000);
  };
}

function ntpNames(
  { resolveHost, clock, random, log }: ControllerOptions,
  { timing, signal, onChange }: {
    readonly timing: ControllerTiming;
    readonly signal: AbortSignal;
    readonly onChange: (pool: string) => void;
  },
): { readonly ntp?: NtpNames } {
  if (resolveHost === undefined) return {};
  const { ntpRefreshMs: refreshMs, ntpTimeoutMs: timeoutMs } = timing;
  return {
    ntp: new NtpNames({
      resolve: resolveHost,
      clock,
      random,
      log,
      refreshMs,
      timeoutMs,
      onChange,
      signal,
    }),
  };
}
