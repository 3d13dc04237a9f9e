import assert from "node:assert/strict";
import type { IPPool } from "../../api/types.ts";
import { LastSpec } from "./last_spec.ts";

function poolOf(resourceVersion: string, spec: Partial<IPPool["spec"]["ipv4Config"]> = {}): IPPool {
  return {
    apiVersion: "network.harvesterhci.io/v1alpha1",
    kind: "IPPool",
    metadata: { namespace: "default", name: "net-48", uid: "u", resourceVersion },
    spec: {
      networkName: "default/net-48",
      ipv4Config: { cidr: "192.168.48.0/24", serverIP: "192.168.48.77", ...spec },
    },
  };
}

Deno.test("LastSpec reads a spec once while only versions and the status change, and anew where the spec does", () => {
  const last = new LastSpec();
  const first = last.read(poolOf("1"));
  const status = { ipv4: { allocated: {}, used: 0, available: 253 } };
  assert.equal(last.read({ ...poolOf("2"), status }), first);
  const wrong = last.read(poolOf("3", { dns: ["x"] }));
  assert.equal(wrong.errors.length, 1);
  const moved = last.read(poolOf("4", { serverIP: "192.168.48.78" }));
  assert.equal(moved.network.ok && moved.network.value.server & 0xff, 78);
});
