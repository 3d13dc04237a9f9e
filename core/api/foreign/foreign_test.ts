import { deepStrictEqual as deepEqual, strictEqual as equal } from "node:assert/strict";
import fc from "fast-check";
import {
  readNetworkAttachmentDefinition,
  readVirtualMachine,
  readVirtualMachineInstance,
} from "./foreign.ts";
import { shown } from "../testing/shown_errors.ts";

const VM = {
  apiVersion: "kubevirt.io/v1",
  kind: "VirtualMachine",
  metadata: { name: "two-nics", namespace: "default", annotations: { "example.com/a": "b" } },
  spec: {
    runStrategy: "RerunOnFailure",
    template: {
      metadata: { labels: { "harvesterhci.io/vmName": "two-nics" } },
      spec: {
        domain: {
          cpu: { cores: 2 },
          devices: {
            disks: [],
            interfaces: [
              { bridge: {}, macAddress: "52:54:00:11:22:01", model: "virtio", name: "default" },
              { bridge: {}, model: "virtio", name: "nic-1", state: "absent" },
            ],
          },
        },
        networks: [
          { name: "default", pod: {} },
          { multus: { networkName: "default/net-48" }, name: "nic-1" },
        ],
      },
    },
  },
  status: { printableStatus: "Running", created: true, ready: true, conditions: [] },
};

Deno.test("readVirtualMachine gives back the very object where nothing is null", () => {
  const read = readVirtualMachine(VM);
  equal(read.ok && read.value, VM);
});

Deno.test("readVirtualMachine takes null as absent, as Go writes it", () => {
  const { template } = VM.spec;
  const vm = {
    ...VM,
    metadata: { ...VM.metadata, labels: null },
    spec: {
      ...VM.spec,
      running: null,
      template: { ...template, metadata: { creationTimestamp: null } },
    },
    status: null,
  };
  const { status: _, ...rest } = VM;
  deepEqual(readVirtualMachine(vm), {
    ok: true,
    value: { ...rest, spec: { ...VM.spec, template: { ...template, metadata: {} } } },
  });
});

Deno.test("readVirtualMachine names every field of a wrong type", () => {
  const spec = {
    running: "yes",
    template: {
      spec: {
        domain: { devices: { interfaces: [{ macAddress: 5 }, "nic"] } },
        networks: [{ name: "a", multus: {} }],
      },
    },
  };
  const template = "spec.template.spec";
  deepEqual(shown(readVirtualMachine({ ...VM, spec })), {
    ok: false,
    errors: [
      { path: "spec.running", value: "yes", message: "must be true or false" },
      {
        path: `${template}.domain.devices.interfaces[0].name`,
        value: undefined,
        message: "is required",
      },
      {
        path: `${template}.domain.devices.interfaces[0].macAddress`,
        value: 5,
        message: "must be a string",
      },
      {
        path: `${template}.domain.devices.interfaces[1]`,
        value: "nic",
        message: "must be an object",
      },
      {
        path: `${template}.networks[0].multus.networkName`,
        value: undefined,
        message: "is required",
      },
    ],
  });
});

Deno.test("readVirtualMachine reads a VM without a spec", () => {
  const vm = { apiVersion: "kubevirt.io/v1", kind: "VirtualMachine", metadata: { name: "a" } };
  deepEqual(readVirtualMachine(vm), { ok: true, value: vm });
});

Deno.test("readVirtualMachineInstance reads spec and the reported interfaces", () => {
  const vmi = {
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachineInstance",
    metadata: { name: "a", namespace: "default" },
    spec: VM.spec.template.spec,
    status: {
      phase: "Running",
      interfaces: [{
        name: "nic-1",
        mac: "52:54:00:11:22:01",
        ipAddresses: [],
        infoSource: "domain",
      }],
    },
  };
  deepEqual(readVirtualMachineInstance(vmi), { ok: true, value: vmi });
  deepEqual(shown(readVirtualMachineInstance({ ...vmi, status: { interfaces: {} } })), {
    ok: false,
    errors: [{ path: "status.interfaces", value: {}, message: "must be a list" }],
  });
});

Deno.test("readNetworkAttachmentDefinition reads the text of its configuration", () => {
  const nad = {
    apiVersion: "k8s.cni.cncf.io/v1",
    kind: "NetworkAttachmentDefinition",
    metadata: { name: "net-48", namespace: "default" },
    spec: { config: "{}" },
  };
  deepEqual(readNetworkAttachmentDefinition(nad), { ok: true, value: nad });
  deepEqual(shown(readNetworkAttachmentDefinition({ ...nad, spec: { config: {} } })), {
    ok: false,
    errors: [{ path: "spec.config", value: {}, message: "must be a string" }],
  });
});

Deno.test("readers never throw, whatever they are given", () => {
  fc.assert(fc.property(fc.anything(), (spec) => {
    for (
      const read of [
        readVirtualMachine,
        readVirtualMachineInstance,
        readNetworkAttachmentDefinition,
      ]
    ) {
      equal(read(spec).ok, false);
      const checked = read({ ...VM, spec });
      equal(checked.ok || checked.errors.length > 0, true);
    }
  }));
});
