import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { silentLogger } from "../../runtime/testing/memory_logger.ts";
import { NtpNames } from "./ntp_names.ts";

Deno.test("NtpNames is idle when every look-up has ended, and the pools know of it", async () => {
  const lookUps = new Map<string, (addresses: readonly string[]) => void>();
  const told: string[] = [];
  const names = new NtpNames({
    resolve: (host) => new Promise((resolve) => void lookUps.set(host, resolve)),
    clock: new ManualClock(),
    random: () => 0.5,
    log: silentLogger,
    refreshMs: 3_600_000,
    timeoutMs: 5_000,
    onChange: (pool) => told.push(pool),
    signal: new AbortController().signal,
  });
  const ask = () => names.serversOf("default/a", { ntp: ["a.example", "b.example"], recorded: {} });
  await names.whenIdle();
  assert.deepEqual(ask(), { servers: {} });
  let idle = false;
  const waiting = names.whenIdle().then(() => void (idle = true));
  lookUps.get("a.example")?.(["10.0.0.1"]);
  await setImmediate();
  assert.equal(idle, false);
  lookUps.get("b.example")?.(["10.0.0.2"]);
  await waiting;
  assert.deepEqual(told, ["default/a", "default/a"]);
  assert.deepEqual(ask().servers, { "a.example": ["10.0.0.1"], "b.example": ["10.0.0.2"] });
});

Deno.test("NtpNames asks for a name that cannot be resolved again when its wait is over, and no sooner", async () => {
  const clock = new ManualClock();
  let asked = 0;
  const names = new NtpNames({
    resolve: () => {
      asked++;
      return Promise.reject(new Error("no such name"));
    },
    clock,
    random: () => 0.5,
    log: silentLogger,
    refreshMs: 3_600_000,
    timeoutMs: 5_000,
    onChange: () => undefined,
    signal: new AbortController().signal,
  });
  const ask = () => names.serversOf("default/a", { ntp: ["a.example"], recorded: {} });
  ask();
  await names.whenIdle();
  const { againMs = 0 } = ask();
  assert.ok(againMs > 0);
  await clock.advance(againMs - 1);
  assert.deepEqual([ask().againMs, asked], [1, 1]);
  await clock.advance(1);
  ask();
  assert.equal(asked, 2);
  await names.whenIdle();
});
