import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { EmbeddedApi } from "../embedded_api.ts";

const MACHINES = "http://api/apis/kubevirt.io/v1/namespaces/default/virtualmachines";

/** A machine `vm`, then a JSON patch of it: the answer. */
async function patched(patch: unknown): Promise<{ readonly code: number; readonly spec: unknown }> {
  using api = new EmbeddedApi();
  const send = (method: string, url: string, { type, body }: { type: string; body: unknown }) =>
    api.fetch(
      new Request(url, { method, headers: { "content-type": type }, body: JSON.stringify(body) }),
    );
  const machine = {
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachine",
    metadata: { name: "vm" },
    spec: { list: ["a"] },
  };
  await send("POST", MACHINES, { type: "application/json", body: machine });
  const type = "application/json-patch+json";
  const answer = await send("PATCH", `${MACHINES}/vm`, { type, body: patch });
  return { code: answer.status, spec: (await answer.json()).spec };
}

for (
  const path of [
    "/spec/constructor/prototype/paused",
    "/spec/__proto__/paused",
    "/__proto__/paused",
    "/spec/toString/paused",
    "/spec/list/length",
    "/spec/list/-1",
    "/spec/list/01",
    "/spec/list/-/x",
    "spec",
    null,
  ]
) {
  Deno.test(`T17: a JSON patch that adds at ${path} is refused, and nothing is written into what all objects share`, async () => {
    strictEqual((await patched([{ op: "add", path, value: true }])).code, 422);
    strictEqual(Object.hasOwn(Object.prototype.toString, "paused"), false);
    strictEqual("paused" in {}, false);
  });
}

for (const operation of ["remove", "test"]) {
  Deno.test(`T17: a JSON patch finds nothing that every object inherits: ${operation}`, async () => {
    strictEqual((await patched([{ op: operation, path: "/spec/toString" }])).code, 422);
  });
}

for (const patch of [[null], [1], [[]], [{}], [{ op: "copy", path: "/spec/x" }]]) {
  Deno.test(`A JSON patch of ${JSON.stringify(patch)} is refused, and no internal error`, async () => {
    strictEqual((await patched(patch)).code, 422);
  });
}

Deno.test("A JSON patch whose copies double an object again and again is refused before the memory is full", async () => {
  const copies = Array.from({ length: 40 }, (_, index) => ({
    op: "copy",
    from: "/spec",
    path: `/spec/copy-${index}`,
  }));
  strictEqual((await patched(copies)).code, 422);
});

Deno.test("A JSON patch of more operations than the API server takes is refused", async () => {
  const tests = new Array(10_001).fill({ op: "test", path: "/spec/list/0", value: "a" });
  strictEqual((await patched(tests)).code, 413);
});

Deno.test("A JSON patch adds, appends, moves, copies and replaces what is missing", async () => {
  const { code, spec } = await patched([
    { op: "test", path: "/spec/list/0", value: "a" },
    { op: "add", path: "/spec/list/-", value: "b" },
    { op: "add", path: "/spec/list/0", value: "c" },
    { op: "add", path: "/spec/a~1b~0c", value: 1 },
    { op: "replace", path: "/spec/toString", value: 2 },
    { op: "copy", from: "/spec/list", path: "/spec/other" },
    { op: "move", from: "/spec/list/2", path: "/spec/moved" },
    { op: "remove", path: "/spec/other/0" },
  ]);
  strictEqual(code, 200);
  deepStrictEqual(spec, {
    "a/b~c": 1,
    list: ["c", "a"],
    moved: "b",
    other: ["a", "b"],
    toString: 2,
  });
});
