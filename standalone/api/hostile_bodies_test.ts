import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { EXAMPLE_POOL, EXAMPLE_VMNETCFG } from "../../core/api/fixtures/documents.ts";
import { EmbeddedApi } from "./embedded_api.ts";
import type { JsonObject } from "./json.ts";

const BASE = "/apis/network.harvesterhci.io/v1alpha1/namespaces/default";
const POOLS = `${BASE}/ippools`;

interface Asked {
  readonly method?: string;
  readonly path: string;
  readonly body: string;
  readonly type?: string;
}

async function ask(
  api: EmbeddedApi,
  { method = "POST", path, body, type = "application/json" }: Asked,
): Promise<{ readonly code: number; readonly value: JsonObject }> {
  const headers = { "content-type": type };
  const response = await api.fetch(new Request(`http://x${path}`, { method, body, headers }));
  return { code: response.status, value: await response.json() };
}

function pool(metadata: JsonObject = {}, spec: JsonObject = {}): JsonObject {
  return {
    apiVersion: "network.harvesterhci.io/v1alpha1",
    kind: "IPPool",
    metadata: { name: "p", ...metadata },
    spec: { networkName: "default/net", ipv4Config: { cidr: "192.168.48.0/24" }, ...spec },
  };
}

Deno.test("T17: the embedded API takes a body of 3 MiB and no longer one", async () => {
  using api = new EmbeddedApi();
  const body = (length: number) => JSON.stringify(pool()).padEnd(length);
  strictEqual((await ask(api, { path: POOLS, body: body(3 * 1024 * 1024) })).code, 201);
  const { code, value } = await ask(api, { path: POOLS, body: body(3 * 1024 * 1024 + 1) });
  deepStrictEqual([code, value.reason, value.message], [
    413,
    "RequestEntityTooLarge",
    "Request entity too large: limit is 3145728",
  ]);
});

const UNTOUCHED = JSON.stringify(Object.getOwnPropertyNames(Object.prototype).sort());
const JSON_PATCH = "application/json-patch+json";
const MERGE_PATCH = "application/merge-patch+json";
const PATHS = [
  "/spec/constructor/prototype/paused",
  "/spec/__proto__/paused",
  "/spec/prototype/paused",
  "/__proto__/paused",
  "/constructor/prototype/paused",
  "/metadata/labels/__proto__/paused",
];

for (const path of PATHS) {
  Deno.test(`T17: a JSON patch of ${path} changes nothing, neither the pool nor a prototype`, async () => {
    using api = new EmbeddedApi();
    const made = await ask(api, {
      path: POOLS,
      body: JSON.stringify(pool({ labels: { a: "b" } })),
    });
    for (const op of ["add", "replace"]) {
      const body = JSON.stringify([{ op, path, value: true }]);
      const at = { method: "PATCH", path: `${POOLS}/p`, type: JSON_PATCH };
      strictEqual((await ask(api, { ...at, body })).code, 422);
    }
    const now = await (await api.fetch(new Request(`http://x${POOLS}/p`))).json();
    deepStrictEqual(now, made.value);
    strictEqual(({} as { paused?: unknown }).paused, undefined);
    strictEqual(JSON.stringify(Object.getOwnPropertyNames(Object.prototype).sort()), UNTOUCHED);
  });
}

Deno.test("T17: what every object inherits is no label that is there", async () => {
  using api = new EmbeddedApi();
  await ask(api, { path: POOLS, body: JSON.stringify(pool({ labels: { a: "b" } })) });
  const at = { method: "PATCH", path: `${POOLS}/p`, type: JSON_PATCH };
  for (const name of ["toString", "valueOf", "constructor", "__proto__"]) {
    for (
      const operation of [
        { op: "remove", path: `/metadata/labels/${name}` },
        { op: "copy", from: `/metadata/labels/${name}`, path: "/metadata/labels/c" },
        { op: "test", path: `/metadata/labels/${name}`, value: null },
      ]
    ) {
      strictEqual((await ask(api, { ...at, body: JSON.stringify([operation]) })).code, 422);
    }
  }
});

Deno.test("T17: constructor and prototype are labels as any other", async () => {
  using api = new EmbeddedApi();
  const labels = { constructor: "a", prototype: "b", valueOf: "c" };
  await ask(api, { path: POOLS, body: JSON.stringify(pool({ labels })) });
  const at = { method: "PATCH", path: `${POOLS}/p` };
  const patch = [
    { op: "replace", path: "/metadata/labels/constructor", value: "x" },
    { op: "add", path: "/metadata/labels/toString", value: "y" },
    { op: "remove", path: "/metadata/labels/prototype" },
  ];
  const patched = await ask(api, { ...at, body: JSON.stringify(patch), type: JSON_PATCH });
  const merge = { metadata: { labels: { hasOwnProperty: "z", valueOf: null } } };
  const merged = await ask(api, { ...at, body: JSON.stringify(merge), type: MERGE_PATCH });
  deepStrictEqual([patched.code, merged.code], [200, 200]);
  deepStrictEqual((merged.value.metadata as JsonObject).labels, {
    constructor: "x",
    hasOwnProperty: "z",
    toString: "y",
  });
});

for (const type of [MERGE_PATCH, "application/apply-patch+yaml", undefined]) {
  for (const field of ["labels", "annotations"]) {
    Deno.test(`T17: __proto__ among ${field} is refused and changes no prototype, by ${type ?? "POST"}`, async () => {
      using api = new EmbeddedApi();
      const hostile = `{"__proto__": {"paused": true, "polluted": "yes"}, "a": "b"}`;
      const text = JSON.stringify(pool({ [field]: "HERE" })).replace('"HERE"', hostile);
      if (type !== undefined) await ask(api, { path: POOLS, body: JSON.stringify(pool()) });
      const { code } = type === undefined
        ? await ask(api, { path: POOLS, body: text })
        : await ask(api, { method: "PATCH", path: `${POOLS}/p`, body: text, type });
      ok(code >= 400 && code < 500, `${code}`);
      strictEqual(({} as { polluted?: unknown }).polluted, undefined);
      strictEqual(JSON.stringify(Object.getOwnPropertyNames(Object.prototype).sort()), UNTOUCHED);
    });
  }
}

/** Every object with one of its values null. */
function* withNull(value: unknown): Generator<unknown> {
  if (typeof value !== "object" || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    const others = (replaced: unknown) =>
      Array.isArray(value)
        ? value.map((one, at) => String(at) === key ? replaced : one)
        : { ...value, [key]: replaced };
    yield others(null);
    for (const nulled of withNull(member)) yield others(nulled);
  }
}

for (
  const [plural, object] of [["ippools", EXAMPLE_POOL], [
    "virtualmachinenetworkconfigs",
    EXAMPLE_VMNETCFG,
  ]] as const
) {
  Deno.test(`T17: null anywhere in one of the ${plural} is no server error, however it is written`, async () => {
    using api = new EmbeddedApi();
    const { namespace: _, ...metadata } = object.metadata;
    const whole = { ...object, metadata: { labels: { a: "b" }, ...metadata } };
    const path = `${BASE}/${plural}`;
    await ask(api, { path, body: JSON.stringify(whole) });
    for (const hostile of [null, ...withNull(whole)]) {
      const body = JSON.stringify(hostile);
      const one = { path: `${path}/${metadata.name}`, body };
      const answers = [
        await ask(api, { path, body }),
        await ask(api, { method: "PUT", ...one }),
        await ask(api, { method: "PATCH", type: MERGE_PATCH, ...one }),
        await ask(api, { method: "PUT", ...one, path: `${one.path}/status` }),
      ];
      for (const { code } of answers) ok(code < 500, `${code} for ${body}`);
    }
  });
}

Deno.test("T17: a body that is nested without end is refused, and is no server error", async () => {
  using api = new EmbeddedApi();
  const deep = `${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`;
  const body = JSON.stringify(pool({}, { x: "HERE" })).replace('"HERE"', deep);
  strictEqual((await ask(api, { path: POOLS, body })).code, 400);
});

Deno.test("T17: a JSON patch cannot make an object grow without end", async () => {
  using api = new EmbeddedApi();
  await ask(api, {
    path: POOLS,
    body: JSON.stringify(pool({ annotations: { a: "x".repeat(1000) } })),
  });
  const copies = Array.from({ length: 40 }, (_, at) => ({
    op: "copy",
    from: "/metadata",
    path: `/metadata/c${at}`,
  }));
  const at = { method: "PATCH", path: `${POOLS}/p`, type: JSON_PATCH };
  strictEqual((await ask(api, { ...at, body: JSON.stringify(copies) })).code, 422);
  const many = Array.from(
    { length: 10_001 },
    () => ({ op: "test", path: "/kind", value: "IPPool" }),
  );
  strictEqual((await ask(api, { ...at, body: JSON.stringify(many) })).code, 413);
});
