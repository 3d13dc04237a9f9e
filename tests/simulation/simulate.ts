/**
 * Plays one scenario.
 *
 * @module
 */
import { defined } from "../../runtime/defined.ts";
import { findingsAtRest } from "./checks/at_rest.ts";
import { Judge, type Violation } from "./checks/judge.ts";
import type { Scenario } from "./deeds/scenario.ts";
import { perform } from "./deeds/deeds.ts";
import { POOLS } from "./deeds/subjects.ts";
import { FAIR } from "./world/segment.ts";
import { type Tamper, World } from "./world/world.ts";

/** What came of a scenario. */
export interface Outcome {
  /** The same for the same scenario. */
  readonly hash: string;
  readonly violations: readonly Violation[];
  /** The end of the trace. */
  readonly trace: readonly string[];
  readonly steps: number;
  readonly simulatedMs: number;
  /** How many ACKs were judged. */
  readonly acks: number;
}

/** How it is played. */
interface SimulateOptions {
  /** A folder for the state of a standalone server, which it needs. */
  readonly folder?: string;
  /** Called with each line of the trace. */
  readonly onLine?: (line: string) => void;
  /** How long everything may take to come to rest, milliseconds; 0: that is not looked at. Default: sixteen minutes. */
  readonly restMs?: number;
  /** Goes on for so long also when all is at rest before, and sees what comes late. */
  readonly restsLong?: boolean;
  /** A fault that is planted between processes and their API server. */
  readonly tamper?: Tamper;
}

/** How long everything may take to come to rest: another DHCP server is forgotten after a quarter of an hour without a word of it. */
const REST_MS = 960_000;
/** How long nothing may be written then. */
const QUIET_MS = 60_000;
/** How often it is looked whether it has. */
const REST_LOOK_MS = 10_000;
const TRACE_LINES = 400;

/** Plays a scenario from its beginning to its rest, or until something is wrong. */
export async function simulate(
  scenario: Scenario,
  { folder, onLine, restMs = REST_MS, restsLong = false, tamper }: SimulateOptions = {},
): Promise<Outcome> {
  const judge = new Judge();
  using world = new World({
    seed: scenario.seed,
    tenancy: scenario.tenancy,
    watcher: judge,
    standalone: scenario.world === "standalone" ? POOLS.map(({ key }) => key) : undefined,
    ...defined({ folder, tamper }),
  });
  const { trace, timeline } = world;
  trace.onLine = onLine;
  const onRejection = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    judge.blame("no rejection", String(event.reason?.stack ?? event.reason));
  };
  globalThis.addEventListener("unhandledrejection", onRejection);
  try {
    await world.begin();
    await judge.begin(world);
    const goesOn = () => judge.violations.length === 0;
    for (const { at, deed } of scenario.deeds) {
      timeline.after(at, () => {
        trace.note(`${at} deed ${JSON.stringify(deed)}`);
        perform(world, deed).then(
          (said) => said !== "" && trace.note(`${timeline.now.toFixed(1)} ${deed.do}: ${said}`),
          (error) =>
            judge.blame("no deed fails", `${JSON.stringify(deed)}: ${error?.stack ?? error}`),
        );
      });
    }
    await timeline.runUntil(scenario.untilMs, goesOn);
    if (restMs > 0 && goesOn()) {
      heal(world);
      await rest(world, { judge, restMs, restsLong });
    }
    return {
      hash: trace.hash,
      violations: [...judge.violations],
      trace: trace.last(TRACE_LINES),
      steps: timeline.steps,
      simulatedMs: timeline.now,
      acks: judge.acks,
    };
  } finally {
    globalThis.removeEventListener("unhandledrejection", onRejection);
  }
}

/** All faults stop. */
function heal(world: World): void {
  world.trace.note(`${world.timeline.now.toFixed(1)} all faults stop`);
  world.calm();
  for (const { process } of world.processes) process.thaw();
  world.networks.sendHome();
  for (const client of world.allClients) client.habit = undefined;
  for (const segment of world.segments) {
    segment.weather = FAIR;
    for (const station of segment.stations) segment.cut(station, undefined);
  }
  for (const node of world.nodes) world.kubelet.bringNode(node);
}

/**
 * Lets time pass until nothing was written for a while and all is as it must be at rest. That nothing is written from the end of
 * `restMs` on is a rule; from as much later on as the clock of a controller is behind, which takes so long to see what is over.
 */
async function rest(
  world: World,
  { judge, restMs, restsLong }: {
    readonly judge: Judge;
    readonly restMs: number;
    readonly restsLong: boolean;
  },
): Promise<void> {
  const { trace, timeline } = world;
  const goesOn = () => judge.violations.length === 0;
  const end = timeline.now + restMs + behind(world);
  let writtenAt = timeline.now;
  const { onLine } = trace;
  trace.onLine = (line) => {
    onLine?.(line);
    if (/ VIOLATION /.test(line)) return;
    if (!/ (PUT|POST|PATCH|DELETE) /.test(line) || /\/(leases|events)\b/.test(line)) return;
    writtenAt = timeline.now;
    if (writtenAt > end) judge.blame("at rest, nothing writes", line);
  };
  while (goesOn() && timeline.now < end + QUIET_MS) {
    await timeline.runUntil(timeline.now + REST_LOOK_MS, goesOn);
    if (restsLong || timeline.now - writtenAt < QUIET_MS) continue;
    if ((await findingsAtRest(world, judge.pools)).length === 0) break;
  }
  trace.onLine = onLine;
  if (!goesOn()) return;
  for (const { rule, what } of await findingsAtRest(world, judge.pools)) {
    judge.blame(`at rest, ${rule}`, what);
  }
}

/** How far the clock of a controller is behind at most. */
function behind({ controllers, timeline }: World): number {
  return Math.max(0, ...controllers.map(({ process }) => timeline.wall - process.clock.now()));
}
