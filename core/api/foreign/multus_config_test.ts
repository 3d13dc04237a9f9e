import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { multusConfigOf } from "./multus_config.ts";

function configOf(config: unknown): ReturnType<typeof multusConfigOf> {
  const text = typeof config === "string" ? config : JSON.stringify(config);
  return multusConfigOf({
    apiVersion: "k8s.cni.cncf.io/v1",
    kind: "NetworkAttachmentDefinition",
    metadata: { name: "net", namespace: "default" },
    spec: config === undefined ? {} : { config: text },
  });
}

/** What Multus refuses for every pod, and what is said of it. */
const REFUSED: Readonly<Record<string, readonly [config: unknown, problem: RegExp]>> = {
  "no JSON": ['{"type": "bridge"', /^spec\.config: must be JSON: /],
  "a comment": ['{\n// the office\n"type":"bridge"}', /^spec\.config: must be JSON: /],
  "spaces": [" ", /^spec\.config: must be JSON: /],
  "a list": [[], /^spec\.config: must be a JSON object/],
  "nothing in it": [{}, /^spec\.config\.type: is required$/],
  "an empty type": [{ type: "" }, /^spec\.config\.type: is required/],
  "no type": [{ cniVersion: "0.3.1", name: "a" }, /^spec\.config\.type: is required$/],
  "a type that is no text": [{ type: 7 }, /^spec\.config\.type: must be a string: 7$/],
  "a name that is no text": [{ type: "bridge", name: 7 }, /^spec\.config\.name: must be a string/],
  "an IPAM that is text": [{ type: "bridge", ipam: "dhcp" }, /^spec\.config\.ipam: must be an obj/],
  "no plugins in the list": [{ plugins: [] }, /^spec\.config\.plugins: /],
  "plugins that are no list": [{ plugins: {} }, /^spec\.config\.plugins: must be a list/],
  "a typing error in a plugin's type": [
    { name: "typo", plugins: [{ type: "bridge" }, { "type:": "vrf", vrfname: "blue" }] },
    /^spec\.config\.plugins\[1\]\.type: is required$/,
  ],
  "a type that is no text, in another case": [
    '{"TYPE":5,"type":"bridge"}',
    /^spec\.config\.type: must/,
  ],
  "a type that is no text, written again": [
    '{"type":5,"type":"bridge"}',
    /^spec\.config\.type: must/,
  ],
  "a type that is no text, with an escape": [
    '{"\\u0074ype":5,"type":"bridge"}',
    /^spec\.config\.type: /,
  ],
  "an IPAM that is a number, in another case": [
    { IPAM: 7, type: "bridge", ipam: {} },
    /^spec\.config\.ipam: must be an object: 7$/,
  ],
  "an IPAM's type that is no text, in another case": [
    { type: "bridge", ipam: { Type: 7, type: "dhcp" } },
    /^spec\.config\.ipam\.type: must be a string: 7$/,
  ],
  "a long s": [{ type: "bridge", "dn\u017f": 5 }, /^spec\.config\.dns: must be an object/],
  "a wrong field beside its plugins": [
    { plugins: [{ type: "bridge" }], ipam: 5 },
    /^spec\.config\.ipam: must be an object/,
  ],
  "a wrong field of a plugin, in another case": [
    { plugins: [{ type: "bridge", DNS: 5, dns: {} }] },
    /^spec\.config\.plugins\[0\]\.dns: must be an object/,
  ],
  "a wrong capability, written again": [
    '{"type":"bridge","capabilities":{"mac":5,"mac":true}}',
    /^spec\.config\.capabilities\.mac: must be/,
  ],
  "a number that Go cannot hold": ['{"type":"bridge","vlan":1e999}', /number is too large/],
  "very many levels": [
    `{"type":"bridge","x":${"[".repeat(500_000)}${"]".repeat(500_000)}}`,
    /more than 1000 levels/,
  ],
  "a plugin that is text": [{ plugins: ["bridge"] }, /^spec\.config\.plugins\[0\]: must be an/],
};

for (const [what, [config, problem]] of Object.entries(REFUSED)) {
  Deno.test(`S3: no pod is attached to a network with ${what}`, () => {
    const { problem: said = "" } = configOf(config);
    strictEqual(problem.test(said), true, said);
  });
}

/** What may work, however odd it is: only a node can tell. */
const TAKEN: Readonly<Record<string, unknown>> = {
  "a bridge": { cniVersion: "0.3.1", type: "bridge", bridge: "br0", vlan: 48, ipam: {} },
  "a list": { name: "a", plugins: [{ type: "bridge", bridge: "br0" }, { type: "tuning" }] },
  "fields in another case": { Type: "bridge", Bridge: "br0", VLAN: 40 },
  "a field in two cases": {
    TYPE: "",
    type: "bridge",
    IPAM: {},
    ipam: { type: "dhcp" },
    "dn\u017f": {},
  },
  "a result of before, and capabilities": {
    type: "bridge",
    prevResult: { dns: 5, "0 type": [] },
    capabilities: { mac: true, ips: null },
  },
  "keys in its texts": '{"type":"bridge","x":"{\\"type\\": 5, [[","y":{"type":5}}',
  "nulls": { type: "bridge", ipam: null, dns: { domain: null }, vlan: null },
  "a VLAN that is text": { type: "bridge", vlan: "50" },
  "a plugin that nobody knows": { type: "nowhere" },
};

for (const [what, config] of Object.entries(TAKEN)) {
  Deno.test(`S3: a network with ${what} is not refused by its text`, () => {
    strictEqual(configOf(config).problem, undefined);
  });
}

Deno.test("the name by which Multus speaks of a network is that of its configuration, else its own", () => {
  deepStrictEqual(configOf({ type: "bridge" }), { cniName: "net", isOnNode: false });
  strictEqual(configOf({ type: "bridge", name: "" }).cniName, "net");
  strictEqual(configOf({ type: "bridge", name: "other" }).cniName, "other");
  strictEqual(configOf({ type: "bridge", name: "other", Name: "third" }).cniName, "third");
  strictEqual(configOf({ type: "bridge", Name: "third" }).cniName, "net");
});

Deno.test("a network without a configuration has it in a file on the node, or not at all", () => {
  for (const config of [undefined, ""]) {
    deepStrictEqual(configOf(config), { cniName: "net", isOnNode: true });
  }
});
