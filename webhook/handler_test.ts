import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { createWebhook } from "./handler.ts";
import { viewOfObjects } from "./cluster_view.ts";
import { ALL_CASES } from "./testing/all_cases.ts";
import { readAnswer } from "./testing/cases.ts";
import webhook from "./testing/test_webhook.ts";

const NOBODY = viewOfObjects({ networks: [], pools: [], configs: [] });

for (const [about, cases] of Object.entries(ALL_CASES)) {
  for (const { name, request: { path, ...init }, answer } of cases) {
    Deno.test(`createWebhook: ${about}: ${name}`, async () => {
      const response = await webhook.fetch(new Request(`https://webhook${path}`, init));
      deepStrictEqual(await readAnswer(response), answer);
    });
  }
}

Deno.test("createWebhook says why it is not ready", async () => {
  const handle = createWebhook({
    cluster: NOBODY,
    notReady: () => ["there is no certificate yet"],
  });
  const response = await handle(new Request("https://webhook/readyz"));
  strictEqual(response.status, 503);
  deepStrictEqual(await response.json(), {
    ready: false,
    reasons: ["there is no certificate yet"],
  });
});

Deno.test("createWebhook reads no more of an endless body than the limit", async () => {
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      sent += 1000;
      controller.enqueue(new Uint8Array(1000));
    },
  });
  const handle = createWebhook({ cluster: NOBODY, maxBodyBytes: 10_000 });
  const response = await handle(
    new Request("https://webhook/validate", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    }),
  );
  strictEqual(response.status, 413);
  strictEqual(sent <= 13_000, true, `${sent}`);
});

Deno.test("createWebhook throws for a Service range that is none", () => {
  throws(() => createWebhook({ cluster: NOBODY, serviceCidrs: ["10.0.0.0"] }), /prefix length/);
});

Deno.test("createWebhook logs what failed, with its cause and who asked", async () => {
  const lines: unknown[] = [];
  const failing = { ...NOBODY, network: () => Promise.reject(new Error("The API is away")) };
  const handle = createWebhook({
    cluster: failing,
    log: { debug: () => {}, error: (message, keys) => lines.push([message, String(keys?.error)]) },
  });
  const bad = ALL_CASES.HTTP?.find(({ name }) => name.startsWith("a view that fails"));
  const { path, ...init } = bad?.request ?? { path: "" };
  await (await handle(new Request(`https://webhook${path}`, init))).body?.cancel();
  deepStrictEqual(lines, [["Request cannot be judged", "Error: The API is away"]]);
});
