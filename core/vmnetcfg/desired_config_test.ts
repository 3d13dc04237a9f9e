import assert from "node:assert/strict";
import { STATIC_IP_ANNOTATION_PREFIX, VM_NAME_LABEL, VMNETCFG_FINALIZER } from "../api/names.ts";
import type { VirtualMachineNetworkConfig } from "../api/types.ts";
import type { VmNic } from "../ipam/vm/vm_nic.ts";
import { type Desired, type DesiredInput, desiredNetworkConfig } from "./desired_config.ts";
import { configOf, has, MAC_1, MAC_2, NET_48, NET_50, nic, vmOf } from "./testing/fixture.ts";

const ONE: VmNic = { name: "nic-1", network: NET_48, macAddress: MAC_1 };
const TWO: VmNic = { name: "nic-2", network: NET_50, macAddress: MAC_2 };
const STATIC = `${STATIC_IP_ANNOTATION_PREFIX}nic-1`;

function decide(input: Partial<DesiredInput>): Desired {
  return desiredNetworkConfig({ vm: vmOf(), nics: [ONE], isManaged: () => true, ...input });
}

/** The NICs of the object that is to be written. */
function entries(desired: Desired): unknown {
  assert.ok("object" in desired, `nothing is written: ${desired.action}`);
  return desired.object.spec.networkConfig ?? desired.object.spec.networkConfigs;
}

const UNCHANGED: Readonly<Record<string, Partial<DesiredInput>>> = {
  "an object that says what is wanted": { existing: configOf({ nics: [nic(MAC_1)] }) },
  "the same NICs in another order": {
    nics: [TWO, ONE],
    existing: configOf({ nics: [nic(MAC_1), nic(MAC_2, NET_50)] }),
  },
  "other spellings of the same NICs": {
    existing: configOf({ nics: [nic("52-54-00-00-00-01", "net-48")] }),
  },
  "a VM that is going": {
    vm: vmOf({ deletionTimestamp: "2026-01-01T00:00:00Z" }),
    nics: [],
    existing: configOf({ nics: [nic(MAC_1)] }),
  },
  "an object that is going": {
    nics: [ONE, TWO],
    existing: configOf({
      nics: [nic(MAC_1)],
      metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" },
    }),
  },
  "a VM without managed NICs and without an object": { isManaged: () => false },
  "a NIC whose pool has gone": {
    isManaged: () => false,
    existing: configOf({ nics: [nic(MAC_1)] }),
  },
  "a NIC whose MAC address is not known now": {
    nics: [{ name: "nic-1", network: NET_48 }],
    existing: configOf({ nics: [nic(MAC_1)] }),
  },
  "a new NIC whose wanted address cannot be read": {
    nics: [{ ...ONE, unreadableRequest: "?" }],
  },
  "a NIC whose wanted address can no longer be read": {
    nics: [{ ...ONE, unreadableRequest: "?" }],
    existing: configOf({
      nics: [nic(MAC_1, NET_48, "192.168.48.85")],
      metadata: { annotations: { [STATIC]: "192.168.48.85" } },
    }),
  },
  "a reservation without a NIC of the VM": {
    nics: [],
    existing: configOf({ nics: [nic(MAC_1)], metadata: { ownerReferences: [] } }),
  },
};

for (const [what, input] of Object.entries(UNCHANGED)) {
  Deno.test(`desiredNetworkConfig leaves ${what} alone`, () => {
    assert.deepEqual(decide(input), { action: "keep" });
  });
}

const ENTRIES: Readonly<Record<string, readonly [Partial<DesiredInput>, readonly unknown[]]>> = {
  "creates with the NICs of managed networks": [
    { nics: [ONE, TWO], isManaged: (network) => network === NET_50 },
    [nic(MAC_2, NET_50)],
  ],
  "writes a NIC again that somebody took out, though its pool takes nobody new": [
    {
      nics: [ONE, TWO],
      isManaged: () => false,
      existing: configOf({ nics: [nic(MAC_2, NET_50)], shown: [has(MAC_1, "192.168.48.84")] }),
    },
    [nic(MAC_2, NET_50), nic(MAC_1)],
  ],
  "creates with the wanted address": [
    { nics: [{ ...ONE, requested: "192.168.48.85" }] },
    [nic(MAC_1, NET_48, "192.168.48.85")],
  ],
  "adds a NIC behind those that are there": [
    { nics: [TWO, ONE], existing: configOf({ nics: [nic(MAC_1)] }) },
    [nic(MAC_1), nic(MAC_2, NET_50)],
  ],
  "removes a NIC": [
    { existing: configOf({ nics: [nic(MAC_1), nic(MAC_2, NET_50)] }) },
    [nic(MAC_1)],
  ],
  "replaces a MAC address": [{ existing: configOf({ nics: [nic(MAC_2)] }) }, [nic(MAC_1)]],
  "moves a NIC to another network": [
    { nics: [{ ...ONE, network: NET_50 }], existing: configOf({ nics: [nic(MAC_1)] }) },
    [nic(MAC_1, NET_50)],
  ],
  "keeps one entry for each NIC without a MAC address": [
    {
      nics: [{ name: "nic-1", network: NET_48 }],
      existing: configOf({ nics: [nic(MAC_1), nic(MAC_2)] }),
    },
    [nic(MAC_1)],
  ],
  "takes back what the VM no longer asks for": [
    {
      existing: configOf({
        nics: [nic(MAC_1, NET_48, "192.168.48.85")],
        metadata: { annotations: { [STATIC]: "192.168.48.85" } },
      }),
    },
    [nic(MAC_1)],
  ],
  "keeps what a person asked for": [
    {
      nics: [ONE, TWO],
      existing: configOf({ nics: [nic(MAC_1, NET_48, "192.168.48.85")] }),
    },
    [nic(MAC_1, NET_48, "192.168.48.85"), nic(MAC_2, NET_50)],
  ],
};

for (const [what, [input, wanted]] of Object.entries(ENTRIES)) {
  Deno.test(`desiredNetworkConfig ${what}`, () => {
    assert.deepEqual(entries(decide(input)), wanted);
  });
}

Deno.test("desiredNetworkConfig deletes the object of a VM that has no NIC left", () => {
  const existing = configOf({ nics: [nic(MAC_1)] });
  assert.deepEqual(decide({ nics: [], existing }), { action: "delete", object: existing });
});

Deno.test("desiredNetworkConfig hands an object over to the VM that was made again", () => {
  const desired = decide({
    vm: vmOf({ uid: "new-uid" }),
    existing: configOf({ nics: [nic(MAC_1)] }),
  });
  assert.equal(desired.action, "update");
  assert.deepEqual(owners(desired), ["new-uid"]);
});

Deno.test("desiredNetworkConfig adopts a reservation, with other owners kept", () => {
  const other = { apiVersion: "v1", kind: "ConfigMap", name: "list", uid: "list-uid" };
  const existing = configOf({
    nics: [nic(MAC_1)],
    metadata: { ownerReferences: [other], finalizers: [], labels: {} },
  });
  const desired = decide({ existing });
  assert.ok(desired.action === "update" && desired.adopted);
  assert.deepEqual(owners(desired), ["list-uid", "vm-uid"]);
  assert.equal(desired.object.metadata.finalizers?.length, 1);
});

Deno.test("desiredNetworkConfig keeps the spelling of an object", () => {
  const existing: VirtualMachineNetworkConfig = {
    ...configOf(),
    spec: { vmName: "web", networkConfigs: [nic(MAC_1)] },
  };
  const desired = decide({ nics: [ONE, TWO], existing });
  assert.ok("object" in desired);
  assert.deepEqual(desired.object.spec.networkConfigs, [nic(MAC_1), nic(MAC_2, NET_50)]);
  assert.equal(desired.object.spec.networkConfig, undefined);
});

Deno.test("desiredNetworkConfig labels nothing with a name that is too long for a label", () => {
  const desired = decide({ vm: vmOf({ name: "v".repeat(64) }) });
  assert.ok(desired.action === "create");
  assert.equal(desired.object.metadata.labels, undefined);
});

Deno.test("desiredNetworkConfig labels the object of a VM whose name just fits into a label", () => {
  const name = "v".repeat(63);
  const desired = decide({ vm: vmOf({ name }) });
  assert.ok(desired.action === "create");
  assert.deepEqual(desired.object.metadata.labels, { [VM_NAME_LABEL]: name });
});

Deno.test("desiredNetworkConfig keeps labels, annotations and finalizers of others in what it changes", () => {
  const annotations = { "example.com/note": "mine", "kubectl.kubernetes.io/last": "{}" };
  const existing = configOf({
    nics: [nic(MAC_1)],
    metadata: {
      annotations,
      labels: { team: "a", [VM_NAME_LABEL]: "old-name" },
      finalizers: ["example.com/backup"],
    },
  });
  const desired = decide({ nics: [{ ...ONE, requested: "192.168.48.85" }, TWO], existing });
  assert.ok(desired.action === "update");
  assert.deepEqual(desired.object.metadata, {
    ...existing.metadata,
    annotations: { ...annotations, [STATIC]: "192.168.48.85" },
    labels: { team: "a", [VM_NAME_LABEL]: "web" },
    finalizers: ["example.com/backup", VMNETCFG_FINALIZER],
  });
});

Deno.test("desiredNetworkConfig leaves an address that a person writes after the VM has withdrawn the same one", () => {
  const first = decide({ nics: [{ ...ONE, requested: "192.168.48.85" }] });
  assert.ok(first.action === "create");
  assert.deepEqual(first.object.metadata.annotations, { [STATIC]: "192.168.48.85" });
  const withdrawn = decide({ existing: first.object });
  assert.ok(withdrawn.action === "update");
  assert.deepEqual(withdrawn.object.metadata.annotations, {});
  assert.deepEqual(entries(withdrawn), [nic(MAC_1)]);
  const existing = {
    ...withdrawn.object,
    spec: { vmName: "web", networkConfig: [nic(MAC_1, NET_48, "192.168.48.85")] },
  };
  assert.deepEqual(decide({ existing }), { action: "keep" });
});

Deno.test("desiredNetworkConfig leaves one owner where two VMs are named, the present one", () => {
  const owner = { apiVersion: "kubevirt.io/v1", kind: "VirtualMachine", name: "web" };
  const existing = configOf({
    nics: [nic(MAC_1)],
    metadata: { ownerReferences: [{ ...owner, uid: "old-uid" }, { ...owner, uid: "vm-uid" }] },
  });
  assert.deepEqual(owners(decide({ existing })), ["vm-uid"]);
});

function owners(desired: Desired): readonly string[] | undefined {
  return "object" in desired
    ? desired.object.metadata.ownerReferences?.map(({ uid }) => uid)
    : undefined;
}
