/**
 * The steps of the gate that run tests.
 *
 * @module
 */
import { runDeno } from "./command.ts";
import { filesBelow, isBench, isTest } from "./files.ts";
import type { Step } from "./step.ts";
import { testCounts } from "./summary.ts";

/** Longest run of one folder's tests: those of anybody, and those that start clusters and networks. */
const UNIT_TIMEOUT_MS = 300_000;
const SYSTEM_TIMEOUT_MS = 1_200_000;
const LOOPBACK = "--allow-net=127.0.0.1,localhost,[::1],0.0.0.0";

/** Folders whose tests run as anybody, and what they are allowed. */
const UNIT: readonly (readonly [folder: string, ...permissions: string[]])[] = [
  ["core"],
  ["runtime", "--allow-read", "--allow-write", "--allow-run", "--allow-env", LOOPBACK],
  ["kube", "--allow-read", "--allow-write", "--allow-run", "--allow-env", LOOPBACK],
  ["controller", "--allow-read", "--allow-env", LOOPBACK],
  ["webhook", "--allow-read", "--allow-env", LOOPBACK],
  [
    "agent",
    "--allow-read",
    "--allow-write",
    "--allow-run",
    "--allow-env",
    "--allow-ffi",
    "--allow-sys",
    LOOPBACK,
  ],
  [
    "standalone",
    "--allow-read",
    "--allow-write",
    "--allow-run",
    "--allow-env",
    "--allow-sys",
    LOOPBACK,
  ],
  ["deploy", "--allow-read", "--allow-write", "--allow-run"],
  ["tools", "--allow-read", "--allow-write", "--allow-run", "--allow-env"],
  ["tests/gate", "--allow-read", "--allow-write", "--allow-run", "--allow-env"],
  ["tests/examples", "--allow-read", "--allow-write", "--allow-run", "--allow-env"],
];

/** What tests are allowed that need root, network namespaces or a real kube-apiserver. */
export const SYSTEM_PERMISSIONS: readonly string[] = [
  "read",
  "write",
  "run",
  "env",
  "net",
  "sys",
  "ffi",
].map((one) => `--allow-${one}`);

/** The examples in documentation, and the tests that need no root. */
export async function unitSteps(root: string): Promise<readonly Step[]> {
  const tests = (await filesBelow(root, ".ts")).filter(isTest);
  const groups = UNIT.filter(([folder]) => tests.some((file) => isBelow(file, folder)));
  const examples = await filesWithExamples(root);
  const step = (name: string, args: readonly string[]): Step =>
    testStep(name, { root, args, timeoutMs: UNIT_TIMEOUT_MS });
  return [
    ...(examples.length === 0 ? [] : [step("examples", ["--doc", ...examples])]),
    ...groups.map(([folder, ...permissions]) =>
      step(`tests of ${folder}`, [...permissions, ...tests.filter((file) => isBelow(file, folder))])
    ),
  ];
}

/** The tests below `tests/` that span folders and need the machine. */
export async function systemSteps(root: string): Promise<readonly Step[]> {
  const tests = (await filesBelow(root, ".ts", "tests"))
    .filter((file) => isTest(file) && !UNIT.some(([folder]) => isBelow(file, folder)));
  const folders = [...new Set(tests.map((file) => file.split("/").slice(0, 2).join("/")))];
  return folders.map((folder) =>
    testStep(`tests of ${folder}`, {
      root,
      args: [...SYSTEM_PERMISSIONS, ...tests.filter((file) => isBelow(file, folder))],
      timeoutMs: SYSTEM_TIMEOUT_MS,
    })
  );
}

function isBelow(file: string, folder: string): boolean {
  return file.startsWith(`${folder}/`);
}

function testStep(name: string, { root, args, timeoutMs }: {
  readonly root: string;
  readonly args: readonly string[];
  readonly timeoutMs: number;
}): Step {
  return {
    name,
    run: async () => {
      const { succeeded, output } = await runDeno({
        args: ["test", "--no-prompt", ...args],
        cwd: root,
        show: true,
        timeoutMs,
      });
      return { counts: testCounts(output, succeeded) };
    },
  };
}

/** Modules and pages with a TypeScript block that runs. */
async function filesWithExamples(root: string): Promise<readonly string[]> {
  const modules = (await filesBelow(root, ".ts")).filter((file) => !isTest(file) && !isBench(file));
  const found: string[] = [];
  for (const file of [...modules, ...await filesBelow(root, ".md")]) {
    const text = await Deno.readTextFile(`${root}/${file}`);
    if (/```ts(?!.*ignore)/.test(text)) found.push(file);
  }
  return found;
}
