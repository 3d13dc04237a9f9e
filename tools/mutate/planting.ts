/**
 * Plants one change in a copy of the checkout and looks whether a test notices.
 *
 * @module
 */
import { runDeno } from "../gate/command.ts";
import type { Batch } from "./affected_tests.ts";
import { mutate, type Mutation } from "./mutations.ts";

/** How it went: `invalid` means that the change does not type-check, so that nobody could have made it. */
export type Outcome = "caught" | "survived" | "invalid";

/** A change that makes a test run this much longer than it does otherwise is caught. */
const SLOWER = 4;
const LEAST_TIMEOUT_MS = 30_000;
const CHECK_TIMEOUT_MS = 300_000;

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

/** How long the tests take in milliseconds, or what they say where one fails. */
export async function timeTests(
  copy: string,
  { permissions, files }: Batch,
): Promise<number | string> {
  const start = performance.now();
  const { succeeded, output } = await runTests(copy, { permissions, files }, CHECK_TIMEOUT_MS);
  return succeeded ? performance.now() - start : output;
}

/** Plants the change, runs the tests until one fails, and takes the change back. */
export async function tryMutation(
  copy: string,
  mutation: Mutation,
  { batches, times }: {
    readonly batches: readonly Batch[];
    /** How long all tests with these permissions take without a change. */
    readonly times: ReadonlyMap<string, number>;
  },
): Promise<Outcome> {
  const path = `${copy}/${mutation.path}`;
  const before = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, mutate(before, mutation));
  try {
    for (const batch of batches) {
      const usual = times.get(batch.permissions.join(" ")) ?? 0;
      const timeoutMs = Math.max(LEAST_TIMEOUT_MS, usual * SLOWER);
      const { succeeded } = await runTests(copy, batch, timeoutMs);
      if (!succeeded) return "caught";
    }
    const { succeeded } = await runDeno({
      args: ["check", "--quiet", mutation.path],
      cwd: copy,
      timeoutMs: CHECK_TIMEOUT_MS,
    });
    return succeeded ? "survived" : "invalid";
  } finally {
    await Deno.writeTextFile(path, before);
  }
}

function runTests(
  copy: string,
  { permissions, files }: Batch,
  timeoutMs: number,
): ReturnType<typeof runDeno> {
  return runDeno({
    args: ["test", "--no-check", "--no-prompt", "--quiet", "--fail-fast", ...permissions, ...files],
    cwd: copy,
    timeoutMs,
  });
}
