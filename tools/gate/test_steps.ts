/**
 * The steps of the gate that run tests.
 *
 * @module
 */
import { runDeno } from "./command.ts";
import { filesBelow, isBench, isTest } from "./files.ts";
import type { Beside, Step } from "./step.ts";
import { testCounts } from "./summary.ts";

/** Longest run of one folder's tests: those of anybody, and those that start clusters and networks. */
const UNIT_TIMEOUT_MS = 300_000;
const SYSTEM_TIMEOUT_MS = 1_800_000;
const LOOPBACK = "--allow-net=127.0.0.0/8,localhost,[::1],0.0.0.0";

/** Folders whose tests run as anybody, and what they are allowed. */
const UNIT: readonly (readonly [folder: string, ...permissions: string[]])[] = [
  ["core"],
  ["runtime", "--allow-read", "--allow-write", "--allow-run", "--allow-env", LOOPBACK],
  ["kube", "--allow-read", "--allow-write", "--allow-run", "--allow-env", LOOPBACK],
  ["inspect", "--allow-read", "--allow-env", LOOPBACK],
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
  ["page"],
  // The YAML library asks for the two names.
  ["import", "--allow-env=LOG_TOKENS,LOG_STREAM"],
  ["deploy", "--allow-read", "--allow-write", "--allow-run"],
  ["tools", "--allow-read", "--allow-write", "--allow-run", "--allow-env"],
  ["tests/gate", "--allow-read", "--allow-write", "--allow-run", "--allow-env"],
  // The agent and the controller on the embedded API.
  ["tests/agent"],
  ["tests/controller", "--allow-read", "--allow-env", LOOPBACK],
  ["tests/agents", "--allow-read", "--allow-env", LOOPBACK],
  // Kept inputs and the first ones of a seed; the longer run is a step of its own. The YAML library asks for the two names.
  ["tests/fuzz", "--allow-read", "--allow-env=LOG_TOKENS,LOG_STREAM"],
  // Whole clusters on simulated time; more seeds are a step of their own. A state that is put back lies in a temporary folder.
  ["tests/simulation", "--allow-read", "--allow-write", "--allow-env"],
  // What a soak does and how it judges; the soak itself is `deno task soak`.
  ["tests/soak", "--allow-run"],
  // What a run of trials on a real node reckons with.
  ["tests/chaos", "--allow-read", "--allow-write"],
  // The programs as processes of their own.
  ["tests/programs", "--allow-read", "--allow-write", "--allow-run", "--allow-env", LOOPBACK],
  // A program that traces, and the collector that it tells.
  ["tests/tracing", "--allow-read", "--allow-run", "--allow-env", LOOPBACK],
  ["tests/import", "--allow-read", "--allow-run", "--allow-env"],
  ["tests/examples", "--allow-read", "--allow-write", "--allow-run", "--allow-env"],
];

/**
 * Folders of system tests that bear only some others beside them; all others start a kube-apiserver of their own, and wait
 * for answers, not for moments.
 */
const BESIDE: Readonly<Record<string, Beside>> = {
  // Floods and what they cost.
  "tests/floods": "alone",
  // Lost packets, milliseconds.
  "tests/network": "alone",
  // Looks whether the whole machine is as before.
  "tests/demo": "alone",
  // Pods that start, leases that run out, and virtual machines that take a processor each.
  "tests/cluster": "alone",
  "tests/clients": "alone",
};

/** Folders whose files run side by side: each has network namespaces of its own, and waits more than it works. */
const SIDE_BY_SIDE: ReadonlySet<string> = new Set(["tests/network"]);

/** Folders with a browser: its driver looks at files of `/proc`, for which Deno wants all permissions. */
const BROWSER: ReadonlySet<string> = new Set(["tests/inspect", "tests/page"]);

/** The folders that take longest, which are to begin first. */
const LONG = ["tests/deploy", "tests/controller_real", "tests/outages", "tests/webhook"];

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

/** How tests are run. */
interface TestOptions {
  /** Another step checks the types of everything: each step that did it again would take ten seconds for it. */
  readonly typesAreChecked: boolean;
}

/** The examples in documentation, and the tests that need no root. */
export async function unitSteps(root: string, options: TestOptions): Promise<readonly Step[]> {
  const tests = (await filesBelow(root, ".ts")).filter(isTest);
  const groups = UNIT.filter(([folder]) => tests.some((file) => isBelow(file, folder)));
  const examples = await filesWithExamples(root);
  const step = (name: string, args: readonly string[]): Step =>
    testStep(name, { root, args, timeoutMs: UNIT_TIMEOUT_MS, beside: "any" });
  return [
    // The types of what stands in comments and pages are checked here alone.
    ...(examples.length === 0 ? [] : [step("examples", ["--doc", ...examples])]),
    ...groups.map(([folder, ...permissions]) =>
      step(`tests of ${folder}`, [
        ...checking(options),
        ...permissions,
        ...tests.filter((file) => isBelow(file, folder)),
      ])
    ),
  ];
}

/** The tests below `tests/` that span folders and need the machine. */
export async function systemSteps(root: string, options: TestOptions): Promise<readonly Step[]> {
  const tests = (await filesBelow(root, ".ts", "tests"))
    .filter((file) => isTest(file) && !UNIT.some(([folder]) => isBelow(file, folder)));
  const found = new Set(tests.map((file) => file.split("/").slice(0, 2).join("/")));
  const folders = [...LONG.filter((folder) => found.delete(folder)), ...found];
  return folders.map((folder) =>
    testStep(`tests of ${folder}`, {
      root,
      args: [
        ...checking(options),
        ...(SIDE_BY_SIDE.has(folder) ? ["--parallel"] : []),
        ...(BROWSER.has(folder) ? ["--allow-all"] : SYSTEM_PERMISSIONS),
        ...tests.filter((file) => isBelow(file, folder)),
      ],
      timeoutMs: SYSTEM_TIMEOUT_MS,
      beside: BESIDE[folder] ?? "any",
    })
  );
}

/** What a test that runs as anybody is allowed; `undefined`: it needs the machine. */
export function permissionsOf(test: string): readonly string[] | undefined {
  return UNIT.find(([folder]) => isBelow(test, folder))?.slice(1);
}

function isBelow(file: string, folder: string): boolean {
  return file.startsWith(`${folder}/`);
}

function checking({ typesAreChecked }: TestOptions): readonly string[] {
  return typesAreChecked ? ["--no-check"] : [];
}

function testStep(name: string, { root, args, timeoutMs, beside }: {
  readonly root: string;
  readonly args: readonly string[];
  readonly timeoutMs: number;
  readonly beside: Beside;
}): Step {
  return {
    name,
    beside,
    run: async (show) => {
      const { succeeded, output } = await runDeno({
        args: ["test", "--no-prompt", ...args],
        cwd: root,
        show,
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
