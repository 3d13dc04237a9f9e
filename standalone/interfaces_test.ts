import { deepStrictEqual as deepEqual } from "node:assert/strict";
import type { NetworkAttachmentDefinition } from "../core/api/types.ts";
import { interfaceOfNetwork } from "./interfaces.ts";

function nad(config: unknown): NetworkAttachmentDefinition {
  return {
    apiVersion: "k8s.cni.cncf.io/v1",
    kind: "NetworkAttachmentDefinition",
    metadata: { namespace: "default", name: "net-48" },
    spec: { config: typeof config === "string" ? config : JSON.stringify(config) },
  };
}

const NAMED: Readonly<Record<string, [config: unknown, interfaceName: string]>> = {
  "a bridge is the interface": [{ type: "bridge", bridge: "br-48" }, "br-48"],
  "a bridge with a vlan is its sub-interface": [
    { type: "bridge", bridge: "mgmt-br", vlan: 48 },
    "mgmt-br.48",
  ],
  "vlan 0 means none": [{ type: "bridge", bridge: "mgmt-br", vlan: 0 }, "mgmt-br"],
  "a master is the interface": [{ type: "macvlan", master: "eth1", mode: "bridge" }, "eth1"],
  "a master wins over a bridge": [{ type: "odd", master: "eth1", bridge: "br0" }, "eth1"],
  "the vlan plugin's vlanId counts": [{ type: "vlan", master: "eth0", vlanId: 7 }, "eth0.7"],
  "the first plugin of a list counts": [
    {
      cniVersion: "1.0.0",
      plugins: [{ type: "bridge", bridge: "br0", vlan: 5 }, { type: "tuning" }],
    },
    "br0.5",
  ],
};

for (const [sentence, [config, interfaceName]] of Object.entries(NAMED)) {
  Deno.test(`interfaceOfNetwork: ${sentence}`, () => {
    deepEqual(interfaceOfNetwork(nad(config)), { interfaceName });
  });
}

const UNKNOWN: Readonly<Record<string, [config: unknown, problem: string]>> = {
  "an empty config": ["", 'spec.config: is required: ""'],
  "a config without an interface": [
    { type: "loopback" },
    "its spec.config has neither master nor bridge",
  ],
  "a bridge that is no text": [
    { type: "bridge", bridge: 7 },
    "spec.config.bridge: must be a string: 7",
  ],
  "a vlan beyond 4094": [
    { type: "bridge", bridge: "br0", vlan: 4095 },
    "spec.config.vlan: must be from 1 to 4094: 4095",
  ],
  "a name that is too long with its vlan": [
    { type: "bridge", bridge: "a-long-bridge-1", vlan: 48 },
    "the name of its interface must be at most 15 bytes long: a-long-bridge-1.48",
  ],
};

for (const [sentence, [config, problem]] of Object.entries(UNKNOWN)) {
  Deno.test(`interfaceOfNetwork says why it knows none: ${sentence}`, () => {
    deepEqual(interfaceOfNetwork(nad(config)), { interfaceName: "", problem });
  });
}
