import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { ALL_CASES } from "../../webhook/testing/all_cases.ts";
import { bundleHandler, type Runtime, startDeno, startNode, startWorkerd } from "./runtimes.ts";

const RUNTIMES: Readonly<Record<string, (folder: string) => Promise<Runtime>>> = {
  Deno: startDeno,
  Node: startNode,
  workerd: startWorkerd,
};
const CASES = Object.values(ALL_CASES).flat();

for (const [name, start] of Object.entries(RUNTIMES)) {
  Deno.test(`createWebhook answers every case alike on ${name}`, async (test) => {
    const folder = await Deno.makeTempDir({ prefix: "vm-dhcp-webhook-" });
    try {
      await bundleHandler(folder);
      await using runtime = await start(folder);
      const answers = await runtime.send(CASES.map(({ request }) => request));
      strictEqual(answers.length, CASES.length);
      for (const [index, { name, answer }] of CASES.entries()) {
        await test.step(name, () => deepStrictEqual(answers[index], answer));
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
