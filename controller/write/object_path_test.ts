import assert from "node:assert/strict";
import { contains, objectPath, pathInside } from "./object_path.ts";

const POOLS = "/apis/network.harvesterhci.io/v1alpha1";

Deno.test("objectPath reads collections, objects and subresources", () => {
  assert.deepEqual(objectPath(`${POOLS}/namespaces/default/ippools/net-48/status`), {
    collection: `${POOLS}/namespaces/default/ippools`,
    object: `${POOLS}/namespaces/default/ippools/net-48`,
    plural: "ippools",
    namespace: "default",
    name: "net-48",
    subresource: "status",
  });
  assert.deepEqual(objectPath(`${POOLS}/ippools`), {
    collection: `${POOLS}/ippools`,
    object: `${POOLS}/ippools`,
    plural: "ippools",
  });
  assert.deepEqual(objectPath("/api/v1/namespaces/default"), {
    collection: "/api/v1/namespaces",
    object: "/api/v1/namespaces/default",
    plural: "namespaces",
    name: "default",
  });
});

Deno.test("pathInside names an object of a list, of one namespace or of all", () => {
  const net48 = { namespace: "default", name: "net-48" };
  const path = `${POOLS}/namespaces/default/ippools/net-48`;
  assert.equal(pathInside(objectPath(`${POOLS}/ippools`), net48), path);
  assert.equal(pathInside(objectPath(`${POOLS}/namespaces/default/ippools`), net48), path);
  assert.equal(pathInside(objectPath("/api/v1/namespaces"), { name: "a" }), "/api/v1/namespaces/a");
});

Deno.test("contains tells the lists in which an object is", () => {
  const path = `${POOLS}/namespaces/default/ippools/net-48`;
  assert.equal(contains(objectPath(`${POOLS}/ippools`), path), true);
  assert.equal(contains(objectPath(`${POOLS}/namespaces/default/ippools`), path), true);
  assert.equal(contains(objectPath(`${POOLS}/namespaces/prod/ippools`), path), false);
  assert.equal(contains(objectPath("/apis/other.io/v1/ippools"), path), false);
});
