/**
 * Plays one scenario.
 *
 * @module
 */
import { defined } from "../../runtime/defined.ts";
import { judgeAtRest } from "./checks/at_rest.ts";
import { Judge, type Violation } from "./checks/judge.ts";
import type { Scenario } from "./deeds.ts";
import { perform } from "./perform.ts";
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
  /** A folder for the API server's state, which scenarios with a restore need. */
  readonly folder?: string;
  /** Called with each line of the trace. */
  readonly onLine?: (line: string) => void;
  /** How long everything may take to come to rest, milliseconds; 0: that is not looked at. Default: seven minutes. */
  readonly restMs?: number;
  /** A fault that is planted between processes and their API server. */
  readonly tamper?: Tamper;
}

/** How long everything may take to come to rest. */
const REST_MS = 420_000;
/** How long nothing may be written then. */
const QUIET_MS = 60_000;
const TRACE_LINES = 400;

/** Plays a scenario from its beginning to its rest, or until something is wrong. */
export async function simulate(
  scenario: Scenario,
  { folder, onLine, restMs = REST_MS, tamper }: SimulateOptions = {},
): Promise<Outcome> {
  const judge = new Judge();
  using world = new World({
    seed: scenario.seed,
    tenancy: scenario.tenancy,
    watcher: judge,
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
      await timeline.runUntil(scenario.untilMs + restMs, goesOn);
      if (goesOn()) await rest(world, judge);
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
  world.trouble = 0;
  for (const { process, link } of world.processes) {
    link.mode = "well";
    process.thaw();
  }
  for (const segment of world.segments) {
    segment.weather = FAIR;
    for (const station of segment.stations) {
      segment.cut(station, false);
      if (station.name === "foreign host") segment.leave(station);
    }
  }
  for (const node of world.nodes) world.kubelet.bringNode(node);
}

async function rest(world: World, judge: Judge): Promise<void> {
  const { trace, timeline } = world;
  const written: string[] = [];
  const { onLine } = trace;
  trace.onLine = (line) => {
    onLine?.(line);
    if (/ (PUT|POST|PATCH|DELETE) /.test(line) && !/\/(leases|events)\b/.test(line)) {
      written.push(line);
    }
  };
  await timeline.runUntil(timeline.now + QUIET_MS);
  trace.onLine = onLine;
  for (const line of written.slice(0, 3)) judge.blame("at rest, nothing writes", line);
  await judgeAtRest(world, judge);
}
