import { deepStrictEqual as deepEqual } from "node:assert/strict";
import { type NadConfig, nadConfigOf } from "./nad_config.ts";
import type { NetworkAttachmentDefinition } from "../types.ts";
import { shown, shownErrors } from "../testing/shown_errors.ts";

function nad(config: unknown): NetworkAttachmentDefinition {
  const spec = config === undefined
    ? {}
    : { config: typeof config === "string" ? config : JSON.stringify(config) };
  return {
    apiVersion: "k8s.cni.cncf.io/v1",
    kind: "NetworkAttachmentDefinition",
    metadata: { name: "net", namespace: "default" },
    spec,
  };
}

const READ: readonly (readonly [name: string, config: unknown, value: NadConfig])[] = [
  [
    "Harvester's bridge with a VLAN",
    {
      cniVersion: "0.3.1",
      name: "a",
      type: "bridge",
      bridge: "mgmt-br",
      promiscMode: true,
      vlan: 48,
      ipam: {},
    },
    { type: "bridge", bridge: "mgmt-br", vlan: 48 },
  ],
  [
    "a bridge with VLAN 0, which is none",
    { type: "bridge", bridge: "mgmt-br", vlan: 0, mtu: 0 },
    { type: "bridge", bridge: "mgmt-br" },
  ],
  ["a macvlan", { type: "macvlan", master: "eth1", mode: "bridge", mtu: 9000 }, {
    type: "macvlan",
    master: "eth1",
    mtu: 9000,
  }],
  ["a VLAN plugin", { type: "vlan", master: "eth1", vlanId: 7 }, {
    type: "vlan",
    master: "eth1",
    vlan: 7,
  }],
  [
    "the first plugin of a list",
    {
      cniVersion: "1.0.0",
      name: "a",
      plugins: [{ type: "bridge", bridge: "br0" }, { type: "tuning" }],
    },
    { type: "bridge", bridge: "br0" },
  ],
  ["the last VLAN", { type: "bridge", bridge: "br0", vlan: 4094 }, {
    type: "bridge",
    bridge: "br0",
    vlan: 4094,
  }],
  [
    "S10: null as nothing",
    { type: "bridge", bridge: "br0", master: null, vlan: null, mtu: null },
    { type: "bridge", bridge: "br0" },
  ],
  [
    "S10: names in any case, as Go's CNI plugins do",
    { Type: "bridge", Bridge: "br0", VLAN: 40, bridge: "br1" },
    { type: "bridge", bridge: "br1", vlan: 40 },
  ],
  ["a bridge without a name", { type: "bridge", bridge: "" }, { type: "bridge" }],
];

for (const [name, config, value] of READ) {
  Deno.test(`nadConfigOf reads ${name}`, () => {
    deepEqual(nadConfigOf(nad(config)), { ok: true, value });
  });
}

const REFUSED: readonly (readonly [
  name: string,
  config: unknown,
  path: string,
  value: unknown,
  message: string,
])[] = [
  ["no configuration", undefined, "spec.config", undefined, "is required"],
  ["an empty configuration", " ", "spec.config", " ", "is required"],
  ["a list as configuration", [1], "spec.config", [1], "must be an object"],
  [
    "a configuration without a type",
    { bridge: "br0" },
    "spec.config.type",
    undefined,
    "is required",
  ],
  [
    "an empty list of plugins",
    { plugins: [] },
    "spec.config.plugins[0]",
    undefined,
    "is required",
  ],
  [
    "a plugin without a type",
    { plugins: [{ bridge: "a" }] },
    "spec.config.plugins[0].type",
    undefined,
    "is required",
  ],
  [
    "a VLAN that is a text",
    { type: "bridge", vlan: "48" },
    "spec.config.vlan",
    "48",
    "must be a whole number",
  ],
  [
    "a VLAN that cannot be",
    { type: "bridge", vlan: 4095 },
    "spec.config.vlan",
    4095,
    "must be from 1 to 4094",
  ],
  [
    "a negative VLAN id",
    { type: "vlan", vlanId: -1 },
    "spec.config.vlanId",
    -1,
    "must be from 1 to 4094",
  ],
];

for (const [name, config, path, value, message] of REFUSED) {
  Deno.test(`nadConfigOf refuses ${name}`, () => {
    deepEqual(shown(nadConfigOf(nad(config))), { ok: false, errors: [{ path, value, message }] });
  });
}

Deno.test("nadConfigOf refuses text that is not JSON, with the parser's words", () => {
  const checked = nadConfigOf(nad("{type: bridge}"));
  deepEqual(
    checked.ok ? [] : shownErrors(checked.errors).map((
      { path, value, message },
    ) => [path, value, message.slice(0, 14)]),
    [
      ["spec.config", "{type: bridge}", "must be JSON: "],
    ],
  );
});
