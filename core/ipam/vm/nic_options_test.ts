import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import type { VirtualMachine } from "../../api/types.ts";
import { interfacesOf } from "./interfaces_of.ts";

const KEY = "dhcp-options.network.harvesterhci.io/";

/** A VM with the NICs a and b, and a NIC on the pod network. */
function vmOf(annotations: Readonly<Record<string, string>>): VirtualMachine {
  const names = ["a", "b"];
  return {
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachine",
    metadata: { name: "vm", namespace: "tenant", annotations },
    spec: {
      template: {
        spec: {
          domain: { devices: { interfaces: [...names, "mgmt"].map((name) => ({ name })) } },
          networks: [
            ...names.map((name) => ({ name, multus: { networkName: "default/net" } })),
            { name: "mgmt", pod: {} },
          ],
        },
      },
    },
  };
}

Deno.test("interfacesOf reads what one NIC is told, and leaves the others alone", () => {
  const { nics, problems } = interfacesOf(vmOf({ [`${KEY}a`]: ' {"mtu": 1400, "router": ""} ' }));
  deepStrictEqual(nics.map(({ options }) => options), [{ mtu: 1400, router: "" }, undefined]);
  deepStrictEqual(problems, []);
});

Deno.test("interfacesOf names the key and the value that cannot be read, and keeps the rest", () => {
  const { nics, problems } = interfacesOf(
    vmOf({ [`${KEY}a`]: '{"mtu": 67, "dns": ["x", "10.0.0.3"], "mtuu": 1400}' }),
  );
  deepStrictEqual(nics[0]?.options, { dns: ["10.0.0.3"] });
  deepStrictEqual(problems.map(({ reason, nic }) => [reason, nic]), [["InvalidOptions", "a"]]);
  const { message = "" } = problems[0] ?? {};
  match(message, /^Options of NIC a \(annotation dhcp-options\.network\.harvesterhci\.io\/a\): /);
  for (
    const part of [/mtu: must be .*: 67/, /dns\[0\]: must be .*: "x"/, /mtuu: is not a known field/]
  ) {
    match(message, part);
  }
});

Deno.test("interfacesOf names ten of many things that cannot be read, and counts the others", () => {
  const many = Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`x${at}`, 1]));
  const { problems } = interfacesOf(vmOf({ [`${KEY}a`]: JSON.stringify(many) }));
  const { message = "" } = problems[0] ?? {};
  strictEqual(message.split("; x").length, 10);
  match(message, /; and 50 more$/);
});

const NO_OPTIONS: Readonly<Record<string, string>> = {
  "no JSON": "mtu=1400",
  "a list": "[]",
  "a number": "7",
  "null": "null",
  "longer than a NIC's options may be": JSON.stringify({ wpad: "x".repeat(1_024) }),
};

for (const [what, text] of Object.entries(NO_OPTIONS)) {
  Deno.test(`interfacesOf lists a NIC whose options are ${what} without them, and says so`, () => {
    const { nics, problems } = interfacesOf(vmOf({ [`${KEY}a`]: text }));
    strictEqual(nics.length, 2);
    strictEqual(nics[0]?.options, undefined);
    deepStrictEqual(problems.map(({ reason, nic }) => [reason, nic]), [["InvalidOptions", "a"]]);
  });
}

Deno.test("interfacesOf takes an empty annotation and an empty object as nothing said", () => {
  const { nics, problems } = interfacesOf(vmOf({ [`${KEY}a`]: " ", [`${KEY}b`]: "{}" }));
  deepStrictEqual(nics.map(({ options }) => options), [undefined, undefined]);
  deepStrictEqual(problems, []);
});

const OPT_OUT = "network.harvesterhci.io/managed-dhcp";

Deno.test("interfacesOf names options for a NIC that is not there, or that is opted out, and not for one on the pod network", () => {
  const options = (nic: string) => ({ [KEY + nic]: "{}" });
  const told = (vm: VirtualMachine, namespaceLabel = "") =>
    interfacesOf(vm, { namespaceLabel }).problems.map(({ reason, nic }) => `${reason} ${nic}`);
  deepStrictEqual(told(vmOf({ ...options("x"), ...options("mgmt") })), ["UnknownNic x"]);
  deepStrictEqual(told(vmOf({ ...options("a"), ...options("b"), [OPT_OUT]: "b" })), [
    "NicOptedOut b",
  ]);
  deepStrictEqual(told(vmOf({ ...options("a"), [OPT_OUT]: "false" })), ["NicOptedOut a"]);
  deepStrictEqual(told(vmOf(options("a")), "false"), ["NicOptedOut a"]);
  deepStrictEqual(told(vmOf({ [OPT_OUT]: "false" })), []);
});
