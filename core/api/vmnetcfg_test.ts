import { deepStrictEqual as deepEqual, strictEqual as equal } from "node:assert/strict";
import fc from "fast-check";
import { EXAMPLE_VMNETCFG, TEST_VM_SERVED } from "./fixtures/documents.ts";
import { shown, type ShownError } from "./testing/shown_errors.ts";
import { parseVirtualMachineNetworkConfig } from "./vmnetcfg.ts";

function withSpec(spec: Readonly<Record<string, unknown>>): unknown {
  return { ...EXAMPLE_VMNETCFG, spec: { vmName: "test-vm", ...spec } };
}

const NIC = { networkName: "default/example", macAddress: "22:37:37:82:93:7d" };

const ACCEPTED: Readonly<Record<string, unknown>> = {
  "the documented example": EXAMPLE_VMNETCFG,
  "the documented object with its status": TEST_VM_SERVED,
  "the spelling of released objects": withSpec({ networkConfigs: [NIC] }),
  "no NIC at all": withSpec({}),
  "32 NICs": withSpec({
    networkConfig: Array.from(
      { length: 32 },
      (_, i) => ({ ...NIC, macAddress: `02:00:00:00:00:${(16 + i).toString(16)}` }),
    ),
  }),
  "every spelling of a MAC address": withSpec({
    networkConfig: [
      "AA:BB:CC:DD:EE:01",
      "a8-bb-cc-dd-ee-02",
      "aabb.ccdd.ee03",
      "a8bbccddee04",
      "2:0:0:0:0:5",
    ]
      .map((macAddress) => ({ ...NIC, macAddress: macAddress.replace(/^aa/i, "a8") })),
  }),
  "one MAC address on two networks": withSpec({
    networkConfig: [NIC, { ...NIC, networkName: "other" }],
  }),
  "a wanted address": withSpec({ networkConfig: [{ ...NIC, ipAddress: "192.168.100.150" }] }),
  "words of its own to a NIC, also that there is nothing": withSpec({
    networkConfig: [{ ...NIC, options: { router: "10.9.9.9", dns: [], mtu: 1_450 } }],
  }),
  "a VM's name of 253 characters": withSpec({
    vmName: Array(4).fill("a".repeat(62)).join(".") + ".a",
  }),
};

for (const [name, object] of Object.entries(ACCEPTED)) {
  Deno.test(`parseVirtualMachineNetworkConfig accepts ${name}`, () => {
    deepEqual(parseVirtualMachineNetworkConfig(object), { ok: true, value: object });
  });
}

const MAC = "must be a MAC address such as 52:54:00:12:34:56";

const REFUSED: readonly (readonly [name: string, object: unknown, ...errors: ShownError[]])[] = [
  [
    "no name of a VM",
    { ...EXAMPLE_VMNETCFG, spec: {} },
    { path: "spec.vmName", value: undefined, message: "is required" },
  ],
  [
    "a VM's name that cannot be",
    withSpec({ vmName: "Test VM" }),
    {
      path: "spec.vmName",
      value: "Test VM",
      message: 'must be the name of an object: lower-case letters, digits, "-" and "."',
    },
  ],
  ...["test.-vm", "vm."].map((vmName): typeof REFUSED[number] => [
    `the VM's name ${vmName}`,
    withSpec({ vmName }),
    {
      path: "spec.vmName",
      value: vmName,
      message: 'must be the name of an object: lower-case letters, digits, "-" and "."',
    },
  ]),
  [
    "bad words to a NIC, with the whole path",
    withSpec({ networkConfigs: [{ ...NIC, options: { mtu: 67, dns: "1.1.1.1" } }] }),
    {
      path: "spec.networkConfigs[0].options.dns",
      value: "1.1.1.1",
      message: "must be a list",
    },
    {
      path: "spec.networkConfigs[0].options.mtu",
      value: 67,
      message: "must be from 68 to 65535 octets",
    },
  ],
  [
    "more words to a NIC than there is room for",
    withSpec({ networkConfig: [{ ...NIC, options: { wpad: "x".repeat(1_014) } }] }),
    {
      path: "spec.networkConfig[0].options",
      value: { wpad: "x".repeat(1_014) },
      message: "must have at most 1024 characters of JSON, not 1025",
    },
  ],
  [
    "both spellings at once",
    withSpec({ networkConfig: [], networkConfigs: [NIC] }),
    {
      path: "spec.networkConfigs",
      value: [NIC],
      message: "must not stand beside networkConfig: use one of both",
    },
  ],
  [
    "33 NICs",
    withSpec({
      networkConfigs: Array.from({ length: 33 }, (_, i) => ({ ...NIC, networkName: `n${i}` })),
    }),
    {
      path: "spec.networkConfigs",
      value: Array.from({ length: 33 }, (_, i) => ({ ...NIC, networkName: `n${i}` })),
      message: "must have at most 32 items",
    },
  ],
  [
    "every bad field of every NIC",
    withSpec({
      networkConfig: [
        { networkName: "Net", macAddress: "x", ipAddress: "fd00::1" },
        { macAddress: "ff:ff:ff:ff:ff:ff" },
        { networkName: "a", macAddress: "01:00:5e:00:00:01", ipAddress: 1 },
        { networkName: "a", macAddress: "22:37:37:82:93:7d:00" },
      ],
    }),
    { path: "spec.networkConfig[1].networkName", value: undefined, message: "is required" },
    { path: "spec.networkConfig[2].ipAddress", value: 1, message: "must be a string" },
    {
      path: "spec.networkConfig[3].macAddress",
      value: "22:37:37:82:93:7d:00",
      message: "must have at most 17 characters",
    },
    {
      path: "spec.networkConfig[0].networkName",
      value: "Net",
      message: 'must be "namespace/name" or "name": "Net" is not a lower-case DNS name',
    },
    { path: "spec.networkConfig[0].macAddress", value: "x", message: `${MAC}: six octets wanted` },
    {
      path: "spec.networkConfig[0].ipAddress",
      value: "fd00::1",
      message: "must be an IPv4 address such as 192.168.48.10: IPv6 given where IPv4 is wanted",
    },
    {
      path: "spec.networkConfig[1].macAddress",
      value: "ff:ff:ff:ff:ff:ff",
      message: `${MAC}: it is the broadcast address`,
    },
    {
      path: "spec.networkConfig[2].macAddress",
      value: "01:00:5e:00:00:01",
      message: `${MAC}: it is a multicast address`,
    },
    {
      path: "spec.networkConfig[3].macAddress",
      value: "22:37:37:82:93:7d:00",
      message: `${MAC}: six octets wanted`,
    },
  ],
  [
    "one MAC address twice on one network, however both are spelt",
    withSpec({ networkConfig: [NIC, { networkName: "example", macAddress: "22-37-37-82-93-7D" }] }),
    {
      path: "spec.networkConfig[1].macAddress",
      value: "22-37-37-82-93-7D",
      message: "must not be used twice on one network: spec.networkConfig[0] has it too",
    },
  ],
  [
    "a state that is none",
    { ...EXAMPLE_VMNETCFG, status: { networkConfig: [{ ...NIC, state: "Failed" }] } },
    {
      path: "status.networkConfig[0].state",
      value: "Failed",
      message: 'must be one of "Allocated", "Pending"',
    },
  ],
];

for (const [name, object, ...errors] of REFUSED) {
  Deno.test(`parseVirtualMachineNetworkConfig refuses ${name}`, () => {
    deepEqual(shown(parseVirtualMachineNetworkConfig(object)), { ok: false, errors });
  });
}

Deno.test("parseVirtualMachineNetworkConfig never throws, whatever it is given", () => {
  const nic = fc.oneof(
    fc.anything(),
    fc.record({ networkName: fc.anything(), macAddress: fc.anything() }),
  );
  fc.assert(fc.property(fc.array(nic), fc.anything(), (networkConfig, vmName) => {
    const checked = parseVirtualMachineNetworkConfig(withSpec({ networkConfig, vmName }));
    equal(checked.ok || checked.errors.length > 0, true);
  }));
});
