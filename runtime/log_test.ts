import assert from "node:assert/strict";
import { createLogger, type Logger, type LoggerOptions } from "./log.ts";

function logging(
  options: Partial<LoggerOptions> = {},
): { readonly logger: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  const logger = createLogger({
    name: "agent",
    now: () => Date.UTC(2026, 0, 2, 3, 4, 5),
    write: (line) => lines.push(line),
    ...options,
  });
  return { logger, lines };
}

Deno.test("createLogger writes one JSON object per line with the keys beside the message", () => {
  const { logger, lines } = logging();
  logger.with({ pool: "default/net-48" }).warn("Pool is not ready", {
    reason: "NotSynced",
    tries: 3,
  });
  assert.equal(
    lines.join(""),
    '{"@timestamp":"2026-01-02T03:04:05.000Z","level":"WARN","message":"Pool is not ready","logger":"agent",' +
      '"pool":"default/net-48","reason":"NotSynced","tries":3}\n',
  );
});

Deno.test("createLogger writes its level and what matters more, and tells which", () => {
  const { logger, lines } = logging({ level: "warn" });
  for (const level of ["trace", "debug", "info", "warn", "error"] as const) logger[level](level);
  assert.deepEqual(lines.map((line) => JSON.parse(line).message), ["warn", "error"]);
  assert.deepEqual([logger.enabled("info"), logger.enabled("warn")], [false, true]);
  assert.equal(logger.with({ a: 1 }).enabled("info"), false);
});

Deno.test("createLogger keeps keys that are named as parts of the line", () => {
  const { logger, lines } = logging();
  logger.info("Said", { message: "mine", level: 7 });
  const line = JSON.parse(lines.join(""));
  assert.deepEqual([line.message, line.message_, line.level, line.level_], [
    "Said",
    "mine",
    "INFO",
    7,
  ]);
});

Deno.test("createLogger writes an error with its causes, and its stack only at level error", () => {
  const { logger, lines } = logging();
  const error = new TypeError("Cannot read the pool: x", { cause: new Error("inner") });
  logger.warn("Failed", { error });
  logger.error("Failed", { error });
  const [warned, failed] = lines.map((line) => JSON.parse(line).error);
  assert.deepEqual(warned, {
    name: "TypeError",
    message: "Cannot read the pool: x",
    cause: { name: "Error", message: "inner" },
  });
  assert.match(failed.stack, /log_test/);
});

Deno.test("createLogger writes five causes of an error at most, also of one that is its own cause", () => {
  const { logger, lines } = logging();
  const error = new Error("again");
  error.cause = error;
  logger.warn("Failed", { error });
  assert.equal(lines.join("").match(/"message":"again"/g)?.length, 6);
});

Deno.test("createLogger survives keys that JSON cannot hold", () => {
  for (const format of ["json", "text"] as const) {
    const { logger, lines } = logging({ format });
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    logger.info("Odd", { circular, big: 12n, missing: undefined, nothing: null });
    assert.match(lines.join(""), /12/);
  }
});

Deno.test("createLogger writes text for a terminal on one line", () => {
  const { logger, lines } = logging({ format: "text" });
  logger.warn("Pool is not ready", {
    pool: "default/net-48",
    why: "two\nlines",
    error: new Error("outer", { cause: new Error("inner") }),
    causes: [1, 2],
  });
  assert.deepEqual(lines, [
    "2026-01-02T03:04:05.000Z WARNING Pool is not ready pool=default/net-48 " +
    'why="two\\nlines" error="Error: outer; caused by Error: inner" causes=[1,2]\n',
  ]);
});

Deno.test("createLogger keeps one line one line whatever the message holds", () => {
  for (const format of ["json", "text"] as const) {
    const { logger, lines } = logging({ format });
    logger.info("first\nsecond \u001b[2J");
    assert.equal(lines.join("").split("\n").length, 2, format);
    assert.ok(!lines.join("").includes("\u001b"), format);
  }
});

Deno.test("createLogger writes nothing that steers a terminal, or turns its text round, whatever a value holds", () => {
  for (const format of ["json", "text"] as const) {
    const { logger, lines } = logging({ format });
    const hostName = "\u009b2J\u0085\u202e\u2066\x7f";
    logger.warn("Host", { hostName, names: [hostName], error: new Error(hostName) });
    const [line = ""] = lines;
    assert.match(line, /^[\x20-\x7e]+\n$/, format);
    if (format === "json") assert.equal(JSON.parse(line).hostName, hostName);
  }
});
