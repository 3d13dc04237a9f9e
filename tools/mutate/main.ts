/**
 * Plants small changes in the product, one at a time, and says which no test noticed: `deno task mutate --count 60
 * --seed 1 --below agent`. The tests are those that need no root. It works in copies of the checkout.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { createHash } from "node:crypto";
import { print } from "../gate/command.ts";
import { permissionsOf } from "../gate/test_steps.ts";
import { entryPoints, reachable, readModules } from "../syntax/repository.ts";
import { affectedTests, type Batch, importersOf } from "./affected_tests.ts";
import { type Mutation, mutationsOf } from "./mutations.ts";
import { copyCheckout, type Outcome, timeTests, tryMutation } from "./planting.ts";

const ROOT = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");
const HELP = `Plants small changes in the product and says which no test noticed.

  --count N       how many (60)
  --seed N        which of all that could be planted (1)
  --below FOLDER  only in this folder; may be given more than once
  --jobs N        how many at a time (2)
  --list          only name them
`;
/** The rooms of the product that tests without root hold. */
const ROOMS = ["core", "kube", "controller", "agent", "webhook"];

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "60" },
    seed: { type: "string", default: "1" },
    below: { type: "string", multiple: true, default: ROOMS },
    jobs: { type: "string", default: "2" },
    list: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const count = Number(values.count);

if (values.help) {
  print(HELP);
  Deno.exit(0);
}
const modules = await readModules(ROOT);
const importers = importersOf(modules);
const candidates = await sample(values.seed);
if (values.list) {
  for (const one of candidates.slice(0, count)) print(row(one));
  Deno.exit(0);
}
const outcomes = await plantAll();
report(outcomes);
Deno.exit(0);

/** All that can be planted, in an order that follows from the seed. */
async function sample(seed: string): Promise<readonly Mutation[]> {
  const programs = [...modules.keys()].filter((path) => /^\w+\/main\.ts$/.test(path));
  const product = reachable(modules, [...programs, ...(await entryPoints(ROOT)).values()]);
  const paths = [...product].filter((path) =>
    values.below.some((folder) => path.startsWith(`${folder.replace(/\/$/, "")}/`))
  );
  const found: { mutation: Mutation; order: string }[] = [];
  for (const path of paths) {
    for (const mutation of mutationsOf(path, await Deno.readTextFile(`${ROOT}/${path}`))) {
      const name = `${seed} ${path} ${mutation.start} ${mutation.replacement}`;
      found.push({ mutation, order: createHash("sha256").update(name).digest("hex") });
    }
  }
  return found.sort((a, b) => a.order < b.order ? -1 : 1).map(({ mutation }) => mutation);
}

async function plantAll(): Promise<ReadonlyMap<Mutation, Outcome>> {
  const copies = await Promise.all(
    Array.from({ length: Number(values.jobs) }, () => copyCheckout(ROOT)),
  );
  try {
    const times = await timeAll(copies[0] ?? ROOT);
    const outcomes = new Map<Mutation, Outcome>();
    const queue = candidates.values();
    let open = count;
    const work = async (copy: string): Promise<void> => {
      while (open > 0) {
        const { value: mutation, done } = queue.next();
        if (done) return;
        open--;
        const outcome = await tryMutation(copy, mutation, {
          batches: testsOf(mutation.path),
          times,
        });
        outcomes.set(mutation, outcome);
        if (outcome === "invalid") open++;
        else if (outcome === "survived") print(row(mutation));
      }
    };
    await Promise.all(copies.map(work));
    return outcomes;
  } finally {
    for (const copy of copies) await Deno.remove(copy, { recursive: true });
  }
}

function testsOf(path: string): readonly Batch[] {
  return affectedTests(path, importers, permissionsOf);
}

/** How long the tests of each kind take where nothing is planted. They must pass, or all would seem caught. */
async function timeAll(copy: string): Promise<ReadonlyMap<string, number>> {
  const batches = new Map<string, Set<string>>();
  for (const { path } of candidates.slice(0, count)) {
    for (const { permissions, files } of testsOf(path)) {
      const key = permissions.join(" ");
      batches.set(key, (batches.get(key) ?? new Set()).union(new Set(files)));
    }
  }
  const times = new Map<string, number>();
  for (const [key, files] of batches) {
    const permissions = key === "" ? [] : key.split(" ");
    const time = await timeTests(copy, { permissions, files: [...files] });
    if (typeof time === "string") throw new Error(`Cannot begin: a test fails already\n${time}`);
    times.set(key, time);
  }
  return times;
}

function row({ path, line, what }: Mutation): string {
  return `${path}:${line}: ${what}\n`;
}

function report(outcomes: ReadonlyMap<Mutation, Outcome>): void {
  const rooms = new Map<string, { planted: number; caught: number }>();
  for (const [{ path }, outcome] of outcomes) {
    if (outcome === "invalid") continue;
    const parts = path.split("/");
    for (const room of [parts[0] === "core" ? `core/${parts[1]}` : parts[0] ?? "", "all"]) {
      const row = rooms.get(room) ?? { planted: 0, caught: 0 };
      row.planted++;
      if (outcome === "caught") row.caught++;
      rooms.set(room, row);
    }
  }
  print("\n| room | caught | planted | share |\n| --- | --- | --- | --- |\n");
  for (const [room, { planted, caught }] of [...rooms].sort(([a], [b]) => a < b ? -1 : 1)) {
    print(`| ${room} | ${caught} | ${planted} | ${Math.round(100 * caught / planted)} % |\n`);
  }
}
