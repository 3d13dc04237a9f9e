import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { Chain, LinkKind, LinkState } from "./chain.ts";
import { explain } from "./explain.ts";
import { findSubjects } from "./find_subjects.ts";
import type { HeardAnswers } from "./heard.ts";
import type { World } from "./world.ts";
import {
  configWith,
  heardWith,
  MAC,
  networkWith,
  poolWith,
  vmiWith,
  vmWith,
  worldWith,
} from "./testing/world.ts";

/** What becomes of a question in a world. */
interface Case {
  readonly world?: Partial<World>;
  readonly heard?: HeardAnswers;
  /** Whom is asked about; default: the VM. */
  readonly of?: string;
  /** The link that decides. */
  readonly link?: LinkKind;
  readonly state: LinkState;
  readonly reason?: string;
  readonly says: RegExp;
  readonly todo?: RegExp;
}

const refused = (type: string, reason: string, message: string) =>
  poolWith({ conditions: [{ type, status: "False", reason, message }] });
const pending = (reason: string, message: string) => ({
  pools: [poolWith({ allocated: {} })],
  configs: [configWith({ state: "Pending", reason, message })],
});

const CASES: Readonly<Record<string, Case>> = {
  "all is well": { state: "ok", says: /^It has 192\.168\.48\.86 on default\/net-48, and nothing/ },
  "a guest that has its former address still": {
    heard: heardWith([{ address: "192.168.48.90" }]),
    state: "ok",
    says: /answered by ACK of 192\.168\.48\.90; it gets 192\.168\.48\.86 when it renews, or/,
  },
  "a VM that is stopped": {
    world: { vms: [vmWith({ running: false })], vmis: [] },
    heard: heardWith([]),
    link: "VM",
    state: "off",
    reason: "Stopped",
    says: /stopped/,
    todo: /Start it/,
  },
  "a VM whose pod waits for its bridge": {
    world: { vmis: [vmiWith({ phase: "Scheduling" })] },
    heard: heardWith([]),
    link: "VM",
    state: "broken",
    reason: "NotStarted",
    says: /is Scheduling/,
    todo: /bridge is missing on the node.*vm\.kubevirt\.io\/name=web/,
  },
  "a VM without an instance": {
    world: { vmis: [] },
    heard: heardWith([]),
    link: "Packets",
    state: "broken",
    reason: "NeverAsked",
    says: /No packet/,
  },
  "a VM that was made again while its namesake's instance still goes": {
    world: { vmis: [vmiWith({ of: "former" })] },
    heard: heardWith([]),
    link: "Packets",
    state: "off",
    reason: "NeverAsked",
    says: /Nothing was heard of it/,
  },
  "a NIC that is opted out by name": {
    world: {
      vms: [vmWith({ annotations: { "network.harvesterhci.io/managed-dhcp": "nic-1" } })],
      ...{ pools: [poolWith({ allocated: {} })], configs: [] },
    },
    heard: heardWith([]),
    link: "NIC",
    state: "off",
    reason: "OptedOut",
    says: /names the NIC/,
    todo: /take the NIC out/,
  },
  "a namespace that is opted out": {
    world: {
      namespaces: [{
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: "default", labels: { "network.harvesterhci.io/managed-dhcp": "false" } },
      }],
      pools: [poolWith({ allocated: {} })],
      configs: [],
    },
    link: "NIC",
    state: "off",
    reason: "OptedOut",
    says: /label .* of the namespace/,
  },
  "a VM on the pod network alone": {
    world: { vms: [vmWith({ networks: [{ name: "nic-1", pod: {} }] })], configs: [] },
    link: "NIC",
    state: "broken",
    reason: "NoNic",
    says: /no NIC on a network of Multus/,
    todo: /multus\.networkName/,
  },
  "a MAC address that nobody has said": {
    world: { vms: [vmWith({ interfaces: [{ name: "nic-1" }] })], configs: [] },
    link: "NIC",
    state: "broken",
    reason: "MacUnknown",
    says: /Nobody has said its MAC address/,
    todo: /macAddress/,
  },
  "a MAC address that cannot be read": {
    world: { vms: [vmWith({ interfaces: [{ name: "nic-1", macAddress: "52:54" }] })], configs: [] },
    link: "NIC",
    state: "broken",
    reason: "InvalidMacAddress",
    says: /"52:54"/,
    todo: /Repair/,
  },
  "a network name that cannot be read": {
    world: {
      vms: [vmWith({ networks: [{ name: "nic-1", multus: { networkName: "a/b/c" } }] })],
      configs: [],
    },
    link: "NIC",
    state: "broken",
    reason: "InvalidNetworkName",
    says: /"a\/b\/c"/,
  },
  "a network that is not there": {
    world: {
      networks: [networkWith({ name: "net-49" })],
      pools: [refused("AgentReady", "NoAgent", "No agent reports it")],
    },
    link: "Network",
    state: "broken",
    reason: "NetworkNotFound",
    says: /no NetworkAttachmentDefinition default\/net-48; did you mean default\/net-49\?/,
  },
  "a network that no pod can be attached to": {
    world: { networks: [networkWith({ problem: "spec.config: is no JSON" })] },
    link: "Network",
    state: "broken",
    reason: "NetworkInvalid",
    says: /spec\.config: is no JSON/,
    todo: /Repair spec\.config/,
  },
  "a network that no pool serves": {
    world: { pools: [poolWith({ name: "net-49" })] },
    link: "Pool",
    state: "broken",
    reason: "NoPool",
    says: /No IPPool serves network default\/net-48; one serves default\/net-49/,
    todo: /make an IPPool/,
  },
  "a pool that is paused": {
    world: { pools: [poolWith({ spec: { paused: true } })] },
    link: "Pool",
    state: "off",
    reason: "PoolPaused",
    says: /paused/,
    todo: /Resume/,
  },
  "a pool that cannot be used": {
    world: { pools: [refused("CacheReady", "PoolInvalid", "spec.ipv4Config.cidr: is wrong")] },
    link: "Pool",
    state: "broken",
    reason: "PoolInvalid",
    says: /cidr: is wrong/,
  },
  "a pool that is full": {
    world: pending("PoolExhausted", "No address is left"),
    link: "Record",
    state: "broken",
    reason: "PoolExhausted",
    says: /No address is left/,
    todo: /Enlarge/,
  },
  "an address that another has": {
    world: pending("AddressTaken", "52:54:00:00:00:09 has 192.168.48.86"),
    link: "Record",
    state: "broken",
    reason: "AddressTaken",
    says: /52:54:00:00:00:09 has/,
    todo: /Ask for another one/,
  },
  "a MAC address that another VM has, too": {
    world: { configs: [configWith({ reason: "DuplicateMAC", message: "VM default/a has it" })] },
    link: "Record",
    state: "broken",
    reason: "DuplicateMAC",
    says: /VM default\/a has it/,
    todo: /Change one MAC address/,
  },
  "a vmnetcfg that is paused": {
    world: pending("Paused", "The VirtualMachineNetworkConfig is paused"),
    link: "Record",
    state: "off",
    reason: "Paused",
    says: /is paused/,
    todo: /spec\.paused/,
  },
  "a vmnetcfg of the VM's name that is for another": {
    world: {
      pools: [poolWith({ allocated: {} })],
      configs: [configWith({}, { vmName: "other", name: "web" })],
    },
    link: "Record",
    state: "broken",
    reason: "NameTaken",
    says: /default\/web is for another/,
    todo: /Delete or rename/,
  },
  "a controller that does not look": {
    world: { pools: [poolWith({ allocated: {} })], configs: [] },
    link: "Record",
    state: "broken",
    reason: "NotPlanned",
    says: /No VirtualMachineNetworkConfig asks/,
    todo: /controller runs/,
  },
  "no agent": {
    world: { pools: [refused("AgentReady", "NetworkNotAttached", "bridge br48 is not there")] },
    link: "Agent",
    state: "broken",
    reason: "NetworkNotAttached",
    says: /bridge br48 is not there/,
    todo: /on the node/,
  },
  "nothing heard since the agent listens": {
    heard: heardWith([]),
    link: "Packets",
    state: "broken",
    reason: "NeverAsked",
    says: /No packet of 52:54:00:12:34:56 was heard since 2026-01-02T10:00:00Z/,
    todo: /bridge and VLAN/,
  },
  "nothing heard of a VM that has just started": {
    world: { vmis: [vmiWith({ since: "2026-01-02T11:59:30Z" })] },
    heard: heardWith([]),
    link: "Packets",
    state: "unknown",
    reason: "NeverAsked",
    says: /started 30 seconds ago/,
  },
  "nothing heard by an agent that has just begun": {
    heard: heardWith([], { since: "2026-01-02T11:59:00Z" }),
    link: "Packets",
    state: "unknown",
    reason: "NeverAsked",
    says: /asks again within 240 seconds/,
  },
  "asked on another network": {
    heard: heardWith([{
      pool: "default/net-49",
      asked: "DISCOVER",
      answer: "",
      why: "unknown_client",
    }]),
    link: "Packets",
    state: "broken",
    reason: "OtherNetwork",
    says: /on the network of IPPool default\/net-49, not of default\/net-48/,
    todo: /VLAN/,
  },
  "moved to another network after its last ACK": {
    heard: heardWith([{}, {
      pool: "default/net-49",
      at: "2026-01-02T11:59:00Z",
      known: false,
      asked: "DISCOVER",
      answer: "",
      why: "unknown_client",
    }]),
    link: "Packets",
    state: "broken",
    reason: "OtherNetwork",
    says: /at 2026-01-02T11:59:00Z on the network of IPPool default\/net-49/,
    todo: /VLAN/,
  },
  "heard on two networks that are one": {
    heard: heardWith([{}, {
      pool: "default/net-49",
      at: "2026-01-02T11:58:01Z",
      known: false,
      answer: "",
      why: "unknown_client",
    }]),
    state: "ok",
    says: /nothing is wrong/,
  },
  "heard on another network where it has a record, too": {
    heard: heardWith([{}, { pool: "default/net-49", at: "2026-01-02T11:59:00Z" }]),
    state: "ok",
    says: /nothing is wrong/,
  },
  "asked and refused": {
    heard: heardWith([{ answer: "NAK", why: "nak_wrong_address", ackedAt: "" }]),
    link: "Packets",
    state: "broken",
    reason: "Refused",
    says:
      /REQUEST at 2026-01-02T11:58:00Z and was refused: it asks for what is not.* \(nak_wrong_address\)/,
  },
  "asked and not answered": {
    heard: heardWith([{ answer: "", why: "address_held", ackedAt: "" }]),
    link: "Packets",
    state: "broken",
    reason: "NotAnswered",
    says: /no answer: its address rests/,
    todo: /conflicts/,
  },
  "offered three times and not taken": {
    heard: heardWith([{ asked: "DISCOVER", answer: "OFFER", offersUntaken: 3, ackedAt: "" }]),
    link: "Packets",
    state: "broken",
    reason: "OffersNotTaken",
    says: /offered 192\.168\.48\.86 3 times/,
    todo: /firewall.*MTU/,
  },
  "offered three times beside another server": {
    world: {
      pools: [poolWith({
        conditions: [{
          type: "ForeignDHCPServer",
          status: "True",
          reason: "ForeignDHCPServer",
          message: "192.168.48.1 answers, too",
        }],
      })],
    },
    heard: heardWith([{ asked: "DISCOVER", answer: "OFFER", offersUntaken: 4, ackedAt: "" }]),
    link: "Packets",
    state: "broken",
    reason: "OffersNotTaken",
    says: /192\.168\.48\.1 answers, too/,
    todo: /Turn the other DHCP server off/,
  },
  "offered twice": {
    heard: heardWith([{ asked: "DISCOVER", answer: "OFFER", offersUntaken: 2 }]),
    state: "ok",
    says: /nothing is wrong/,
  },
  "agents that cannot be asked": {
    heard: { answers: [], problems: ["agent-0 did not answer"] },
    link: "Packets",
    state: "unknown",
    reason: "NotHeard",
    says: /not known; agent-0 did not answer/,
  },
  "a MAC address of nobody": {
    world: { vms: [], configs: [], pools: [poolWith({ allocated: {} })] },
    of: "5254.0012.3456",
    heard: heardWith([{ answer: "", why: "unknown_client", asked: "DISCOVER", known: false }]),
    link: "NIC",
    state: "broken",
    reason: "UnknownMac",
    says: /No VM and no vmnetcfg has MAC address 52:54:00:12:34:56/,
  },
  "an address that is excluded": {
    world: { pools: [poolWith({ allocated: { "192.168.48.81": "EXCLUDED" } })] },
    of: "192.168.48.81",
    link: "Record",
    state: "off",
    reason: "EXCLUDED",
    says: /exclude/,
  },
  "an address that another machine has": {
    world: {
      pools: [poolWith({
        allocated: { "192.168.48.81": "CONFLICT" },
        conflicts: {
          "192.168.48.81": { usedBy: "00:11:22:33:44:55", until: "2026-01-02T13:00:00Z" },
        },
      })],
    },
    of: "192.168.48.81",
    link: "Record",
    state: "broken",
    reason: "AddressConflict",
    says: /another machine has it: 00:11:22:33:44:55, until 2026-01-02T13:00:00Z/,
  },
  "a reservation whose VM is still to come": {
    world: { vms: [{ ...vmWith(), metadata: { namespace: "default", name: "other" } }], vmis: [] },
    of: "vmnetcfg/web",
    heard: heardWith([]),
    link: "VM",
    state: "off",
    reason: "NoVirtualMachine",
    says: /default\/web is not there/,
  },
};

for (
  const [name, { world = {}, heard = heardWith(), of = "web", link, state, reason, says, todo }]
    of Object.entries(CASES)
) {
  Deno.test(`explain tells ${name}`, () => {
    const [chain] = chainsOf(worldWith(world), of, heard);
    ok(chain !== undefined, "somebody is meant");
    const found = chain.links.find((one) => one.kind === link);
    const seen = JSON.stringify(chain, null, 1);
    strictEqual(chain.state, state, seen);
    match(chain.verdict, says, seen);
    strictEqual(chain.verdict.startsWith(`${link}: `), link !== undefined, seen);
    if (link !== undefined) {
      deepStrictEqual([found?.state, found?.reason], [state, reason], seen);
    }
    strictEqual(chain.todo, found?.todo, seen);
    if (todo !== undefined) match(chain.todo ?? "", todo);
  });
}

function chainsOf(world: World, of: string, heard: HeardAnswers): readonly Chain[] {
  return findSubjects(world, { of }).map((facts) => explain(facts, heard));
}

Deno.test("explain says of a machine that is no VM whether it asks, as on one host", () => {
  const world = worldWith({ vms: [], vmis: [] });
  strictEqual(chainsOf(world, "web", heardWith())[0]?.state, "ok");
  match(chainsOf(world, "web", heardWith([]))[0]?.verdict ?? "", /^Packets: No packet/);
});

Deno.test("explain looks at every link, also behind the first that is broken", () => {
  const world = worldWith({ networks: [], pools: [refused("AgentReady", "NoAgent", "None")] });
  const [chain] = chainsOf(world, "web", heardWith([]));
  deepStrictEqual(chain?.links.map(({ kind, state }) => `${kind} ${state}`), [
    "VM ok",
    "NIC ok",
    "Network broken",
    "Pool ok",
    "Record ok",
    "Agent broken",
    "Packets broken",
  ]);
});

Deno.test("explain believes packets more than a missing instance: no false alarm", () => {
  const [chain] = chainsOf(worldWith({ vmis: [] }), "web", heardWith());
  strictEqual(chain?.state, "ok");
});

for (
  const whom of [
    "web",
    "default/web",
    "vm/web",
    "vm/default/web",
    "vmnetcfg/web",
    MAC,
    "52-54-00-12-34-56",
    "192.168.48.86",
  ]
) {
  Deno.test(`findSubjects knows whom ${whom} means`, () => {
    deepStrictEqual(
      findSubjects(worldWith(), { of: whom }).map(({ subject }) => subject),
      ["VM default/web, NIC nic-1"],
    );
  });
}

Deno.test("findSubjects keeps to a namespace, and knows nobody where nobody is", () => {
  const world = worldWith();
  deepStrictEqual(findSubjects(world, { of: "web", namespace: "other" }), []);
  deepStrictEqual(
    findSubjects(world, { of: MAC, namespace: "other" })[0]?.subject,
    `MAC address ${MAC}`,
  );
  deepStrictEqual(findSubjects(world, { of: "nobody" }), []);
  deepStrictEqual(findSubjects(world, { of: "10.0.0.1" }), []);
});

Deno.test("findSubjects tells several of one name", () => {
  const other = { ...vmWith(), metadata: { namespace: "other", name: "web" } };
  deepStrictEqual(
    findSubjects(worldWith({ vms: [vmWith(), other] }), { of: "web" }).map(({ subject }) =>
      subject
    ),
    ["VM default/web, NIC nic-1", "VM other/web, NIC nic-1"],
  );
});
