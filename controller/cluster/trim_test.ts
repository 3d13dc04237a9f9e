import assert from "node:assert/strict";
import type { VirtualMachine } from "../../core/api/types.ts";
import { trimVm } from "./trim.ts";

function trimmed(vm: object): unknown {
  return trimVm(vm as VirtualMachine);
}

Deno.test("trimVm keeps what is read, and nothing of a VM's data", () => {
  assert.deepEqual(
    trimmed({
      apiVersion: "kubevirt.io/v1",
      kind: "VirtualMachine",
      metadata: {
        name: "web",
        uid: "u",
        managedFields: [{}],
        annotations: {
          "kubectl.kubernetes.io/last-applied-configuration": "{}",
          "harvesterhci.io/mac-address": "{}",
          "static-ip.harvesterhci.io/nic-1": "10.0.0.1",
        },
      },
      spec: {
        running: true,
        dataVolumeTemplates: [{}],
        template: {
          metadata: { labels: {} },
          spec: {
            volumes: [{ cloudInitNoCloud: { userData: "#cloud-config" } }],
            networks: [{ name: "nic-1", multus: { networkName: "net-48" } }],
            domain: {
              memory: {},
              devices: {
                disks: [],
                interfaces: [{ name: "nic-1", model: "virtio", macAddress: "m" }],
              },
            },
          },
        },
      },
      status: { ready: true },
    }),
    {
      apiVersion: "kubevirt.io/v1",
      kind: "VirtualMachine",
      metadata: {
        name: "web",
        uid: "u",
        annotations: {
          "harvesterhci.io/mac-address": "{}",
          "static-ip.harvesterhci.io/nic-1": "10.0.0.1",
        },
      },
      spec: {
        running: true,
        template: {
          spec: {
            networks: [{ name: "nic-1", multus: { networkName: "net-48" } }],
            domain: { devices: { interfaces: [{ name: "nic-1", macAddress: "m" }] } },
          },
        },
      },
    },
  );
});

Deno.test("trimVm keeps a foreign shape as it is, to be refused where it is read", () => {
  const vm = {
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachine",
    metadata: { name: "odd" },
    spec: { template: [1] },
  };
  assert.deepEqual(trimmed(vm), vm);
});
