import { strictEqual } from "node:assert/strict";
import { IPPOOLS, NAMESPACES, VIRTUAL_MACHINES } from "../../kube/mod.ts";
import type { Lab } from "../controller/lab.ts";
import { mac, nad, pool, vm } from "../controller/objects.ts";
import { ask, labWith, MAC, makeNetwork, makeWeb } from "./lab.ts";

/** A cause of "no IP": how it comes about, and the one answer. */
interface Cause {
  readonly play: (lab: Lab) => Promise<void>;
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
      await lab.patch(NAMESPACES, "/default", {
        metadata: { labels: { "network.harvesterhci.io/managed-dhcp": "false" } },
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
      await makeNetwork(lab, {
        ipv4Config: { cidr: "192.168.48.0/30", serverIP: "192.168.48.1" },
      });
      await lab.create(VIRTUAL_MACHINES, vm("default/first", [{ mac: mac(2) }]));
      await lab.settle();
      await makeWeb(lab);
    },
    told: ``,
  },
  "6. the pool is paused": {
    play: async (lab) => {
      await makeNetwork(lab, { paused: true });
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
};

for (const [cause, { play, told }] of Object.entries(CAUSES)) {
  Deno.test(`why tells by one command: ${cause}`, async () => {
    await using lab = labWith();
    await play(lab);
    await lab.settle();
    strictEqual(await ask(lab, "why?of=web"), told);
  });
}
void nad;
