import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import type { JsonValue, RestClient } from "../../kube/seam.ts";
import { EmbeddedApi } from "./embedded_api.ts";
import { isObject, type JsonObject } from "./json.ts";
import { metadataOf } from "./metadata.ts";
import type { StatusError } from "./status_error.ts";

const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";

function configMap(name: string, data: JsonObject = {}): JsonObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data };
}

async function create(rest: RestClient, path: string, bodyJson: JsonObject): Promise<JsonObject> {
  return object(await rest.performRequest({ method: "POST", path, bodyJson, expectJson: true }));
}

function object(value: JsonValue): JsonObject {
  if (!isObject(value)) throw new TypeError(`Expected an object: ${JSON.stringify(value)}`);
  return value;
}

Deno.test("EmbeddedApi gives what it stored and refuses a name twice", async () => {
  using api = new EmbeddedApi();
  const rest = api.rest();
  const made = await create(rest, CONFIG_MAPS, configMap("a", { k: "v" }));
  const path = `${CONFIG_MAPS}/a`;
  deepStrictEqual(await rest.performRequest({ method: "GET", path, expectJson: true }), made);
  await rejects(create(rest, CONFIG_MAPS, configMap("a")), (error: StatusError) => {
    strictEqual(error.httpCode, 409);
    strictEqual(error.message, 'configmaps "a" already exists');
    return true;
  });
});

Deno.test("EmbeddedApi keeps state and counts on after a restart", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const path = `${directory}/state.sqlite`;
    let uid: JsonValue | undefined;
    let version: string;
    {
      using api = new EmbeddedApi({ path });
      uid = metadataOf(await create(api.rest(), CONFIG_MAPS, configMap("a"))).uid;
      version = api.resourceVersion;
    }
    using api = new EmbeddedApi({ path });
    const rest = api.rest();
    strictEqual(api.resourceVersion, version);
    const read = object(
      await rest.performRequest({ method: "GET", path: `${CONFIG_MAPS}/a`, expectJson: true }),
    );
    strictEqual(metadataOf(read).uid, uid);
    const next = metadataOf(await create(rest, CONFIG_MAPS, configMap("b"))).resourceVersion;
    strictEqual(Number(next), Number(version) + 1);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("EmbeddedApi watch tells what happened since a resourceVersion, then what happens", async () => {
  using api = new EmbeddedApi();
  const rest = api.rest();
  const first = await create(rest, CONFIG_MAPS, configMap("a"));
  await create(rest, CONFIG_MAPS, configMap("b"));
  const stream = await rest.performRequest({
    method: "GET",
    path: CONFIG_MAPS,
    querystring: new URLSearchParams({
      watch: "1",
      resourceVersion: String(metadataOf(first).resourceVersion),
    }),
    expectStream: true,
    expectJson: true,
  });
  const seen: string[] = [];
  const reader = stream.getReader();
  const read = async () => {
    const event = object((await reader.read()).value ?? null);
    seen.push(`${event.type} ${metadataOf(object(event.object ?? null)).name}`);
  };
  await read();
  await create(rest, CONFIG_MAPS, configMap("c"));
  await rest.performRequest({ method: "DELETE", path: `${CONFIG_MAPS}/a` });
  await read();
  await read();
  await reader.cancel();
  deepStrictEqual(seen, ["ADDED b", "ADDED c", "DELETED a"]);
});
