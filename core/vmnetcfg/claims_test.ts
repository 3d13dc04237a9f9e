import assert from "node:assert/strict";
import { readMac } from "../net/mac.ts";
import type { NetworkConfigStatus } from "../api/types.ts";
import { asksSame, claimsOf, recordedClaims } from "./claims.ts";
import type { ConfigParts } from "./testing/fixture.ts";
import { configOf, has, MAC_1, MAC_2, NET_48, NET_50, nic, vmOf } from "./testing/fixture.ts";

/** What an object claims of the pool of net-48, in short: MAC address, state, wanted and former address. */
function claimed(parts: ConfigParts, network: string = NET_48): readonly string[] {
  return claimsOf({ config: configOf(parts) }, network)
    .map(({ macAddress, state, requested, previous }) =>
      [macAddress, state, requested ?? "-", previous ?? "-"].join(" ")
    );
}

const GOING = { deletionTimestamp: "2026-01-01T00:00:00Z" };
const CASES: Readonly<Record<string, readonly [ConfigParts, readonly string[]]>> = {
  "wants an address for each NIC on the network": [
    { nics: [nic(MAC_1), nic(MAC_2, NET_50)] },
    [`${MAC_1} wanted - -`],
  ],
  "asks for a named address, and tells the former one": [
    { nics: [nic(MAC_1, NET_48, "192.168.48.85")], shown: [has(MAC_1, "192.168.48.84")] },
    [`${MAC_1} wanted 192.168.48.85 192.168.48.84`],
  ],
  "claims twice what is written twice only once": [
    { nics: [nic(MAC_1), nic(MAC_1.toUpperCase())] },
    [`${MAC_1} wanted - -`],
  ],
  "gives back a NIC that only the status has": [
    { nics: [nic(MAC_2)], shown: [has(MAC_1, "192.168.48.84")] },
    [`${MAC_2} wanted - -`, `${MAC_1} releasing - 192.168.48.84`],
  ],
  "gives back a NIC that moved to another network": [
    { nics: [nic(MAC_1, NET_50)], shown: [has(MAC_1, "192.168.48.84")] },
    [`${MAC_1} releasing - 192.168.48.84`],
  ],
  "gives all back while it is paused": [{ nics: [nic(MAC_1)], paused: true }, [
    `${MAC_1} releasing - -`,
  ]],
  "gives all back when it is deleted": [{ nics: [nic(MAC_1)], metadata: GOING }, [
    `${MAC_1} releasing - -`,
  ]],
  "claims nothing without its finalizer": [
    { nics: [nic(MAC_1)], metadata: { finalizers: [] } },
    [],
  ],
  "leaves names of networks that cannot be read alone": [{ nics: [nic(MAC_1, "a/b/c")] }, []],
};

for (const [what, [parts, wanted]] of Object.entries(CASES)) {
  Deno.test(`claimsOf: an object ${what}`, () => assert.deepEqual(claimed(parts), wanted));
}

Deno.test("claimsOf keeps what a NIC has that was taken out of the object, but not where the object gives all back", () => {
  const states = (parts: ConfigParts) =>
    claimsOf({
      config: configOf({ ...parts, shown: [has(MAC_1, "192.168.48.84")] }),
      isLeftOut: ({ macAddress }) => macAddress === MAC_1,
    }, NET_48).map(({ macAddress, state }) => `${macAddress} ${state}`);
  assert.deepEqual(states({ nics: [nic(MAC_2)] }), [`${MAC_2} wanted`, `${MAC_1} wanted`]);
  assert.deepEqual(states({ paused: true }), [`${MAC_1} releasing`]);
  assert.deepEqual(states({ metadata: GOING }), [`${MAC_1} releasing`]);
});

Deno.test("claimsOf reads a name without a namespace as one of the object's own", () => {
  assert.deepEqual(claimed({ nics: [nic(MAC_1, "net-48")] }), [`${MAC_1} wanted - -`]);
});

Deno.test("claimsOf reads an object without a spec as one that claims nothing", () => {
  const { spec: _, ...bare } = configOf();
  assert.deepEqual(claimsOf({ config: bare as ReturnType<typeof configOf> }, NET_48), []);
});

Deno.test("asksSame tells claims apart by what they ask", () => {
  const [claim] = claimsOf({ config: configOf({ nics: [nic(MAC_1)] }) }, NET_48);
  assert.ok(claim !== undefined);
  assert.equal(asksSame(claim, { ...claim, previous: "192.168.48.84" }), true);
  assert.equal(asksSame(claim, { ...claim, requested: "192.168.48.84" }), false);
  assert.equal(asksSame(claim, { ...claim, state: "releasing" }), false);
});

Deno.test("recordedClaims claims what is recorded for the VM's NICs on the network, and nothing new", () => {
  const nics = [
    { name: "a", network: NET_48, macAddress: "52-54-00-00-00-01" },
    { name: "b", network: NET_48, macAddress: MAC_2 },
    { name: "c", network: NET_50, macAddress: MAC_1 },
    { name: "d", network: NET_48 },
  ];
  const vm = vmOf({ creationTimestamp: "2026-01-01T00:00:00Z" });
  // -1 stands for a mark.
  const recorded = new Set([-1, readMac(MAC_1)]);
  const owner = { namespace: "default", name: "web", uid: "vm-uid" };
  assert.deepEqual(recordedClaims(vm, { nics, running: true, network: NET_48, recorded }), [{
    id: `vm-uid/${MAC_1}`,
    owner,
    vm: { ...owner, running: true },
    vmName: "web",
    macAddress: MAC_1,
    createdAt: Date.UTC(2026, 0, 1),
    state: "wanted",
  }]);
});

Deno.test("S4: claimsOf tells a NIC whose pool took its address from it from one that gave it back", () => {
  const before = { allocatedIPAddress: "192.168.48.84", macAddress: MAC_1, networkName: NET_48 };
  const interruptedBy = (reason: string, parts = before) => {
    const shown = [{ ...parts, state: "Pending" as const, reason }];
    const [claim] = claimsOf({ config: configOf({ nics: [nic(MAC_1)], shown }) }, NET_48);
    return claim?.interrupted;
  };
  assert.equal(interruptedBy("NoPool"), true);
  assert.equal(interruptedBy("Paused"), undefined);
  assert.equal(interruptedBy("Released"), undefined);
  assert.equal(interruptedBy("PoolExhausted"), undefined);
  assert.equal(interruptedBy("NoPool", { ...before, allocatedIPAddress: "" }), undefined);
});

Deno.test("S4: claimsOf tells so without a reason, which the Go version's CustomResourceDefinitions do not keep", () => {
  const address = "192.168.48.84";
  const before = { allocatedIPAddress: address, macAddress: MAC_1, networkName: NET_48 };
  const interrupted = (disabled: "True" | "False", parts: Partial<NetworkConfigStatus> = {}) => {
    const shown = [{ ...before, state: "Pending" as const, ...parts }];
    const config = configOf({ nics: [nic(MAC_1)], shown });
    const conditions = [{ type: "Disabled", status: disabled }];
    const [claim] = claimsOf(
      { config: { ...config, status: { ...config.status, conditions } } },
      NET_48,
    );
    return claim?.interrupted;
  };
  assert.equal(interrupted("False"), true);
  assert.equal(interrupted("True"), undefined);
  assert.equal(interrupted("False", { state: "Allocated" }), undefined);
  assert.equal(interrupted("False", { allocatedIPAddress: "" }), undefined);
});
