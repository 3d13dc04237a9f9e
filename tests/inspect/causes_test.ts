import { strictEqual } from "node:assert/strict";
import {
  IPPOOLS,
  NAMESPACES,
  NETWORK_ATTACHMENT_DEFINITIONS,
  VIRTUAL_MACHINES,
} from "../../kube/mod.ts";
import { mac, nad, pool, vm } from "../controller/objects.ts";
import { ask, labWith, MAC, makeNetwork, makeWeb } from "./lab.ts";

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
    told: ``,
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
    told: ``,
  },
  "3. no IPPool serves the network": {
    play: async (lab) => {
      await lab.create(IPPOOLS, pool("default/net-49"));
      await makeWeb(lab);
    },
    told: ``,
  },
  "4. nobody knows the MAC address yet": {
    play: async (lab) => {
      await makeNetwork(lab);
      await makeWeb(lab, { nic: {}, phase: null });
    },
    told: ``,
  },
  "5. the pool is full": {
    play: async (lab) => {
      await makeNetwork(lab, { pool: { start: "192.168.48.81", end: "192.168.48.81" } });
      await lab.create(VIRTUAL_MACHINES, vm("default/first", [{ mac: mac(2) }]));
      await lab.settle();
      await makeWeb(lab);
    },
    told: ``,
  },
  "6. the pool is paused": {
    play: async (lab) => {
      await makeNetwork(lab, {}, { paused: true });
      await makeWeb(lab);
    },
    told: ``,
  },
  "7. another has the wanted address": {
    play: async (lab) => {
      const annotations = { "static-ip.harvesterhci.io/nic-1": "192.168.48.85" };
      await makeNetwork(lab);
      await lab.create(VIRTUAL_MACHINES, vm("default/first", [{ mac: mac(2) }], { annotations }));
      await lab.settle();
      await makeWeb(lab, { annotations });
    },
    told: ``,
  },
  "8. another VM has the MAC address": {
    play: async (lab) => {
      await makeNetwork(lab);
      await lab.create(VIRTUAL_MACHINES, vm("default/first", [{ mac: MAC }]));
      await lab.settle();
      await makeWeb(lab);
    },
    told: ``,
  },
  "9. the VM's pod waits on its node, where the bridge is missing": {
    play: async (lab) => {
      await makeNetwork(lab);
      await makeWeb(lab, { phase: "Scheduling" });
    },
    told: ``,
  },
  "10. no agent runs": {
    play: async (lab) => {
      await makeNetwork(lab);
      await makeWeb(lab);
    },
    told: ``,
  },
  "11. the guest never asks": {
    play: async (lab) => {
      await served(lab);
      await lab.pass(300_000);
    },
    told: ``,
  },
  "12. its packets come out on another network": {
    play: async (lab) => {
      await served(lab);
      await lab.packet("eth2", { type: MessageType.Discover });
    },
    told: ``,
  },
  "13. it asks for another address, and is refused": {
    play: async (lab) => {
      await served(lab);
      await lab.packet("eth1", {
        type: MessageType.Request,
        options: [{ code: 50, value: "10.0.0.9" }],
      });
    },
    told: ``,
  },
  "14. it is offered its address again and again, and does not take it": {
    play: async (lab) => {
      await served(lab);
      for (let times = 0; times < 3; times++) {
        await lab.packet("eth1", { type: MessageType.Discover });
      }
    },
    told: ``,
  },
  "15. the guest has another MAC address than its VM": {
    play: async (lab) => {
      await served(lab);
      await lab.packet("eth1", { type: MessageType.Discover, macAddress: mac(9) });
    },
    of: mac(9),
    told: ``,
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
