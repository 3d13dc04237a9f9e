/**
 * The steps of the gate that fuzz: what the corpus keeps, then new inputs for a while.
 *
 * @module
 */
import { runDeno } from "./command.ts";
import type { Step } from "./step.ts";

/** Every target is a folder here. */
const CORPUS = "tests/fuzz/corpus";
const MINUTES = 1;
/** The minute, the kept inputs, and making a failing input small. */
const TIMEOUT_MS = 300_000;

/**
 * A minute of each fuzz target. The seed comes from the tree that is checked out: other inputs for every change, the
 * same ones when the same tree is looked at again.
 */
export function fuzzSteps(root: string): readonly Step[] {
  const targets = Array.from(Deno.readDirSync(`${root}/${CORPUS}`), ({ name }) => name).sort();
  return targets.map((target) => ({
    name: `fuzz ${MINUTES} minute of ${target}`,
    beside: "leftover",
    run: async (show) => {
      const { succeeded } = await runDeno({
        args: [
          "run",
          "--no-prompt",
          `--allow-read=${CORPUS}`,
          "--allow-env=LOG_TOKENS,LOG_STREAM",
          "tests/fuzz/main.ts",
          "--minutes",
          String(MINUTES),
          "--seed",
          String(await seedOfTree(root)),
          "--target",
          target,
        ],
        cwd: root,
        show,
        timeoutMs: TIMEOUT_MS,
        givesWay: true,
      });
      return { counts: succeeded ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 } };
    },
  }));
}

/** A number that follows from the tree that is checked out. */
async function seedOfTree(root: string): Promise<number> {
  const args = ["rev-parse", "HEAD^{tree}"];
  const { success, stdout, stderr } = await new Deno.Command("git", { args, cwd: root }).output();
  if (!success) throw new Error(`git ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
  return parseInt(new TextDecoder().decode(stdout).slice(0, 7), 16);
}
