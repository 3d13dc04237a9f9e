import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { FlagError } from "./flags.ts";
import type { ProgramLog } from "./log.ts";
import { exitCode, runLogged } from "./program.ts";

/** Streams that keep what is written. */
function streams() {
  const written = { stdout: "", stderr: "" };
  const stream = (name: "stdout" | "stderr") => ({
    writeSync: (bytes: Uint8Array) => {
      written[name] += new TextDecoder().decode(bytes);
      return bytes.length;
    },
    isTerminal: () => false,
  });
  return { written, stdout: stream("stdout"), stderr: stream("stderr") };
}

const QUIET = { logLevel: undefined, logFormat: undefined, debug: false, trace: false };

/** Runs a program whose work is this; answers its exit code and what it wrote. */
async function runs(
  run: Parameters<typeof runLogged>[0]["run"],
  settings: Parameters<typeof runLogged>[0]["settings"] = () => ({ values: QUIET }),
) {
  const { written, ...into } = streams();
  const code = await runLogged({ name: "vm-dhcp-test", title: "The test", settings, run }, into);
  const lines = written.stderr.split("\n").filter((line) => line.startsWith("{"));
  return { code, ...written, log: lines.map((line) => JSON.parse(line)) };
}

Deno.test("exitCode is what the program says, and 0 where it says nothing", async () => {
  deepStrictEqual(
    [await exitCode(() => Promise.resolve(3)), await exitCode(() => Promise.resolve())],
    [3, 0],
  );
});

Deno.test("exitCode is 2 with a line for each flag that cannot be used, and 1 with the sentence of any other error", async () => {
  for (
    const [error, code, text] of [
      [new FlagError(["Cannot use --a", "Cannot use --b"]), 2, "Cannot use --a\nCannot use --b\n"],
      [new TypeError("Cannot read /x: No such file"), 1, "Cannot read /x: No such file\n"],
    ] as const
  ) {
    const { written, stderr } = streams();
    strictEqual(await exitCode(() => Promise.reject(error), { stderr }), code);
    deepStrictEqual(written, { stdout: "", stderr: text });
  }
});

Deno.test("runLogged prints help alone, and does no work then", async () => {
  const found = await runs(() => Promise.resolve(9), () => ({ help: "Usage: test\n" }));
  deepStrictEqual([found.code, found.stdout, found.stderr], [0, "Usage: test\n", ""]);
});

Deno.test("runLogged says that the program starts, of which version, and ends with its exit code", async () => {
  const { code, stdout, log: [first, ...others] } = await runs(() => Promise.resolve(4));
  deepStrictEqual([code, stdout, others], [4, "", []]);
  deepStrictEqual([first.message, first.logger], ["The test starts", "vm-dhcp-test"]);
  match(first.version, /^\d+\.\d+\.\d+$/);
});

Deno.test("runLogged ends with 1 and one sentence in the log, without a stack that no operator can use", async () => {
  const { code, log } = await runs(() => Promise.reject(new Error("Cannot listen on :8080")));
  deepStrictEqual([code, log.at(-1).message, log.at(-1).error], [
    1,
    "The test ends",
    "Cannot listen on :8080",
  ]);
});

Deno.test("runLogged keeps the whole error where faults are looked for", async () => {
  const values = { ...QUIET, debug: true };
  const work = () => Promise.reject(new Error("Cannot listen on :8080"));
  const { log } = await runs(work, () => ({ values }));
  match(JSON.stringify(log.at(-1).error), /Cannot listen on :8080.*program_test\.ts/);
});

Deno.test("runLogged ends with 2 where settings cannot be used together, found early or late", async () => {
  const problem = new FlagError(["Cannot start without --manifests DIR"]);
  const early = await runs(() => Promise.resolve(), () => {
    throw problem;
  });
  const late = await runs(() => Promise.reject(problem));
  deepStrictEqual([early.code, early.stderr], [2, "Cannot start without --manifests DIR\n"]);
  deepStrictEqual([late.code, late.stderr.split("\n").at(-2)], [
    2,
    "Cannot start without --manifests DIR",
  ]);
});

Deno.test("runLogged does its work, and ends as that does, also where the log cannot be written", async () => {
  const { stdout } = streams();
  const stderr = {
    writeSync: () => {
      throw new Error("No space left on device (os error 28)");
    },
    isTerminal: () => false,
  };
  const ends = (run: Parameters<typeof runLogged>[0]["run"]) =>
    runLogged(
      { name: "vm-dhcp-test", title: "The test", settings: () => ({ values: QUIET }), run },
      {
        stdout,
        stderr,
      },
    );
  const works = (_: unknown, { log }: ProgramLog) => {
    log.warn("Something is wrong");
    return Promise.resolve(3);
  };
  deepStrictEqual(
    [await ends(works), await ends(() => Promise.reject(new Error("Cannot listen")))],
    [3, 1],
  );
});
