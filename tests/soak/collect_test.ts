import { ok } from "node:assert/strict";
import { until } from "../network/wait.ts";

const PRELOAD = new URL("collect.ts", import.meta.url).pathname;
/** What it drops, and what it keeps, octets. */
const MUCH = 20e6;
/** Drops as much as it keeps once it is told to. */
const PROGRAM = `
const make = () => Array.from({ length: ${MUCH} / 40 }, (_, n) => ({ n }));
let kept = [];
Deno.addSignalListener("SIGUSR2", () => { make(); kept = make(); console.error("made"); });
setInterval(() => kept.length, 1_000);
console.error("begun");
`;

Deno.test("what is left on a heap is what somebody keeps, without what is dropped", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      `--preload=${PRELOAD}`,
      `data:text/javascript,${encodeURIComponent(PROGRAM)}`,
    ],
    env: { DENO_V8_FLAGS: "--expose-gc", NO_COLOR: "1" },
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let log = "";
  const reading = child.stderr.pipeThrough(new TextDecoderStream()).pipeTo(
    new WritableStream({ write: (text) => void (log += text) }),
  );
  const told = async (signal: Deno.Signal, pattern: RegExp): Promise<number> => {
    const from = log.length;
    child.kill(signal);
    const [, octets = ""] = await until(() => pattern.exec(log.slice(from)) ?? undefined, {
      what: `it tells ${pattern}`,
    });
    return Number(octets);
  };
  try {
    await until(() => log.includes("begun"), { what: "it runs" });
    const before = await told("SIGURG", /heap: (\d+) of objects, \d+ of functions\n/);
    await told("SIGUSR2", /made/);
    const grown = await told("SIGURG", /heap: (\d+) of objects, \d+ of functions\n/) - before;
    ok(grown > MUCH / 2 && grown < MUCH * 3 / 2, `${grown}`);
  } finally {
    child.kill("SIGKILL");
    await child.status;
    await reading;
  }
});
