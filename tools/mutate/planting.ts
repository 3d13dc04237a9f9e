/**
 * Plants one change in a copy of the checkout and looks whether a test notices.
 *
 * @module
 */
import { runDeno } from "../gate/command.ts";
import type { Batch } from "./affected_tests.ts";
import { mutate, type Mutation } from "./mutations.ts";

/** What noticed the change, if anything did; `invalid`: it does not type-check, so that nobody could have made it. */
export type Outcome = "tests" | "simulation" | "survived" | "invalid";

/** A change that makes a test run this much longer than it does otherwise is caught. */
const SLOWER = 4;
const LEAST_TIMEOUT_MS = 60_000;
const CHECK_TIMEOUT_MS = 300_000;
const MEASURING_TIMEOUT_MS = 1_800_000;
const SIMULATION = [
  "run",
  "--no-prompt",
  "--allow-read",
  "--allow-write",
  "--allow-env",
  "tests/simulation/main.ts",
];

/** Copies the files of the checkout `root` that git knows or would add. */
export async function copyCheckout(root: string): Promise<string> {
  const { stdout } = await new Deno.Command("git", {
    args: ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    cwd: root,
  }).output();
  const copy = await Deno.makeTempDir({ prefix: "vm-dhcp-mutate-" });
  for (const file of new TextDecoder().decode(stdout).split("\0")) {
    if (file === "" || !(await exists(`${root}/${file}`))) continue;
    await Deno.mkdir(`${copy}/${file.slice(0, Math.max(0, file.lastIndexOf("/")))}`, {
      recursive: true,
    });
    await Deno.copyFile(`${root}/${file}`, `${copy}/${file}`);
  }
  return copy;
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isFile }) => isFile, () => false);
}

/** How many milliseconds tests take where nothing is planted, by file; the simulation by its own name. Each must pass. */
export type Times = Map<string, number>;

/** What a change is tried with. */
interface Trial {
  readonly batches: readonly Batch[];
  /** What is known already; what is met for the first time is measured. */
  readonly times: Times;
  /** What no test noticed is tried with so many seeds of the simulation; 0: with none. */
  readonly seeds?: number;
  /** Whether what no test noticed must type-check. */
  readonly isChecked?: boolean;
}

/** A command that fails where the change is noticed. */
interface Attempt {
  readonly args: readonly string[];
  /** What is run, in the words of `Times`. */
  readonly names: readonly string[];
}

/** Plants the change, runs the tests nearest first until one fails, then the simulation, and takes the change back. */
export async function tryMutation(
  copy: string,
  mutation: Mutation,
  { batches, times, seeds = 0, isChecked = true }: Trial,
): Promise<{ readonly outcome: Outcome; readonly by: string }> {
  const notices = (attempt: Attempt) => failureOf(copy, mutation, { attempt, times });
  for (const batch of batches) {
    const by = await notices(testsOf(batch));
    if (by !== undefined) return { outcome: "tests", by };
  }
  if (isChecked && !await isTyped(copy, mutation)) return { outcome: "invalid", by: "" };
  const by = seeds > 0 ? await notices(simulationOf(seeds)) : undefined;
  return by === undefined ? { outcome: "survived", by: "" } : { outcome: "simulation", by };
}

/** What fails with the change, and does not without it; `undefined`: nothing does. */
async function failureOf(
  copy: string,
  mutation: Mutation,
  { attempt, times }: { readonly attempt: Attempt; readonly times: Times },
): Promise<string | undefined> {
  const { args, names } = attempt;
  const timeoutMs = timeoutOf(attempt, times);
  const { succeeded, output } = await planted(
    copy,
    mutation,
    () => runDeno({ args, cwd: copy, timeoutMs }),
  );
  if (succeeded) return undefined;
  const [by = lastLine(output), failed] = output.match(/^.* => \.\/(\S+?):\S+$/m) ?? [];
  const doubted = failed === undefined ? names : [failed];
  // What no test says has failed may have been ended for its time, and the machine may be busier than it was.
  const isDoubted = failed === undefined || !times.has(failed);
  if (isDoubted) await measure(copy, { attempt, doubted, times });
  // Without the change it takes long enough to have been ended by mistake.
  if (failed === undefined && timeoutOf(attempt, times) > timeoutMs) {
    return await failureOf(copy, mutation, { attempt, times });
  }
  return by;
}

/** How long it may take, by what is known of it. */
function timeoutOf({ names }: Attempt, times: Times): number {
  const usualMs = names.reduce((sum, name) => sum + (times.get(name) ?? 0), 0);
  return Math.max(LEAST_TIMEOUT_MS, usualMs * SLOWER);
}

/** Runs what failed without the change. It must pass, or every change would seem to be caught. */
async function measure(
  copy: string,
  { attempt, doubted, times }: {
    readonly attempt: Attempt;
    readonly doubted: readonly string[];
    readonly times: Times;
  },
): Promise<void> {
  const others = new Set(attempt.names).difference(new Set(doubted));
  const args = attempt.args.filter((one) => !others.has(one));
  const start = performance.now();
  const { succeeded, output } = await runDeno({ args, cwd: copy, timeoutMs: MEASURING_TIMEOUT_MS });
  if (!succeeded) throw new Error(`Cannot go on: it fails without a change, too\n${output}`);
  for (const name of doubted) times.set(name, (performance.now() - start) / doubted.length);
}

async function isTyped(copy: string, mutation: Mutation): Promise<boolean> {
  const args = ["check", "--quiet", mutation.path];
  const check = () => runDeno({ args, cwd: copy, timeoutMs: CHECK_TIMEOUT_MS });
  return (await planted(copy, mutation, check)).succeeded;
}

async function planted<T>(copy: string, mutation: Mutation, run: () => Promise<T>): Promise<T> {
  const path = `${copy}/${mutation.path}`;
  const before = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, mutate(before, mutation));
  try {
    return await run();
  } finally {
    await Deno.writeTextFile(path, before);
  }
}

function testsOf({ permissions, files }: Batch): Attempt {
  const args = ["test", "--no-check", "--no-prompt", "--quiet", "--fail-fast", ...permissions];
  return { args: [...args, ...files], names: files };
}

function simulationOf(seeds: number): Attempt {
  return { args: [...SIMULATION, "--first", "--seeds", String(seeds)], names: [`${seeds} seeds`] };
}

function lastLine(output: string): string {
  return output.trimEnd().split("\n").at(-1) ?? "";
}
