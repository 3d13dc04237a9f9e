import assert from "node:assert/strict";
import { ManualClock } from "./testing/manual_clock.ts";
import { memoryLogger } from "./testing/memory_logger.ts";
import { type EndSignal, onShutdown } from "./shutdown.ts";

function fakeSignals() {
  const listeners = new Map<EndSignal, () => void>();
  return {
    listeners,
    add: (signal: EndSignal, listener: () => void) => void listeners.set(signal, listener),
    remove: (signal: EndSignal) => void listeners.delete(signal),
  };
}

Deno.test("onShutdown drains at the first signal, however often it arrives, and exits at the second", async () => {
  const signals = fakeSignals();
  const clock = new ManualClock();
  const exits: number[] = [];
  const logger = memoryLogger();
  using shutdown = onShutdown({
    logger,
    exit: (code) => exits.push(code),
    clock,
    signals,
  });
  signals.listeners.get("SIGTERM")?.();
  assert.equal(shutdown.signal.aborted, true);
  assert.match(String(shutdown.signal.reason), /SIGTERM/);
  signals.listeners.get("SIGTERM")?.();
  await clock.advance(400);
  signals.listeners.get("SIGINT")?.();
  assert.deepEqual(exits, []);
  await clock.advance(100);
  signals.listeners.get("SIGINT")?.();
  assert.deepEqual(exits, [130]);
  assert.deepEqual(logger.lines.map(({ message, keys }) => `${message}: ${keys.signal}`), [
    "Stopping; a second signal exits at once: SIGTERM",
    "Exiting at once: SIGINT",
  ]);
});

Deno.test("onShutdown stops listening when it is disposed", () => {
  const signals = fakeSignals();
  onShutdown({ logger: memoryLogger(), exit: () => undefined, signals })[Symbol.dispose]();
  assert.equal(signals.listeners.size, 0);
});

Deno.test("onShutdown hears the process's own signals", async () => {
  using shutdown = onShutdown({ logger: memoryLogger(), exit: () => undefined });
  const { promise, resolve } = Promise.withResolvers<void>();
  shutdown.signal.addEventListener("abort", () => resolve());
  // A signal's listener alone does not keep the event loop going.
  const awake = setInterval(() => undefined, 1_000);
  Deno.kill(Deno.pid, "SIGTERM");
  await promise;
  clearInterval(awake);
});
