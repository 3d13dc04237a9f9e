import assert from "node:assert/strict";
import { programLog } from "./log.ts";
import { type LogLevel, LogLevels, MOST_OVERRIDES } from "./log_levels.ts";
import { ManualClock } from "./testing/manual_clock.ts";

function setUp(level: LogLevel = "info") {
  const clock = new ManualClock();
  const lines: Record<string, unknown>[] = [];
  const { log, levels } = programLog({
    name: "agent",
    level,
    clock,
    write: (line) => lines.push(JSON.parse(line)),
  });
  const messages = () => lines.splice(0).map(({ message }) => message);
  return { clock, log, levels, lines, messages };
}

Deno.test("P4: programLog writes info and above until an override says more, and again when its time is over", async () => {
  const { clock, log, levels, messages } = setUp();
  const pool = log.with({ ippool: "default/net-48" });
  pool.trace("before");
  levels.override({ level: "trace" }, 60_000);
  pool.trace("trace");
  pool.debug("debug");
  await clock.advance(59_999);
  pool.trace("still");
  await clock.advance(1);
  pool.trace("after");
  pool.debug("after");
  assert.deepEqual(messages(), [
    "trace",
    "debug",
    "still",
    "Log level is as before: the time is over",
  ]);
  assert.equal(clock.sleeping, 0);
  assert.equal(log.enabled("debug"), false);
});

Deno.test("P4: an override for a pool and a MAC address shows these alone, at its own level", () => {
  const { log, levels, messages } = setUp();
  levels.override({ level: "debug", pool: "default/net-48", mac: "52:54:00:11:22:01" }, 1_000);
  const [wanted, other] = ["default/net-48", "default/net-49"].map((ippool) =>
    log.with({ ippool })
  );
  const [mac, stranger] = ["52:54:00:11:22:01", "52:54:00:11:22:02"];
  wanted?.debug("yes", { macAddress: mac });
  wanted?.trace("too deep", { macAddress: mac });
  wanted?.debug("another machine", { macAddress: stranger });
  wanted?.debug("no machine");
  other?.debug("another pool", { macAddress: mac });
  log.debug("by key", { key: "default/net-48", macAddress: mac });
  assert.deepEqual(messages(), ["yes", "by key"]);
  assert.deepEqual(
    [wanted, other].map((one) => one?.enabled("debug")),
    [true, false],
    "what is not yet known is not ruled out, what is known is",
  );
  assert.equal(wanted?.enabled("debug", { macAddress: stranger }), false);
  assert.equal(wanted?.enabled("debug", { macAddress: mac }), true);
  levels.reset();
});

Deno.test("P4: overrides add up, each ends at its time, and one for the same lines takes the other's place", async () => {
  const { clock, log, levels, messages } = setUp();
  const at = (pool: string) => log.with({ ippool: pool });
  levels.override({ level: "debug", pool: "a/a" }, 10_000);
  levels.override({ level: "debug", pool: "b/b" }, 20_000);
  levels.override({ level: "trace", pool: "a/a" }, 30_000);
  assert.equal(levels.state.overrides.length, 2);
  await clock.advance(20_000);
  at("a/a").trace("a");
  at("b/b").debug("b");
  assert.deepEqual(messages(), ["Log level is as before: the time is over", "a"]);
  levels.reset();
  at("a/a").trace("a");
  assert.deepEqual(messages(), []);
  assert.equal(clock.sleeping, 0);
});

Deno.test("P4: overrides have a bound in number, and none makes less be written than the flags say", () => {
  const levels = new LogLevels({ level: "trace", clock: new ManualClock() });
  for (let at = 0; at < MOST_OVERRIDES; at++) {
    levels.override({ level: "debug", pool: `a/${at}` }, 1);
  }
  assert.throws(() => levels.override({ level: "debug" }, 1), RangeError);
  levels.override({ level: "trace", pool: "a/0" }, 1);
  assert.equal(levels.enabled("trace", {}), true);
  levels.reset();
});

Deno.test("P4: what overrides write is bounded in lines a second, whoever sends what; the rest is counted and told", async () => {
  const { clock, log, levels, lines } = setUp();
  levels.override({ level: "debug" }, 60_000);
  for (let second = 0; second < 20; second++) {
    for (let line = 0; line < 10_000; line++) log.debug("Packet");
    await clock.advance(1_000);
  }
  const written = lines.filter(({ message }) => message === "Packet").length;
  const { linesPerSecond, linesLeftOut } = levels.state;
  assert.ok(written <= linesPerSecond * 22, `${written} lines in 20 s`);
  assert.ok(written >= linesPerSecond * 18, `${written} lines in 20 s`);
  assert.equal(written + linesLeftOut, 200_000);
  levels.reset();
  const told = lines.filter(({ message }) => message !== "Packet");
  assert.ok(told.length <= 4, `${told.length} lines about lines`);
  assert.equal(told.reduce((sum, line) => sum + Number(line.lines), 0), linesLeftOut);
});

Deno.test("P4: lines that the flags ask for, and warnings, are never left out for an override's sake", () => {
  const { log, levels, lines } = setUp("debug");
  levels.override({ level: "trace" }, 60_000);
  for (let line = 0; line < 1_000; line++) log.trace("Packet");
  for (let line = 0; line < 1_000; line++) log.debug("Line");
  assert.equal(lines.filter(({ message }) => message === "Line").length, 1_000);
  levels.reset();
});
