import { rejects, strictEqual as equal } from "node:assert/strict";
import { until } from "./until.ts";

Deno.test("until gives the first answer, and names what it waited for and the last error", async () => {
  const { signal } = new AbortController();
  let asked = 0;
  equal(await until(() => ++asked < 3 ? undefined : asked, { what: "three", signal }), 3);
  const failing = until(() => Promise.reject(new Error("not yet")), {
    what: "never",
    signal,
    timeoutMs: 60,
  });
  await rejects(failing, (error: Error) => {
    equal(error.message, "Waited in vain 0.06 s until never");
    equal((error.cause as Error).message, "not yet");
    return true;
  });
  await rejects(
    until(() => undefined, { what: "never", signal: AbortSignal.abort(new Error("stop")) }),
    { message: "stop" },
  );
});
