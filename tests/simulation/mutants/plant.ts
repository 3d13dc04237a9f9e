/**
 * Plants a fault in a copy of the checkout, and looks how many seeds find it.
 *
 * @module
 */
import type { Mutant } from "./mutant.ts";

/** What became of a fault. */
export interface Hunted {
  /** How many seeds were played; the last one found it, if any did. */
  readonly tried: number;
  /** What was broken; absent where nothing was. */
  readonly rule?: string;
  readonly what?: string;
}

/** Which seeds are tried. */
interface HuntOptions {
  readonly seed?: number;
  readonly seeds: number;
  readonly hours: number;
  /** No further seed is begun after so many seconds of a processor. */
  readonly seconds: number;
}

/** A seed that goes on for so long does not end. */
const ENDLESS_MS = 300_000;

/** The text of a file with a change made; fails where what it changes does not stand there once. */
export function planted(text: string, { file, find, replace }: Mutant["changes"][number]): string {
  if (text.split(find).length !== 2) throw new Error(`Cannot plant: ${file} has changed`);
  return text.replace(find, () => replace);
}

/** What finds a fault that is planted in `copy` and taken out again. */
export async function hunt(
  copy: string,
  { name, theme, scene, changes }: Mutant,
  { seed = 1, seeds, hours, seconds }: HuntOptions,
): Promise<Hunted> {
  const before = new Map<string, string>();
  for (const change of changes) {
    const path = `${copy}/${change.file}`;
    const text = await Deno.readTextFile(path);
    if (!before.has(path)) before.set(path, text);
    await Deno.writeTextFile(path, planted(text, change));
  }
  try {
    const asked = scene === undefined ? { theme, seed, seeds, hours, seconds } : { scene };
    const { stdout, stderr, success, signal } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-check",
        "--allow-read",
        "--allow-write",
        "--allow-env",
        "tests/simulation/mutants/hunt.ts",
        ...Object.entries(asked).map(([name, value]) => `--${name}=${value}`),
      ],
      cwd: copy,
      signal: AbortSignal.timeout(seconds * 1_000 + ENDLESS_MS),
    }).output();
    if (signal !== null) return { tried: seeds, rule: "a seed ends", what: "it does not" };
    if (!success) throw new Error(`Cannot run ${name}: ${new TextDecoder().decode(stderr)}`);
    return JSON.parse(new TextDecoder().decode(stdout));
  } finally {
    for (const [path, text] of before) await Deno.writeTextFile(path, text);
  }
}
