import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import type { KubeClient } from "../kube/types.ts";
import { missingRequirements } from "./requirements.ts";

/** What is said to a cluster that has all but this version. */
async function missing(version: string): Promise<readonly string[]> {
  const client = {
    version: () => Promise.resolve(version),
    serves: () => Promise.resolve(true),
  } as unknown as KubeClient;
  return await missingRequirements(client, new AbortController().signal);
}

Deno.test("missingRequirements says what an older Kubernetes has not, and what that means", async () => {
  const [text = "", ...more] = await missing("v1.29.4+k3s1");
  match(text, /^Kubernetes is v1\.29\.4\+k3s1: .*no admission policies.*controller's own writes/);
  strictEqual(more.length, 0);
  deepStrictEqual(await missing("v1.30.0"), []);
});
