import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { runSteps } from "../../tools/gate/run_steps.ts";
import { type Beside, checked, type Step } from "../../tools/gate/step.ts";

/** Steps that note which others run while they do. */
class Notes {
  readonly #running = new Set<string>();
  readonly began: string[] = [];
  /** Name of a step -> all that ran at the same time at some moment. */
  readonly beside = new Map<string, Set<string>>();

  step(name: string, beside: Beside, { turns = 2, failed = 0 } = {}): Step {
    return {
      name,
      beside,
      run: async (show) => {
        this.began.push(name);
        this.#running.add(name);
        for (const one of this.#running) {
          const others = this.beside.get(one) ?? new Set();
          this.beside.set(one, others.union(this.#running));
        }
        for (let turn = 0; turn < turns; turn++) {
          show(`${name} ${turn}\n`);
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
        this.#running.delete(name);
        return { counts: { passed: turns, failed }, output: `${name} ends\n` };
      },
    };
  }

  /** Those that ran beside a step, sorted. */
  of(name: string): readonly string[] {
    return [...this.beside.get(name) ?? []].filter((other) => other !== name).sort();
  }
}

function shown(): { readonly show: (text: string) => void; readonly lines: () => string[] } {
  let all = "";
  return {
    show: (text) => void (all += text),
    lines: () => all.replaceAll(/\(\d+\.\d s\)/g, "(s)").trimEnd().split("\n"),
  };
}

Deno.test("runSteps runs nothing beside a step that must be alone, nor before those that others need", async () => {
  const notes = new Notes();
  const steps = [
    notes.step("a", "any"),
    notes.step("flood", "alone"),
    notes.step("fuzz", "leftover"),
    notes.step("node", "waits", { turns: 20 }),
    notes.step("root", "first"),
    notes.step("b", "any"),
    notes.step("programs", "first"),
  ];
  await runSteps(steps, { lanes: 2, show: () => {} });
  deepStrictEqual(notes.began, ["root", "programs", "a", "b", "flood", "node", "fuzz"]);
  for (const name of ["root", "programs", "flood"]) deepStrictEqual(notes.of(name), [], name);
  deepStrictEqual(notes.of("a"), ["b"]);
  deepStrictEqual(notes.of("fuzz"), ["node"]);
});

Deno.test("runSteps runs as many steps at a time as there are lanes, and one of the leftovers beside one that waits", async () => {
  const notes = new Notes();
  const names = ["a", "b", "c", "d", "e"];
  const leftovers = ["f", "g", "h"];
  await runSteps([
    ...names.map((name) => notes.step(name, "any", { turns: 5 })),
    notes.step("node", "waits", { turns: 3 }),
    ...leftovers.map((name) => notes.step(name, "leftover", { turns: 10 })),
  ], { lanes: 3, show: () => {} });
  deepStrictEqual(notes.of("a"), ["b", "c"]);
  // The one that waits is over first: its lane takes what is left.
  deepStrictEqual([notes.of("node"), notes.of("f")], [["f"], ["g", "node"]]);
  deepStrictEqual(notes.began.length, 9);
});

Deno.test("runSteps shows each step's words together, goes on after a failure, and counts all tests", async () => {
  const notes = new Notes();
  const { show, lines } = shown();
  const counts = await runSteps([
    notes.step("a", "any", { failed: 1 }),
    notes.step("b", "any", { turns: 3 }),
    notes.step("c", "alone", { turns: 1 }),
  ], { lanes: 2, show });
  deepStrictEqual(counts, { passed: 6, failed: 1 });
  deepStrictEqual(lines(), [
    ...["a 0", "a 1", "a ends", "FAILED a (s)"],
    ...["b 0", "b 1", "b 2", "b ends", "ok     b (s)"],
    ...["c 0", "c ends", "ok     c (s)"],
    ...["", "What failed:", "a 0", "a 1", "a ends", "FAILED a (s)"],
  ]);
});

Deno.test("runSteps shows at the end, once more, the failures of a run of tests, but not all that it said before", async () => {
  const { show, lines } = shown();
  const said = ["a ... ok", "b ... FAILED", "", " ERRORS ", "", "b => b_test.ts:1:6", "error: no"];
  const run = (show: (text: string) => void) => {
    for (const line of said) show(`${line}\n`);
    return Promise.resolve({ counts: { passed: 1, failed: 1 } });
  };
  await runSteps([
    { name: "tests of b", beside: "alone", run },
    { name: "c", beside: "leftover", run: () => Promise.resolve(checked([])) },
  ], { lanes: 2, show });
  deepStrictEqual(lines(), [
    ...said,
    "FAILED tests of b (s)",
    "ok     c (s)",
    ...["", "What failed:", ...said.slice(3), "FAILED tests of b (s)"],
  ]);
});

Deno.test("runSteps counts a step that cannot be run as failed, says why, and goes on", async () => {
  const { show, lines } = shown();
  const counts = await runSteps([
    {
      name: "page",
      beside: "any",
      run: () => Promise.reject(new Error("Cannot bundle page_script.ts")),
    },
    { name: "types", beside: "any", run: () => Promise.resolve(checked([])) },
  ], { lanes: 1, show });
  deepStrictEqual(counts, { passed: 1, failed: 1 });
  const failure = ["It could not be run: Cannot bundle page_script.ts", "FAILED page (s)"];
  deepStrictEqual(lines(), [...failure, "ok     types (s)", "", "What failed:", ...failure]);
});

Deno.test("runSteps shows what a step says while it runs, where no other one runs", async () => {
  const said = Promise.withResolvers<void>();
  const end = Promise.withResolvers<void>();
  const { show, lines } = shown();
  const running = runSteps([{
    name: "flood",
    beside: "alone",
    run: async (show) => {
      show("one of many\n");
      said.resolve();
      await end.promise;
      return { counts: { passed: 1, failed: 0 } };
    },
  }], { lanes: 2, show });
  await said.promise;
  strictEqual(lines().at(0), "one of many");
  end.resolve();
  await running;
});
