/**
 * Runs the steps of the gate, as many at a time as each of them bears.
 *
 * @module
 */
import { errorText } from "../../core/error_text.ts";
import { type Beside, checked, type Show, type Step } from "./step.ts";
import type { Counts } from "./summary.ts";

/** How to run steps. */
interface RunOptions {
  /** Steps at a time, of those that bear others beside them. */
  readonly lanes: number;
  /** What steps say; whole lines of one step at a time, followed by its result and time. */
  readonly show: Show;
}

/** Lines of a failed step that are shown once more at the end: some failures with their stacks. */
const LINES_AGAIN = 100;

/** What is said above the failures in the output of `deno test`. */
const FAILURES = /^ ERRORS $/m;

/**
 * Runs all of them, also after one has failed or could not be run, and counts their tests. The kinds follow one another: `first`, `any`,
 * `alone`, `waits`; what is `leftover` begins with those that wait, on one lane, and has two after them. How steps failed
 * is shown again at the end, where who has only that can read it.
 */
export async function runSteps(
  steps: readonly Step[],
  { lanes, show }: RunOptions,
): Promise<Counts> {
  const total = { passed: 0, failed: 0 };
  const failures: string[] = [];
  const run = async (step: Step, isShownAtOnce: boolean): Promise<void> => {
    const start = performance.now();
    const texts: string[] = [];
    const { counts, output = "" } = await step.run((text) => {
      texts.push(text);
      if (isShownAtOnce) show(text);
    }).catch((error) => checked([`It could not be run: ${errorText(error)}`]));
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    const result = `${counts.failed === 0 ? "ok    " : "FAILED"} ${step.name} (${seconds} s)\n`;
    const said = texts.join("");
    show(`${isShownAtOnce ? "" : said}${output}${result}`);
    if (counts.failed > 0) failures.push(`${endOf(`${said}${output}`)}${result}`);
    total.passed += counts.passed;
    total.failed += counts.failed;
  };
  const of = (beside: Beside) => steps.filter((step) => step.beside === beside);
  const inLanes = async (queue: Iterable<Step>, count: number, isAlone = count === 1) => {
    const waiting = queue[Symbol.iterator]();
    await Promise.all(Array.from({ length: count }, async () => {
      for (const step of { [Symbol.iterator]: () => waiting }) await run(step, isAlone);
    }));
  };
  await inLanes(of("first"), 1);
  await inLanes(of("any"), Math.min(lanes, of("any").length));
  await inLanes(of("alone"), 1);
  const leftover = of("leftover").values();
  const waits = of("waits");
  await Promise.all([
    inLanes(waits, 1, of("leftover").length === 0).then(() => inLanes(leftover, 1, false)),
    inLanes(leftover, 1, false),
  ]);
  if (failures.length > 0) show(`\nWhat failed:\n${failures.join("")}`);
  return total;
}

/** The end of what a step said, from where it begins to tell its failures if it does. */
function endOf(text: string): string {
  const told = text.slice(Math.max(text.search(FAILURES), 0)).trimEnd().split("\n");
  return told.slice(-LINES_AGAIN).map((line) => `${line}\n`).join("");
}
