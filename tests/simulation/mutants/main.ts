/**
 * Plants each known fault in a copy of the checkout and says how many seeds it took to find it:
 * `deno run --allow-all tests/simulation/mutants/main.ts [--seeds N] [NAME]...`.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { copyCheckout } from "../../../tools/mutate/planting.ts";
import { type Mutant, MUTANTS } from "./mutants.ts";

const ROOT = new URL("../../..", import.meta.url).pathname.replace(/\/$/, "");

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seeds: { type: "string", default: "60" }, hours: { type: "string", default: "0.1" } },
});

const copy = await copyCheckout(ROOT);
let missed = 0;
try {
  for (const mutant of MUTANTS) {
    if (positionals.length > 0 && !positionals.includes(mutant.name)) continue;
    const found = await tryMutant(mutant);
    if (found === undefined) missed++;
    tell(`${mutant.name}: ${found ?? `not found in ${values.seeds} seeds`}\n`);
  }
} finally {
  await Deno.remove(copy, { recursive: true });
}
tell(`${missed} not found\n`);
Deno.exit(missed === 0 ? 0 : 1);

/** What found it; `undefined`: nothing did. */
async function tryMutant({ name, file, find, replace }: Mutant): Promise<string | undefined> {
  const path = `${copy}/${file}`;
  const before = await Deno.readTextFile(path);
  if (before.split(find).length !== 2) throw new Error(`Cannot plant ${name}: ${file} has changed`);
  await Deno.writeTextFile(path, before.replace(find, () => replace));
  try {
    const { stdout, stderr, code } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-check",
        "--allow-read",
        "--allow-write",
        "--allow-env",
        "tests/simulation/main.ts",
        "--first",
        "--seeds",
        values.seeds,
        "--hours",
        values.hours,
      ],
      cwd: copy,
    }).output();
    const text = new TextDecoder().decode(stdout);
    if (code === 0) return undefined;
    const line = text.split("\n").find((one) => one.startsWith("Failure after"));
    if (line === undefined) {
      throw new Error(`Cannot run ${name}: ${new TextDecoder().decode(stderr)}`);
    }
    return line;
  } finally {
    await Deno.writeTextFile(path, before);
  }
}

function tell(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}
