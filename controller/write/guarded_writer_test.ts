import assert from "node:assert/strict";
import { createKubeClient } from "../../kube/objects/client.ts";
import { CONFIG_MAPS, type ConfigMap } from "../../kube/testing/config_map.ts";
import { ScriptedApi } from "../../kube/testing/scripted_api.ts";
import { GuardedWriter } from "./guarded_writer.ts";

const { signal } = new AbortController();

function setUp() {
  const api = new ScriptedApi(CONFIG_MAPS);
  const happened: string[] = [];
  const client = createKubeClient(api.rest).of(CONFIG_MAPS);
  const writer = new GuardedWriter<ConfigMap>({
    client,
    informer: {
      observe: ({ data }) => void happened.push(`observed ${data?.x}`),
      ask: async (_, request) => {
        const live = await request();
        if (live !== undefined) happened.push(`observed ${live.data?.x}`);
        return live;
      },
    },
    requeue: (key) => void happened.push(`queued ${key}`),
  });
  return { api, client, happened, writer };
}

Deno.test("GuardedWriter decides anew from the object as somebody else left it, not from the one that it knew", async () => {
  const { api, client, happened, writer } = setUp();
  api.put("a", { data: { x: "old" } });
  const known = await client.get({ namespace: "default", name: "a" });
  assert.ok(known);
  api.put("a", { data: { x: "new" } });
  assert.equal(await writer.update({ ...known, data: { x: "mine" } }, signal), undefined);
  assert.deepEqual(happened, ["observed new", "queued default/a"]);
});
