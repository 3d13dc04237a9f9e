/**
 * The command line of the fuzzers.
 *
 * @module
 */
import { errorText } from "../../core/error_text.ts";
import { keptInputs } from "./corpus.ts";
import { type Failure, runTarget, tryInput } from "./run_target.ts";
import type { FuzzTarget } from "./target.ts";
import { TARGETS } from "./targets.ts";

const HELP =
  `Puts inputs that are nearly right to the doors of the product, and says what does not hold.

  --minutes N    how long for each target (1); a part of a minute may be said
  --seed N       where to begin; the same seed tries the same inputs (by chance, and printed)
  --target NAME  only this one; may be given more than once: ${[...TARGETS.keys()].join(", ")}
  --path PATH    only this input of the seed, as a failure says it
`;
const SEEDS = 1_000_000_000;

/** The command line as it was given. */
interface FuzzCommand {
  readonly minutes: string;
  readonly seed?: string;
  readonly path?: string;
  readonly target?: readonly string[];
  readonly help: boolean;
}

/** Runs what the command line names, and prints how it went. Answers the exit code. */
export async function fuzzAll(command: FuzzCommand): Promise<number> {
  if (command.help) {
    print(HELP);
    return 0;
  }
  const minutes = numberOf("minutes", command.minutes, 0);
  const seed = command.seed === undefined
    ? Math.floor(Math.random() * SEEDS)
    : numberOf("seed", command.seed, -SEEDS);
  const names = command.target ?? [...TARGETS.keys()];
  let failed = 0;
  for (const name of names) {
    const target = TARGETS.get(name);
    if (target === undefined) throw new TypeError(`Cannot find the target ${name}\n${HELP}`);
    const options = { seed, milliseconds: minutes * 60_000, path: command.path };
    failed += await fuzzOne(name, target, options) ? 0 : 1;
  }
  return failed === 0 ? 0 : 1;
}

interface OneOptions {
  readonly seed: number;
  readonly milliseconds: number;
  readonly path: string | undefined;
}

async function fuzzOne(
  name: string,
  target: FuzzTarget,
  { path, ...options }: OneOptions,
): Promise<boolean> {
  const kept = path === undefined ? keptInputs(name) : [];
  for (const { name: file, input } of kept) {
    try {
      await tryInput(target, input);
    } catch (error) {
      print(`FAILED ${name}: tests/fuzz/corpus/${name}/${file}\n  ${errorText(error)}\n`);
      return false;
    }
  }
  const start = performance.now();
  const outcome = await runTarget(target, path === undefined ? options : { ...options, path });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const { failure, tried } = outcome;
  const said = `${kept.length} kept and ${tried} new inputs, seed ${options.seed} (${seconds} s)`;
  print(`${failure === undefined ? "ok    " : "FAILED"} ${name}: ${said}\n`);
  if (failure !== undefined) print(textOfFailure(name, failure));
  return failure === undefined;
}

function textOfFailure(name: string, { input, why, seed, path }: Failure): string {
  return `  ${why}
  the input:    ${input}
  try it again: deno task fuzz --target ${name} --seed ${seed} --path ${path}
  keep it:      put the input into tests/fuzz/corpus/${name}/WHAT_IT_IS.json
`;
}

function numberOf(flag: string, text: string, least: number): number {
  const number = Number(text);
  if (text.trim() !== "" && Number.isFinite(number) && number >= least) return number;
  throw new TypeError(`Cannot use --${flag}: ${JSON.stringify(text)}: a number is wanted`);
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}
