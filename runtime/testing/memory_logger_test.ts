import assert from "node:assert/strict";
import { memoryLogger, silentLogger } from "./memory_logger.ts";

Deno.test("memoryLogger keeps lines of every level with their keys", () => {
  const logger = memoryLogger();
  logger.trace("a");
  logger.with({ pool: "default/net-48" }).error("b", { n: 1 });
  assert.deepEqual(logger.lines, [
    { level: "trace", message: "a", keys: {} },
    { level: "error", message: "b", keys: { pool: "default/net-48", n: 1 } },
  ]);
});

Deno.test("silentLogger writes nothing and says so", () => {
  silentLogger.error("a");
  assert.equal(silentLogger.enabled("error"), false);
});
