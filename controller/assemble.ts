/**
 * Makes the parts of the controller and connects them. Nothing runs yet.
 *
 * @module
 */
import type { KubeObject } from "../core/api/types.ts";
import { errorText } from "../core/error_text.ts";
import { HeardClient } from "../inspect/heard/heard_client.ts";
import { addKubeMetrics } from "../kube/kube_metrics.ts";
import { createEventWriter, type EventWriter } from "../kube/events/events.ts";
import { withFlowControl } from "../kube/http/flow_control.ts";
import { createKubeClient } from "../kube/objects/client.ts";
import {
  IPPOOL_HISTORIES,
  IPPOOLS,
  keyOf,
  NETWORK_ATTACHMENT_DEFINITIONS,
  VIRTUAL_MACHINES,
  VMNETCFGS,
} from "../kube/objects/resources.ts";
import { createWorkQueue, type WorkQueueOptions } from "../kube/queue/work_queue.ts";
import type { WorkQueue } from "../kube/types.ts";
import type { Logger } from "../runtime/log.ts";
import { createMetrics, type Metrics } from "../runtime/metrics.ts";
import { Agents } from "./agents/agents.ts";
import { createClusterCache, informersOf } from "./cluster/cluster_cache.ts";
import { ServedSchemas } from "./cluster/served_schemas.ts";
import type { Context, Queues } from "./context.ts";
import {
  addAddressSeconds,
  addControllerMetrics,
  addHistoryGauges,
  addLeadingGauge,
  addTroubleGauge,
  addWriteCounter,
} from "./controller_metrics.ts";
import { HistoryWriter } from "./history/history_writer.ts";
import { AddressWaits } from "./memory/address_waits.ts";
import { AgentReports } from "./memory/agent_reports.ts";
import { CommittedOutcomes } from "./memory/committed_outcomes.ts";
import { FirstSeen } from "./memory/first_seen.ts";
import { GatherWindow } from "./memory/gather_window.ts";
import { Histories } from "./memory/histories.ts";
import { type Memory, remembered } from "./memory/memory.ts";
import { NoteRecorder } from "./memory/note_recorder.ts";
import { NtpNames } from "./memory/ntp_names.ts";
import { PoolMemory } from "./memory/pool_memory.ts";
import { WriteTurns } from "./memory/write_turns.ts";
import type { ControllerOptions, ControllerTiming } from "./types.ts";
import { queueEverything, wire } from "./wiring.ts";
import { countingRest } from "./write/counting_rest.ts";
import { leaderRest } from "./write/leader_rest.ts";
import { GuardedWriter } from "./write/guarded_writer.ts";
import { WriteTroubles } from "./write/write_troubles.ts";

/** The parts. */
export interface Parts {
  readonly ctx: Context;
  readonly events: EventWriter;
  readonly metrics: Metrics;
  /** Makes the agents; unset where none are to be made. */
  readonly agents?: Agents;
  /** Asks the agents what they hear; unset where none are made. */
  readonly heard?: HeardClient;
}

const TIMING: ControllerTiming = {
  gatherQuietMs: 10,
  gatherMs: 100,
  gatherMaxMs: 1_500,
  writesAtOnce: 8,
  resyncMs: 600_000,
  schemasMs: 15_000,
  collectorMs: 2_000,
  ntpRefreshMs: 3_600_000,
  ntpTimeoutMs: 5_000,
};
/** A failed key waits no longer than this: when the API server is back, everything goes on soon. */
const BACKOFF_MS = { base: 50, max: 30_000 };
/** Of the writes at once, those that only note what is committed: what gives addresses has the others. */
const NOTES_AT_ONCE = 2;
/** Pools that are planned and written at once. */
const POOLS_AT_ONCE = 4;

/**
 * While VMs wait for their objects, a pool is written for so many writes of these, or after so long. Who waits longest is let through
 * at last: 300 pools whose server makes 60 writes a second go round in that time.
 */
const TURNS = { otherWrites: 24, stillMs: 250, maxMs: 1_500, mostMs: 120_000 };

/** Makes the parts. The signal ends what runs in the background of them. */
export function assemble(options: ControllerOptions, signal: AbortSignal): Parts {
  const { clock, random, log, agentNamespace, tenancy = "shared" } = options;
  const timing = { ...TIMING, ...options.timing };
  const metrics = options.metrics ?? createMetrics();
  const writes = addWriteCounter(metrics);
  const troubles = new WriteTroubles({
    clock,
    log,
    onChange: () => {
      for (const pool of cluster.pools.list()) touchPool(keyOf(pool));
    },
  });
  const counted = countingRest(options.rest, ({ code, ...write }, error) => {
    writes.inc({ ...write, code });
    if (write.resource.startsWith(VMNETCFGS.plural)) turns.otherWrite();
    // What cannot be told afterwards keeps nobody from getting an address.
    if (write.resource !== IPPOOL_HISTORIES.plural) troubles.note({ ...write, error });
  });
  const { leadership } = options;
  const guarded = leaderRest(counted, () => leadership?.confirmed ?? leadership?.leading ?? true);
  const kube = createKubeClient(withFlowControl(guarded, { writes: timing.writesAtOnce }));
  const failures = new Map<string, string>();
  const runs: RunHandlers = [noteFailures(failures), logRuns(log)];
  const queues = createQueues(options, { timing, runs });
  const cluster = createClusterCache({
    kube,
    clock,
    random,
    log,
    agentNamespace,
  });
  const schemas = new ServedSchemas({
    rest: options.rest,
    clock,
    log,
    againMs: { lacking: timing.schemasMs, whole: timing.resyncMs },
    onChange: () => queueEverything(ctx),
  });
  const onStatus = (sent: KubeObject, written: KubeObject) => schemas.compare(sent, written);
  runs.push(countRuns(metrics, { cluster, queues, schemas, clock }));
  const addressSeconds = addAddressSeconds(metrics);
  const touchPool = (key: string) => {
    if (ctx.isWorking && memory.gathering.touch(key)) queues.pools.add(key);
  };
  const events = createEventWriter({
    client: kube,
    component: "vm-dhcp-controller",
    clock,
    random,
    logger: log,
    ...(options.instance && { instance: options.instance }),
  });
  const turns = new WriteTurns({ clock, ...TURNS, wake: (key) => queues.pools.add(key) });
  const memory: Memory = {
    outcomes: new CommittedOutcomes(),
    pools: new PoolMemory(),
    gathering: new GatherWindow({
      clock,
      quietMs: timing.gatherQuietMs,
      firstMs: timing.gatherMs,
      maxMs: timing.gatherMaxMs,
      moreToCome: () => queues.vms.depth > 0,
      turns,
    }),
    histories: new Histories(clock),
    agents: new AgentReports({
      clock,
      log,
      serves: (lease, pool) => agents?.serves(lease, pool) ?? true,
    }),
    unnoted: new FirstSeen(clock),
    notes: new NoteRecorder(events),
    goneVms: new FirstSeen(clock),
    bereft: new Set(),
    waits: new AddressWaits(clock, (seconds) => addressSeconds.observe({}, seconds)),
    failures,
    writes: troubles,
    ...ntpNames(options, { timing, signal, onChange: touchPool }),
  };
  const agents = options.agents && new Agents({
    kube,
    cluster,
    clock,
    random,
    log,
    tenancy,
    ...options.agents,
    onPool: touchPool,
    answering: (lease, pool) => memory.agents.answering(lease, pool),
  });
  const ctx: Context = {
    isWorking: false,
    cluster,
    queues,
    schemas,
    memory,
    ...(options.history === false
      ? {}
      : { history: new HistoryWriter({ client: kube.of(IPPOOL_HISTORIES), clock, random, log }) }),
    pools: new GuardedWriter({
      client: kube.of(IPPOOLS),
      informer: cluster.pools,
      requeue: touchPool,
      onWritten: (key, pool) => memory.pools.wrote(key, pool),
      onStatus,
    }),
    configs: new GuardedWriter({
      client: kube.of(VMNETCFGS),
      informer: cluster.configs,
      requeue: (key) => queues.configs.add(key),
      onStatus,
    }),
    nads: kube.of(NETWORK_ATTACHMENT_DEFINITIONS),
    vms: kube.of(VIRTUAL_MACHINES),
    servesVms: remembered(clock, (signal) => kube.serves(VIRTUAL_MACHINES, signal)),
    clock,
    log,
    tracing: options.tracing,
    tenancy,
    resyncMs: timing.resyncMs,
    collectorMs: timing.collectorMs,
    ...(agents && {
      agentTrouble: (pool: string) => agents.trouble(pool),
      onReport: (pool: string) => agents.heard(pool),
    }),
    touchPool,
  };
  wire(ctx);
  addKubeMetrics(metrics, "vmdhcpcontroller", {
    informers: () => [...informersOf(cluster), ...agents?.informers ?? []],
  });
  addTroubleGauge(metrics, troubles);
  if (ctx.history !== undefined) addHistoryGauges(metrics, ctx.history);
  const heard = agents && new HeardClient({
    pods: () => agents.running,
    token: options.agents?.token ?? (() => Promise.resolve(undefined)),
    clock,
  });
  addLeadingGauge(metrics, () => leadership?.leading ?? true);
  return { ctx, events, metrics, ...(agents && { agents }), ...(heard && { heard }) };
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
        log.debug("Looked at", { queue: name, key: run.key, ms: Math.round(run.ms) });
        for (const handler of runs) handler(name, run);
      },
    });
  return {
    vms: queue("vms", timing.writesAtOnce),
    configs: queue("configs", timing.writesAtOnce),
    annotations: queue("annotations", NOTES_AT_ONCE),
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

/** The work queue says itself what failed. */
function logRuns(log: Logger): RunHandlers[number] {
  return (queue, { key, ms, error }) => {
    if (error === undefined) log.debug("Reconciled", { queue, key, ms: Math.round(ms) });
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
