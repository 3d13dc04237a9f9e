import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { VirtualMachine, VirtualMachineNetworkConfig } from "../api/types.ts";
import { formatMac } from "../net/mod.ts";
import { explain } from "./explain.ts";
import { findSubjects } from "./find_subjects.ts";
import { configWith, MAC, poolWith, vmWith, worldWith } from "./testing/world.ts";

/** How many namespaces have a VM, a vmnetcfg and a pool of the same names, and the same subnet. */
const TENANTS = 200;

/** Counts how often the spec of any object is looked at. */
function counting<T extends VirtualMachine | VirtualMachineNetworkConfig>(
  object: T,
  seen: { looks: number },
): T {
  const { spec } = object;
  return Object.defineProperty({ ...object }, "spec", {
    enumerable: true,
    get: () => {
      seen.looks++;
      return spec;
    },
  });
}

/** Tenants who all have the same names and the same subnet; where `asked` is not, no vmnetcfg asks for what pools record. */
function tenants(seen: { looks: number }, asked: boolean) {
  const namespaces = Array.from({ length: TENANTS }, (_, index) => `tenant-${index}`);
  const macAddress = (index: number) => formatMac(0x52_54_00_00_00_00 + index);
  return worldWith({
    pools: namespaces.map((namespace, index) => {
      const pool = poolWith({
        allocated: { "192.168.48.86": macAddress(index) },
        spec: { networkName: `${namespace}/net-48` },
      });
      return { ...pool, metadata: { ...pool.metadata, namespace } };
    }),
    vms: namespaces.map((namespace, index) => {
      const vm = vmWith({
        interfaces: [{ name: "nic-1", macAddress: macAddress(index) }],
        networks: [{ name: "nic-1", multus: { networkName: `${namespace}/net-48` } }],
      });
      return counting({ ...vm, metadata: { ...vm.metadata, namespace } }, seen);
    }),
    vmis: [],
    configs: asked
      ? namespaces.map((namespace, index) => {
        const config = configWith();
        const nic = { networkName: `${namespace}/net-48`, macAddress: macAddress(index) };
        return counting({
          ...config,
          metadata: { ...config.metadata, namespace },
          spec: { vmName: "web", networkConfigs: [nic] },
        } as VirtualMachineNetworkConfig, seen);
      })
      : [],
  });
}

for (const asked of [true, false]) {
  for (const whom of ["192.168.48.86", "web", MAC]) {
    Deno.test(`findSubjects and explain look at each object a few times, of ${whom}${asked ? "" : " that no vmnetcfg asks for"}`, () => {
      const seen = { looks: 0 };
      const found = findSubjects(tenants(seen, asked), { of: whom });
      for (const facts of found) explain(facts);
      strictEqual(found.length, whom === MAC ? 1 : TENANTS);
      ok(seen.looks <= 60 * TENANTS, `${seen.looks} looks at ${TENANTS} tenants' objects`);
    });
  }
}

Deno.test("findSubjects stops where enough are found", () => {
  const seen = { looks: 0 };
  strictEqual(findSubjects(tenants(seen, true), { of: "web" }, 3).length, 3);
  ok(seen.looks <= 60 * 3 + TENANTS * 2, `${seen.looks} looks`);
});

Deno.test("findSubjects finds a MAC address in any spelling", () => {
  const vm = vmWith({ interfaces: [{ name: "nic-1", macAddress: "52-54-00-12-34-56" }] });
  const world = worldWith({ configs: [], vms: [vm] });
  for (const whom of [MAC, "5254.0012.3456"]) {
    deepStrictEqual(findSubjects(world, { of: whom }).map(({ subject }) => subject), [
      "VM default/web, NIC nic-1",
    ]);
  }
});
