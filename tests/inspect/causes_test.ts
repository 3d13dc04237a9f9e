import { strictEqual } from "node:assert/strict";
import { MessageType } from "../../core/dhcp/mod.ts";
import { parseIPv4 } from "../../core/net/mod.ts";
import {
  IPPOOLS,
  NAMESPACES,
  NETWORK_ATTACHMENT_DEFINITIONS,
  VIRTUAL_MACHINES,
} from "../../kube/mod.ts";
import { mac, nad, pool, vm } from "../controller/objects.ts";
import { ask, InspectLab, MAC, makeNetwork, makeWeb } from "./lab.ts";

/** A cause of "no IP": how it comes about, and the one answer. */
interface Cause {
  readonly play: (lab: InspectLab) => Promise<void>;
  /** Whom somebody asks about; unset: the VM. */
  readonly of?: string;
  readonly told: string;
}

const CAUSES: Readonly<Record<string, Cause>> = {
  "1. the NIC is opted out": {
    play: async (lab) => {
      await makeNetwork(lab);
      await makeWeb(lab, { annotations: { "network.harvesterhci.io/managed-dhcp": "nic-1" } });
    },
    told: `VM default/web, NIC nic-1
  ok       VM       default/web: It runs
  off      NIC      nic-1: The annotation network.harvesterhci.io/managed-dhcp of the VM names the NIC: it gets no address
  ok       Network  default/net-48: Its NetworkAttachmentDefinition is there
  ok       Pool     default/net-48: It serves default/net-48: 0 used, 10 free
  off      Record   No address is kept for it
  BROKEN   Agent    No agent reports IPPool default/net-48
  unknown  Packets  52:54:00:00:00:01: What the agents heard is not known; No pod of an agent runs
  =>       NIC: The annotation network.harvesterhci.io/managed-dhcp of the VM names the NIC: it gets no address
           If it is to have an address, take the NIC out of the annotation.
`,
  },
  "2. the namespace is opted out": {
    play: async (lab) => {
      await lab.kube.of(NAMESPACES).patch({ name: "default" }, {
        type: "merge",
        body: { metadata: { labels: { "network.harvesterhci.io/managed-dhcp": "false" } } },
      });
      await makeNetwork(lab);
      await makeWeb(lab);
    },
    told: `VM default/web, NIC nic-1
  ok       VM       default/web: It runs
  off      NIC      nic-1: The label network.harvesterhci.io/managed-dhcp of the namespace is "false": none of its VMs gets addresses
  ok       Network  default/net-48: Its NetworkAttachmentDefinition is there
  ok       Pool     default/net-48: It serves default/net-48: 0 used, 10 free
  off      Record   No address is kept for it
  BROKEN   Agent    No agent reports IPPool default/net-48
  unknown  Packets  52:54:00:00:00:01: What the agents heard is not known; No pod of an agent runs
  =>       NIC: The label network.harvesterhci.io/managed-dhcp of the namespace is "false": none of its VMs gets addresses
           If it is to have an address, remove the "false".
`,
  },
  "3. no IPPool serves the network": {
    play: async (lab) => {
      await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad("default/net-48"));
      await lab.create(IPPOOLS, pool("default/net-49"));
      await makeWeb(lab);
    },
    told: `VM default/web, NIC nic-1
  ok       VM       default/web: It runs
  ok       NIC      nic-1: It has MAC address 52:54:00:00:00:01 on default/net-48
  ok       Network  default/net-48: Its NetworkAttachmentDefinition is there
  BROKEN   Pool     No IPPool serves network default/net-48; one serves default/net-49
  =>       Pool: No IPPool serves network default/net-48; one serves default/net-49
           If the network is to be managed, make an IPPool with its name in spec.networkName.
`,
  },
  "4. nobody knows the MAC address yet": {
    play: async (lab) => {
      await makeNetwork(lab);
      await makeWeb(lab, { nic: {}, phase: null });
    },
    told: `VM default/web, NIC nic-1
  unknown  VM       default/web: It is to run, and has no VirtualMachineInstance
  BROKEN   NIC      nic-1: Nobody has said its MAC address yet: KubeVirt makes one up when the VM starts
  ok       Network  default/net-48: Its NetworkAttachmentDefinition is there
  ok       Pool     default/net-48: It serves default/net-48: 0 used, 10 free
  BROKEN   Agent    No agent reports IPPool default/net-48
  =>       NIC: Nobody has said its MAC address yet: KubeVirt makes one up when the VM starts
           Start the VM, or better write macAddress into the VM: so it stays the same.
`,
  },
  "5. the pool is full": {
    play: async (lab) => {
      await makeNetwork(lab, { pool: { start: "192.168.48.81", end: "192.168.48.81" } });
      await lab.create(VIRTUAL_MACHINES, vm("default/first", [{ mac: mac(2) }]));
      await lab.settle();
      await makeWeb(lab);
    },
    told: `VM default/web, NIC nic-1
  ok       VM       default/web: It runs
  ok       NIC      nic-1: It has MAC address 52:54:00:00:00:01 on default/net-48
  ok       Network  default/net-48: Its NetworkAttachmentDefinition is there
  ok       Pool     default/net-48: It serves default/net-48: 1 used, 0 free
  BROKEN   Record   No address is left in 192.168.48.81-192.168.48.81 of IPPool default/net-48
  BROKEN   Agent    No agent reports IPPool default/net-48
  unknown  Packets  52:54:00:00:00:01: What the agents heard is not known; No pod of an agent runs
  =>       Record: No address is left in 192.168.48.81-192.168.48.81 of IPPool default/net-48
           Enlarge spec.ipv4Config.pool, or delete VMs. It heals by itself.
`,
  },
  "6. the pool is paused": {
    play: async (lab) => {
      await makeNetwork(lab, {}, { paused: true });
      await makeWeb(lab);
    },
    told: `VM default/web, NIC nic-1
  ok       VM       default/web: It runs
  ok       NIC      nic-1: It has MAC address 52:54:00:00:00:01 on default/net-48
  ok       Network  default/net-48: Its NetworkAttachmentDefinition is there
  off      Pool     default/net-48: It is paused: nothing new is given, and no agent answers
  off      Record   IPPool default/net-48 is paused: nothing new is given
  off      Agent    The IPPool is paused
  unknown  Packets  52:54:00:00:00:01: What the agents heard is not known; No pod of an agent runs
  =>       Pool: It is paused: nothing new is given, and no agent answers
           Resume the IPPool.
`,
  },
  "7. another has the wanted address": {
    play: async (lab) => {
      const annotations = { "static-ip.harvesterhci.io/nic-1": "192.168.48.85" };
      await makeNetwork(lab);
      await lab.create(VIRTUAL_MACHINES, vm("default/first", [{ mac: mac(2) }], { annotations }));
      await lab.settle();
      await makeWeb(lab, { annotations });
    },
    told: `VM default/web, NIC nic-1
  ok       VM       default/web: It runs
  ok       NIC      nic-1: It has MAC address 52:54:00:00:00:01 on default/net-48
  ok       Network  default/net-48: Its NetworkAttachmentDefinition is there
  ok       Pool     default/net-48: It serves default/net-48: 1 used, 9 free
  BROKEN   Record   Address 192.168.48.85 is taken by VM default/first (52:54:00:00:00:02)
  BROKEN   Agent    No agent reports IPPool default/net-48
  unknown  Packets  52:54:00:00:00:01: What the agents heard is not known; No pod of an agent runs
  =>       Record: Address 192.168.48.85 is taken by VM default/first (52:54:00:00:00:02)
           Ask for another one, or free it.
`,
  },
  "8. another VM has the MAC address": {
    play: async (lab) => {
      await makeNetwork(lab);
      await lab.create(VIRTUAL_MACHINES, vm("default/first", [{ mac: MAC }]));
      await lab.settle();
      await makeWeb(lab);
    },
    told: `VM default/web, NIC nic-1
  ok       VM       default/web: It runs
  ok       NIC      nic-1: It has MAC address 52:54:00:00:00:01 on default/net-48
  ok       Network  default/net-48: Its NetworkAttachmentDefinition is there
  ok       Pool     default/net-48: It serves default/net-48: 1 used, 9 free
  BROKEN   Record   MAC address 52:54:00:00:00:01 of VM default/web is in use by VM default/first, which runs too
  BROKEN   Agent    No agent reports IPPool default/net-48
  unknown  Packets  52:54:00:00:00:01: What the agents heard is not known; No pod of an agent runs
  =>       Record: MAC address 52:54:00:00:00:01 of VM default/web is in use by VM default/first, which runs too
           Change one MAC address, or stop or delete the other one.
`,
  },
  "9. the VM's pod waits on its node, where the bridge is missing": {
    play: async (lab) => {
      await makeNetwork(lab);
      await makeWeb(lab, { phase: "Scheduling" });
    },
    told: `VM default/web, NIC nic-1
  BROKEN   VM       default/web: It does not run yet: its VirtualMachineInstance is Scheduling
  ok       NIC      nic-1: It has MAC address 52:54:00:00:00:01 on default/net-48
  ok       Network  default/net-48: Its NetworkAttachmentDefinition is there
  ok       Pool     default/net-48: It serves default/net-48: 1 used, 9 free
  ok       Record   192.168.48.82: It is recorded for 52:54:00:00:00:01
  BROKEN   Agent    No agent reports IPPool default/net-48
  unknown  Packets  52:54:00:00:00:01: What the agents heard is not known; No pod of an agent runs
  =>       VM: It does not run yet: its VirtualMachineInstance is Scheduling
           Look at the Events of its pod; where a bridge is missing on the node, they say so: kubectl -n default describe pod -l vm.kubevirt.io/name=web
`,
  },
  "10. no agent runs": {
    play: async (lab) => {
      await makeNetwork(lab);
      await makeWeb(lab);
    },
    told: `VM default/web, NIC nic-1
  ok       VM       default/web: It runs
  ok       NIC      nic-1: It has MAC address 52:54:00:00:00:01 on default/net-48
  ok       Network  default/net-48: Its NetworkAttachmentDefinition is there
  ok       Pool     default/net-48: It serves default/net-48: 1 used, 9 free
  ok       Record   192.168.48.82: It is recorded for 52:54:00:00:00:01
  BROKEN   Agent    No agent reports IPPool default/net-48
  unknown  Packets  52:54:00:00:00:01: What the agents heard is not known; No pod of an agent runs
  =>       Agent: No agent reports IPPool default/net-48
           Look for the agent's Deployment and its pods.
`,
  },
  "11. the guest never asks": {
    play: async (lab) => {
      await served(lab);
      await lab.pass(300_000);
    },
    told: `VM default/web, NIC nic-1
  ok       VM       default/web: It runs
  ok       NIC      nic-1: It has MAC address 52:54:00:00:00:01 on default/net-48
  ok       Network  default/net-48: Its NetworkAttachmentDefinition is there
  ok       Pool     default/net-48: It serves default/net-48: 1 used, 9 free
  ok       Record   192.168.48.82: It is recorded for 52:54:00:00:00:01
  ok       Agent    default/agent-0: Agent default/agent-0 answers on eth1
  BROKEN   Packets  52:54:00:00:00:01: No packet of 52:54:00:00:00:01 was heard since TIME
  =>       Packets: No packet of 52:54:00:00:00:01 was heard since TIME
           Its packets do not reach the agent. Look at the bridge and VLAN on the VM's node and on the agent's, at macspoofchk, and inside the guest: udhcpc -f -i eth0.
`,
  },
  "12. its packets come out on another network": {
    play: async (lab) => {
      await served(lab);
      await lab.packet("eth2", { type: MessageType.Discover });
    },
    told: `VM default/web, NIC nic-1
  ok       VM       default/web: It runs
  ok       NIC      nic-1: It has MAC address 52:54:00:00:00:01 on default/net-48
  ok       Network  default/net-48: Its NetworkAttachmentDefinition is there
  ok       Pool     default/net-48: It serves default/net-48: 1 used, 9 free
  ok       Record   192.168.48.82: It is recorded for 52:54:00:00:00:01
  ok       Agent    default/agent-0: Agent default/agent-0 answers on eth1
  BROKEN   Packets  52:54:00:00:00:01: It asked by DISCOVER at TIME on the network of IPPool default/net-49, not of default/net-48
  =>       Packets: It asked by DISCOVER at TIME on the network of IPPool default/net-49, not of default/net-48
           Look at the VLAN and the bridge of the NIC's network on the VM's node: its frames come out on another network.
`,
  },
  "13. it asks for another address, and is refused": {
    play: async (lab) => {
      await served(lab);
      await lab.packet("eth1", {
        type: MessageType.Request,
        options: [{ code: 50, value: parseIPv4("10.0.0.9") }],
      });
    },
    told: `VM default/web, NIC nic-1
  ok       VM       default/web: It runs
  ok       NIC      nic-1: It has MAC address 52:54:00:00:00:01 on default/net-48
  ok       Network  default/net-48: Its NetworkAttachmentDefinition is there
  ok       Pool     default/net-48: It serves default/net-48: 1 used, 9 free
  ok       Record   192.168.48.82: It is recorded for 52:54:00:00:00:01
  ok       Agent    default/agent-0: Agent default/agent-0 answers on eth1
  BROKEN   Packets  52:54:00:00:00:01: It asked by REQUEST at TIME and was refused: it asks for an address of another network, or for none (nak_wrong_network)
  =>       Packets: It asked by REQUEST at TIME and was refused: it asks for an address of another network, or for none (nak_wrong_network)
           It starts anew and gets its own. Where it goes on so, look what it asks for: kubectl vmdhcp packets
`,
  },
  "14. it is offered its address again and again, and does not take it": {
    play: async (lab) => {
      await served(lab);
      for (let times = 0; times < 3; times++) {
        await lab.packet("eth1", { type: MessageType.Discover });
      }
    },
    told: `VM default/web, NIC nic-1
  ok       VM       default/web: It runs
  ok       NIC      nic-1: It has MAC address 52:54:00:00:00:01 on default/net-48
  ok       Network  default/net-48: Its NetworkAttachmentDefinition is there
  ok       Pool     default/net-48: It serves default/net-48: 1 used, 9 free
  ok       Record   192.168.48.82: It is recorded for 52:54:00:00:00:01
  ok       Agent    default/agent-0: Agent default/agent-0 answers on eth1
  BROKEN   Packets  52:54:00:00:00:01: It was offered 192.168.48.82 3 times, last at TIME, and did not take it
  =>       Packets: It was offered 192.168.48.82 3 times, last at TIME, and did not take it
           Look at the way back to the guest: a firewall in it, another DHCP server that answers first, a bridge that filters broadcasts, an MTU that differs on the way.
`,
  },
  "15. the guest has another MAC address than its VM": {
    play: async (lab) => {
      await served(lab);
      await lab.packet("eth1", { type: MessageType.Discover, macAddress: mac(9) });
    },
    of: mac(9),
    told: `MAC address 52:54:00:00:00:09
  BROKEN   NIC      52:54:00:00:00:09: No VM and no vmnetcfg has MAC address 52:54:00:00:00:09
  BROKEN   Packets  52:54:00:00:00:09: It asked by DISCOVER at TIME on the network of IPPool default/net-48
  =>       NIC: No VM and no vmnetcfg has MAC address 52:54:00:00:00:09
           Compare it with kubectl get vmnetcfgs -o wide: a guest may have changed its MAC address. A machine that is no VM gets an address by a vmnetcfg of its own.
`,
  },
};

/** A VM that is served, in a network beside another one. */
async function served(lab: InspectLab): Promise<void> {
  await makeNetwork(lab);
  await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad("default/net-49"));
  await lab.create(
    IPPOOLS,
    pool("default/net-49", {
      cidr: "192.168.49.0/24",
      serverIP: "192.168.49.77",
      pool: {},
    }),
  );
  await makeWeb(lab);
  await lab.settle();
  await lab.serve();
}

for (const [cause, { play, of = "web", told }] of Object.entries(CAUSES)) {
  Deno.test(`why tells by one command: ${cause}`, async () => {
    await using lab = new InspectLab();
    await play(lab);
    await lab.settle();
    strictEqual(await ask(lab, `why?of=${of}`), told);
  });
}
