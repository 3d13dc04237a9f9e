/**
 * Plants small changes in the product, one at a time, and says which no test noticed: `deno task mutate --count 60
 * --seed 1 --below agent`. The tests are those that need no root. It works in copies of the checkout.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { integer, nonEmpty, toggle, value, valueOr, values } from "../../runtime/settings.ts";
import { print } from "../gate/command.ts";
import { permissionsOf } from "../gate/test_steps.ts";
import { taskFlags } from "../task_flags.ts";
import { entryPoints, reachable, readModules } from "../syntax/repository.ts";
import { affectedTests, type Batch, importersOf } from "./affected_tests.ts";
import { type Mutation, mutationsOf } from "./mutations.ts";
import { copyCheckout, type Times, tryMutation } from "./planting.ts";
import { type Result, Results, tableOf } from "./results.ts";

const ROOT = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");
/** The rooms of the product that tests without root hold. */
const ROOMS = ["core", "kube", "controller", "agent", "webhook"];

const { values: flags } = taskFlags({
  usage: "deno task mutate",
  about: "Plants small changes in the product and says which no test noticed.",
  settings: {
    count: valueOr(60, { help: "How many", placeholder: "N", parse: integer(0, 1e6) }),
    seed: valueOr("1", {
      help: "Which of all that could be planted",
      placeholder: "N",
      parse: nonEmpty,
    }),
    below: values({
      help: `Only in this folder (default ${ROOMS.join(", ")})`,
      placeholder: "FOLDER",
      parse: nonEmpty,
    }),
    without: values({
      help: "Leave out tests of this folder or file",
      placeholder: "PATH",
      parse: nonEmpty,
    }),
    tests: valueOr(Infinity, {
      help: "So many files of tests for each, nearest first",
      placeholder: "N",
      parse: integer(1, 1e6),
      defaultText: "all",
    }),
    simulate: valueOr(0, {
      help: "Try what no test noticed with what the simulation keeps, and N of its seeds",
      placeholder: "N",
      parse: integer(0, 1e6),
    }),
    results: value({
      help: "Keep what came of each, and do not try again what the file knows",
      placeholder: "FILE",
      parse: nonEmpty,
    }),
    again: toggle({ help: "Try again what survived" }),
    unchecked: toggle({
      help:
        "Do not ask whether what no test noticed type-checks, which takes longer than most tests",
    }),
    jobs: valueOr(2, { help: "How many at a time", placeholder: "N", parse: integer(1, 64) }),
    list: toggle({ help: "Only name them" }),
  },
}, { args: Deno.args });
const { count, simulate: seeds } = flags;
const below = flags.below.length > 0 ? flags.below : ROOMS;

const modules = await readModules(ROOT);
const importers = importersOf(modules);
const candidates = await sample(flags.seed);
if (flags.list) {
  for (const one of candidates.slice(0, count)) print(row(one));
  Deno.exit(0);
}
print(`\n${tableOf(await plantAll())}`);
Deno.exit(0);

/** All that can be planted, in an order that follows from the seed. */
async function sample(seed: string): Promise<readonly Mutation[]> {
  const programs = [...modules.keys()].filter((path) => /^\w+\/main\.ts$/.test(path));
  const product = reachable(modules, [...programs, ...(await entryPoints(ROOT)).values()]);
  const paths = [...product].filter((path) => isBelow(path, below));
  const found: { mutation: Mutation; order: string }[] = [];
  for (const path of paths) {
    for (const mutation of mutationsOf(path, await Deno.readTextFile(`${ROOT}/${path}`))) {
      const order = createHash("sha256").update(`${seed} ${mutation.name}`).digest("hex");
      found.push({ mutation, order });
    }
  }
  return found.sort((a, b) => a.order < b.order ? -1 : 1).map(({ mutation }) => mutation);
}

/** What came of the first ones that type-check. */
async function plantAll(): Promise<readonly Result[]> {
  const results = await Results.open(flags.results);
  const copies = await Promise.all(
    Array.from({ length: flags.jobs }, () => copyCheckout(ROOT)),
  );
  try {
    const times: Times = new Map();
    const found: Result[] = [];
    const queue = candidates.values();
    let open = count;
    const work = async (copy: string): Promise<void> => {
      while (open > 0) {
        const { value: mutation, done } = queue.next();
        if (done) return;
        open--;
        const known = results.get(mutation);
        const isKnown = known !== undefined && !(flags.again && known.outcome === "survived");
        const result = isKnown ? known : await results.add(
          mutation,
          await tryMutation(copy, mutation, {
            batches: testsOf(mutation.path),
            times,
            seeds,
            isChecked: !flags.unchecked,
          }),
        );
        if (result.outcome === "invalid") open++;
        else found.push(result);
        if (result.outcome === "survived") print(row(mutation));
      }
    };
    await Promise.all(copies.map(work));
    return found;
  } finally {
    for (const copy of copies) await Deno.remove(copy, { recursive: true });
  }
}

function testsOf(path: string): readonly Batch[] {
  const isTried = (test: string): boolean => !isBelow(test, flags.without);
  return affectedTests(path, importers, {
    permissionsOf: (test) => isTried(test) ? permissionsOf(test) : undefined,
    most: flags.tests,
  });
}

function isBelow(path: string, folders: readonly string[]): boolean {
  return folders.some((one) => path === one || path.startsWith(`${one.replace(/\/$/, "")}/`));
}

function row({ path, line, what }: Mutation): string {
  return `${path}:${line}: ${what}\n`;
}
