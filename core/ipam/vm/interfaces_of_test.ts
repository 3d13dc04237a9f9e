import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type {
  VirtualMachine,
  VirtualMachineInstance,
  VmInterface,
  VmiSpec,
  VmNetwork,
} from "../../api/types.ts";
import { interfacesOf } from "./interfaces_of.ts";
import { MAX_NICS } from "./vm_nic.ts";

const MAC = "52:54:00:00:00:01";
const MAC_2 = "52:54:00:00:00:02";

type Nic = VmInterface & { readonly network?: string | object };

/** A spec in which each NIC has its network beside it. */
function specOf(nics: readonly Nic[]): VmiSpec {
  return {
    domain: { devices: { interfaces: nics.map(({ network: _, ...nic }) => nic) } },
    networks: nics.flatMap(({ name, network = "default/net" }): VmNetwork[] =>
      typeof network === "string"
        ? [{ name, multus: { networkName: network } }]
        : [{ name, ...network }]
    ),
  };
}

function vmOf(
  nics: readonly Nic[],
  annotations?: Readonly<Record<string, string>>,
): VirtualMachine {
  return {
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachine",
    metadata: { name: "vm", namespace: "tenant", ...(annotations && { annotations }) },
    spec: { template: { spec: specOf(nics) } },
  };
}

function vmiOf(
  nics: readonly Nic[],
  more: Partial<VirtualMachineInstance> = {},
): VirtualMachineInstance {
  return {
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachineInstance",
    metadata: { name: "vm", namespace: "tenant" },
    spec: specOf(nics),
    ...more,
  };
}

const ANNOTATED = { "harvesterhci.io/mac-address": `{"a": "${MAC}"}` };
const STATUS = { status: { interfaces: [{ name: "a", mac: MAC }, { mac: MAC_2 }] } };

/** B7: every place where a MAC address may stand, best first. */
const SOURCES:
  readonly (readonly [sentence: string, vm: VirtualMachine, vmi?: VirtualMachineInstance])[] = [
    [
      "the spec, before all others (Harvester 1.5 and 1.8)",
      vmOf([{ name: "a", macAddress: MAC }], {
        "harvesterhci.io/mac-address": `{"a": "${MAC_2}"}`,
      }),
      vmiOf([{ name: "a", macAddress: MAC_2 }]),
    ],
    [
      "the annotation, before the VMI (Harvester 1.6 and 1.7)",
      vmOf([{ name: "a" }], ANNOTATED),
      vmiOf([{ name: "a", macAddress: MAC_2 }]),
    ],
    [
      "the VMI's spec, before its status",
      vmOf([{ name: "a" }]),
      vmiOf([{ name: "a", macAddress: MAC }], {
        status: { interfaces: [{ name: "a", mac: MAC_2 }] },
      }),
    ],
    ["the VMI's status", vmOf([{ name: "a" }]), vmiOf([{ name: "a" }], STATUS)],
    ["the spec, in another spelling", vmOf([{ name: "a", macAddress: "52-54-00-00-00-01" }])],
    [
      "the annotation, in upper case",
      vmOf([{ name: "a" }], {
        "harvesterhci.io/mac-address": '{"a": "5254.0000.0001"}',
      }),
    ],
  ];

for (const [sentence, vm, vmi] of SOURCES) {
  Deno.test(`B7: the MAC address comes from ${sentence}`, () => {
    deepStrictEqual(interfacesOf(vm, vmi === undefined ? {} : { vmi }), {
      nics: [{ name: "a", network: "default/net", macAddress: MAC }],
      problems: [],
    });
  });
}

Deno.test("B7: a NIC whose MAC address nobody knows yet is listed without one", () => {
  deepStrictEqual(interfacesOf(vmOf([{ name: "a" }])), {
    nics: [{ name: "a", network: "default/net" }],
    problems: [],
  });
});

const BAD_ANNOTATIONS: readonly (readonly [sentence: string, text: string])[] = [
  ["that is no JSON", "{nic"],
  ["that is a list", `["${MAC}"]`],
  ["that is null", "null"],
  ["that is a text", `"${MAC}"`],
  ["with a number", '{"a": 7}'],
];

for (const [sentence, text] of BAD_ANNOTATIONS) {
  Deno.test(`B7: of an annotation ${sentence} is told, and the other sources are used`, () => {
    const vm = vmOf([{ name: "a" }, { name: "b", macAddress: MAC_2 }], {
      "harvesterhci.io/mac-address": text,
    });
    const { nics, problems } = interfacesOf(vm, { vmi: vmiOf([], STATUS) });
    deepStrictEqual(nics.map(({ macAddress }) => macAddress), [MAC, MAC_2]);
    deepStrictEqual(problems, [{
      reason: "InvalidMacAnnotation",
      message: `Annotation harvesterhci.io/mac-address is no JSON object of MAC addresses: ${text}`,
    }]);
  });
}

Deno.test("B7: a readable entry of an annotation is used though another is not", () => {
  const vm = vmOf([{ name: "a" }], { "harvesterhci.io/mac-address": `{"a": "${MAC}", "b": 7}` });
  const { nics, problems } = interfacesOf(vm);
  strictEqual(nics[0]?.macAddress, MAC);
  strictEqual(problems[0]?.reason, "InvalidMacAnnotation");
});

Deno.test("a long annotation is not shown whole", () => {
  const vm = vmOf([], { "harvesterhci.io/mac-address": "x".repeat(1000) });
  strictEqual((interfacesOf(vm).problems[0]?.message.length ?? 0) < 250, true);
});

Deno.test("of a MAC address that no client can have is told, and the next source is used", () => {
  const vm = vmOf([{ name: "a", macAddress: "01:00:5e:00:00:01" }], {
    "harvesterhci.io/mac-address": '{"a": "52:54"}',
  });
  deepStrictEqual(interfacesOf(vm, { vmi: vmiOf([], STATUS) }), {
    nics: [{ name: "a", network: "default/net", macAddress: MAC }],
    problems: [
      {
        reason: "InvalidMacAddress",
        nic: "a",
        message:
          'MAC address of NIC a in the spec cannot be used, it is a multicast address: "01:00:5e:00:00:01"',
      },
      {
        reason: "InvalidMacAddress",
        nic: "a",
        message:
          "MAC address of NIC a in the annotation harvesterhci.io/mac-address cannot be used, " +
          'it is not six octets: "52:54"',
      },
    ],
  });
});

Deno.test("a MAC address of zeros is told to be that", () => {
  const { problems } = interfacesOf(
    vmOf([{ name: "a", network: "net", macAddress: "00:00:00:00:00:00" }]),
  );
  strictEqual(
    problems[0]?.message,
    'MAC address of NIC a in the spec cannot be used, it is all zeros: "00:00:00:00:00:00"',
  );
});

Deno.test("B25: a network without a namespace is one of the VM's namespace", () => {
  const { nics } = interfacesOf(
    vmOf([{ name: "a", network: "net" }, { name: "b", network: "other/net" }]),
  );
  deepStrictEqual(nics.map(({ network }) => network), ["tenant/net", "other/net"]);
});

Deno.test("D8: NICs on the pod network are left out, those beside them are not", () => {
  const vm = vmOf([
    { name: "mgmt", network: { pod: {} }, macAddress: MAC },
    { name: "a", macAddress: MAC_2 },
    { name: "main", network: { multus: { networkName: "default/main", default: true } } },
  ]);
  const { nics, problems } = interfacesOf(vm);
  deepStrictEqual(nics.map(({ name }) => name), ["a", "main"]);
  deepStrictEqual(problems, []);
});

const NO_NETWORKS: readonly (readonly [sentence: string, network: string, shown: string])[] = [
  ["an empty name", "", '""'],
  ["a name in upper case", "default/Net", '"default/Net"'],
  ["a name with two slashes", "a/b/c", '"a/b/c"'],
];

for (const [sentence, network, shown] of NO_NETWORKS) {
  Deno.test(`B5: a NIC whose network has ${sentence} is told of, and the others are listed`, () => {
    const { nics, problems } = interfacesOf(vmOf([{ name: "a", network }, { name: "b" }]));
    deepStrictEqual(nics, [{ name: "b", network: "default/net" }]);
    deepStrictEqual(problems, [{
      reason: "InvalidNetworkName",
      nic: "a",
      message: `NIC a has no network that can be read: ${shown}`,
    }]);
  });
}

Deno.test("B5: a NIC without a network is told of", () => {
  const vm = vmOf([]);
  const spec = { domain: { devices: { interfaces: [{ name: "a" }] } } };
  const { nics, problems } = interfacesOf({ ...vm, spec: { template: { spec } } });
  deepStrictEqual([nics, problems.map(({ reason }) => reason)], [[], ["InvalidNetworkName"]]);
});

Deno.test("a VM without a template, NICs or networks has no NICs", () => {
  const { spec: _, ...bare } = vmOf([]);
  for (const vm of [bare, { ...bare, spec: {} }, { ...bare, spec: { template: {} } }]) {
    deepStrictEqual(interfacesOf(vm), { nics: [], problems: [] });
  }
});

Deno.test("B9: a NIC that is being unplugged is left out, also while the VMI still has it", () => {
  const vm = vmOf([{ name: "a", state: "absent" }, { name: "b", state: "up" }]);
  const { nics } = interfacesOf(vm, { vmi: vmiOf([{ name: "a" }, { name: "b" }]) });
  deepStrictEqual(nics.map(({ name }) => name), ["b"]);
});

Deno.test("B9: a NIC that only the running VMI has is listed last", () => {
  const vmi = vmiOf([
    { name: "hot", network: "net", macAddress: MAC_2 },
    { name: "gone", state: "absent" },
    { name: "a", network: "default/other", macAddress: MAC },
  ]);
  deepStrictEqual(interfacesOf(vmOf([{ name: "a" }]), { vmi }).nics, [
    { name: "a", network: "default/net", macAddress: MAC },
    { name: "hot", network: "tenant/net", macAddress: MAC_2 },
  ]);
});

const ENDED: readonly (readonly [sentence: string, more: Partial<VirtualMachineInstance>])[] = [
  ["that is being deleted", {
    metadata: { name: "vm", deletionTimestamp: "2024-02-15T13:17:21Z" },
  }],
  ["that succeeded", { status: { phase: "Succeeded" } }],
  ["that failed", { status: { phase: "Failed" } }],
];

for (const [sentence, more] of ENDED) {
  Deno.test(`B9: a NIC that only a VMI ${sentence} has is left out`, () => {
    const vmi = vmiOf([{ name: "hot" }], more);
    deepStrictEqual(interfacesOf(vmOf([]), { vmi }), { nics: [], problems: [] });
  });
}

Deno.test("B7: a VMI that another VM of its name owns says nothing, whoever else owns it", () => {
  const macsSaid = (...owners: readonly (readonly [kind: string, uid: string])[]) => {
    const { metadata, ...vm } = vmOf([{ name: "a" }]);
    const ownerReferences = owners.map(([kind, uid]) => ({
      apiVersion: "kubevirt.io/v1",
      kind,
      name: "vm",
      uid,
    }));
    const vmi = vmiOf([{ name: "a", macAddress: MAC }, { name: "hot", macAddress: MAC_2 }], {
      metadata: { ...metadata, ownerReferences },
    });
    const { nics } = interfacesOf({ ...vm, metadata: { ...metadata, uid: "this" } }, { vmi });
    return nics.map(({ macAddress }) => macAddress);
  };
  deepStrictEqual(macsSaid(["VirtualMachine", "former"]), [undefined]);
  deepStrictEqual(macsSaid(["VirtualMachine", "this"]), [MAC, MAC_2]);
  deepStrictEqual(macsSaid(["Other", "other"]), [MAC, MAC_2]);
  deepStrictEqual(macsSaid(), [MAC, MAC_2]);
});

const OPT_OUTS:
  readonly (readonly [sentence: string, annotation: string, names: readonly string[]])[] = [
    ["nothing for an empty annotation", "", ["a", "b", "c"]],
    ["nothing for true", "true", ["a", "b", "c"]],
    ["all for false", "false", []],
    ["all for False", " False ", []],
    ["one NIC", "b", ["a", "c"]],
    ["a list of NICs", "a, c ,", ["b"]],
  ];

for (const [sentence, annotation, names] of OPT_OUTS) {
  Deno.test(`B4: the VM's annotation managed-dhcp leaves out ${sentence}`, () => {
    const vm = vmOf([{ name: "a" }, { name: "b" }, { name: "c" }], {
      "network.harvesterhci.io/managed-dhcp": annotation,
    });
    const { nics, problems } = interfacesOf(vm, { vmi: vmiOf([{ name: "b" }]) });
    deepStrictEqual(nics.map(({ name }) => name), names);
    deepStrictEqual(problems, []);
  });
}

Deno.test("S10: a NIC whose annotated MAC address is null or empty has none there, and nothing is wrong", () => {
  const vm = vmOf([{ name: "a" }, { name: "b" }], {
    "harvesterhci.io/mac-address": '{"a": null, "b": ""}',
  });
  deepStrictEqual(interfacesOf(vm).problems, []);
});

Deno.test("E7: a namespace label that is neither true nor false is told, and leaves out nobody", () => {
  for (const namespaceLabel of ["no", "off", "nic-1"]) {
    const { nics, problems } = interfacesOf(vmOf([{ name: "a" }]), { namespaceLabel });
    strictEqual(nics.length, 1);
    deepStrictEqual(problems, [{
      reason: "InvalidOptOut",
      message:
        `Label network.harvesterhci.io/managed-dhcp of the namespace must be "true" or "false": "${namespaceLabel}"`,
    }]);
  }
  for (const namespaceLabel of ["", "true", "True"]) {
    deepStrictEqual(interfacesOf(vmOf([{ name: "a" }]), { namespaceLabel }).problems, []);
  }
});

Deno.test("B4: the namespace's label managed-dhcp leaves out all of its VMs", () => {
  const vm = vmOf([{ name: "a" }]);
  deepStrictEqual(interfacesOf(vm, { namespaceLabel: "false" }), {
    nics: [],
    problems: [],
    optedOut: [{ name: "a", network: "default/net", by: "namespace" }],
  });
  strictEqual(interfacesOf(vm, { namespaceLabel: "true" }).nics.length, 1);
});

Deno.test("E2: NICs that are opted out are named, with who says so and their MAC addresses", () => {
  const nics = [{ name: "a", macAddress: MAC }, { name: "b" }, { name: "c", network: { pod: {} } }];
  const optedOut = (managed: string) =>
    interfacesOf(vmOf(nics, { "network.harvesterhci.io/managed-dhcp": managed }), {
      vmi: vmiOf([{ name: "b" }, { name: "hot", macAddress: MAC_2 }]),
    }).optedOut;
  deepStrictEqual(optedOut("false"), [
    { name: "a", network: "default/net", macAddress: MAC, by: "vm" },
    { name: "b", network: "default/net", by: "vm" },
    { name: "hot", network: "default/net", macAddress: MAC_2, by: "vm" },
  ]);
  deepStrictEqual(optedOut("hot, c"), [
    { name: "hot", network: "default/net", macAddress: MAC_2, by: "nic" },
  ]);
  deepStrictEqual(optedOut("true"), undefined);
});

Deno.test("B4: a NIC in the list that the VM does not have is told of", () => {
  const vm = vmOf([{ name: "a" }], { "network.harvesterhci.io/managed-dhcp": "x" });
  deepStrictEqual(interfacesOf(vm).problems, [{
    reason: "UnknownNic",
    nic: "x",
    message:
      "Annotation network.harvesterhci.io/managed-dhcp names a NIC that the VM does not have: x",
  }]);
});

Deno.test("B1: the annotation static-ip asks for an address for one NIC", () => {
  const vm = vmOf([{ name: "a" }, { name: "b" }], { "static-ip.harvesterhci.io/b": " 10.0.0.5 " });
  deepStrictEqual(interfacesOf(vm).nics.map(({ requested }) => requested), [undefined, "10.0.0.5"]);
});

Deno.test("B1: an annotation static-ip that is no address is told of, and the NIC is listed with it", () => {
  const vm = vmOf([{ name: "a" }, { name: "b" }], { "static-ip.harvesterhci.io/a": "010.0.0.5" });
  deepStrictEqual(interfacesOf(vm), {
    nics: [
      { name: "a", network: "default/net", unreadableRequest: "010.0.0.5" },
      { name: "b", network: "default/net" },
    ],
    problems: [{
      reason: "InvalidAddress",
      nic: "a",
      message:
        'Annotation static-ip.harvesterhci.io/a is no IPv4 address, a part has a leading zero: "010.0.0.5"',
    }],
  });
});

Deno.test("B1: an annotation static-ip for a NIC that the VM does not have is told of", () => {
  const vm = vmOf([{ name: "a" }], { "static-ip.harvesterhci.io/eth0": "10.0.0.5" });
  const { problems } = interfacesOf(vm);
  deepStrictEqual(problems.map(({ reason, nic }) => [reason, nic]), [["UnknownNic", "eth0"]]);
});

Deno.test("B1: an annotation static-ip for a NIC on the pod network is no problem", () => {
  const vm = vmOf([{ name: "a", network: { pod: {} } }], {
    "static-ip.harvesterhci.io/a": "10.0.0.5",
  });
  deepStrictEqual(interfacesOf(vm), { nics: [], problems: [] });
});

Deno.test("two NICs with one name are told of, and the first one counts", () => {
  const vm = vmOf([{ name: "a", macAddress: MAC }, { name: "a", macAddress: MAC_2 }]);
  const { nics, problems } = interfacesOf(vm);
  deepStrictEqual(nics.map(({ macAddress }) => macAddress), [MAC]);
  deepStrictEqual(problems, [{
    reason: "DuplicateNic",
    nic: "a",
    message: "NIC a is there twice",
  }]);
});

Deno.test("two NICs with one MAC address on one network are told of, on two networks they are not", () => {
  const vm = vmOf([
    { name: "a", macAddress: MAC },
    { name: "b", macAddress: MAC.replaceAll(":", "-") },
    { name: "c", macAddress: MAC, network: "default/other" },
  ]);
  const { nics, problems } = interfacesOf(vm);
  deepStrictEqual(nics.map(({ name }) => name), ["a", "c"]);
  deepStrictEqual(problems, [{
    reason: "DuplicateMAC",
    nic: "b",
    message: `NICs a and b have the same MAC address ${MAC} on default/net`,
  }]);
});

Deno.test(`B26: ${MAX_NICS} NICs are listed in the order of the spec, and those beyond are told of`, () => {
  const names = Array.from({ length: MAX_NICS + 2 }, (_, index) => `nic-${index}`);
  const { nics, problems } = interfacesOf(vmOf(names.map((name) => ({ name }))));
  deepStrictEqual(nics.map(({ name }) => name), names.slice(0, MAX_NICS));
  deepStrictEqual(problems.map(({ reason, nic }) => [reason, nic]), [
    ["TooManyNics", "nic-32"],
    ["TooManyNics", "nic-33"],
  ]);
});

Deno.test("whatever is written into a VM, what is told of it is short: a hundred problems of 4,096 characters at most", () => {
  const long = "x".repeat(100_000);
  const many = Array.from({ length: 5_000 }, (_, index) => `nic-${index}`);
  const annotations = {
    "static-ip.harvesterhci.io/a": long,
    "network.harvesterhci.io/managed-dhcp": [long, ...many.map((name) => `${name}-gone`)].join(),
  };
  for (
    const nics of [
      [{ name: "a", macAddress: long }, { name: "b", network: long }, { name: long, network: "?" }],
      many.map((name) => ({ name: name === "nic-1" ? "nic-0" : name, macAddress: MAC })),
    ]
  ) {
    const { problems } = interfacesOf(vmOf(nics, annotations), { namespaceLabel: long });
    strictEqual(problems.length, 100);
    strictEqual(problems.every(({ message }) => message.length <= 4_096), true);
  }
});
