import assert from "node:assert/strict";
import {
  EVENTS,
  formatKey,
  groupPath,
  IPPOOLS,
  keyOf,
  NAMESPACES,
  NETWORK_ATTACHMENT_DEFINITIONS,
  parseKey,
  pathOf,
  VMNETCFGS,
} from "./resources.ts";

Deno.test("pathOf gives the path of a resource, a namespace's objects, an object and its status", () => {
  assert.equal(pathOf(IPPOOLS), "/apis/network.harvesterhci.io/v1alpha1/ippools");
  assert.equal(pathOf(EVENTS, { namespace: "default" }), "/api/v1/namespaces/default/events");
  assert.equal(
    pathOf(VMNETCFGS, { namespace: "default", name: "vm-1", subresource: "status" }),
    "/apis/network.harvesterhci.io/v1alpha1/namespaces/default/virtualmachinenetworkconfigs/vm-1/status",
  );
  assert.equal(
    pathOf(NETWORK_ATTACHMENT_DEFINITIONS, { namespace: "a" }),
    "/apis/k8s.cni.cncf.io/v1/namespaces/a/network-attachment-definitions",
  );
});

Deno.test("pathOf knows no namespace for what is cluster-scoped", () => {
  assert.equal(
    pathOf(NAMESPACES, { namespace: "x", name: "default" }),
    "/api/v1/namespaces/default",
  );
});

Deno.test("pathOf escapes what could change the path", () => {
  assert.equal(
    pathOf(EVENTS, { namespace: "../x", name: "a?b/c" }),
    "/api/v1/namespaces/..%2Fx/events/a%3Fb%2Fc",
  );
});

Deno.test("groupPath tells the core group from the others", () => {
  assert.deepEqual([groupPath("v1"), groupPath("apps/v1")], ["/api/v1", "/apis/apps/v1"]);
});

Deno.test("keyOf and parseKey are each other's inverse", () => {
  const metadata = { namespace: "default", name: "net-48" };
  assert.equal(keyOf({ apiVersion: "v1", kind: "X", metadata }), "default/net-48");
  assert.equal(keyOf({ apiVersion: "v1", kind: "X", metadata: { name: "net-48" } }), "net-48");
  for (const key of ["default/net-48", "net-48"]) assert.equal(formatKey(parseKey(key)), key);
});

Deno.test("keyOf and parseKey refuse what is no key", () => {
  assert.throws(
    () => keyOf({ apiVersion: "v1", kind: "Pod", metadata: {} }),
    /without a name: Pod/,
  );
  for (const key of ["", "/", "a/", "/b", "a/b/c"]) {
    assert.throws(() => parseKey(key), TypeError, key);
  }
});
