import assert from "node:assert/strict";
import { formatMac } from "../net/mod.ts";
import { wantedNics } from "./nics.ts";
import { configOf, type ConfigParts, has, MAC_1, MAC_2, NET_48, nic } from "./testing/fixture.ts";
import { changeNotes } from "./vm_notes.ts";
import { type NicResult, type StatusPlan, vmnetcfgStatus } from "./vmnetcfg_status.ts";

const NOW = "2026-01-01T00:00:00Z";
const GIVEN: NicResult = {
  reason: "Allocated",
  message: "Allocated 192.168.48.84",
  address: "192.168.48.84",
};
const FULL: NicResult = { reason: "PoolExhausted", message: "No address is left" };

function plan(parts: ConfigParts, ...results: readonly NicResult[]): StatusPlan {
  const config = configOf(parts);
  const known = wantedNics(config).map((nic, index) => ({ nic, result: results[index] ?? FULL }));
  return vmnetcfgStatus(config, { known, now: NOW });
}

function conditions({ object }: StatusPlan): readonly string[] {
  return object.status?.conditions?.map(({ type, status, reason }) =>
    `${type}=${status} ${reason}`
  ) ?? [];
}

const ALLOCATED: Readonly<Record<string, readonly [StatusPlan, string]>> = {
  "every NIC has what it wants": [plan({ nics: [nic(MAC_1)] }, GIVEN), "True Allocated"],
  "one NIC of two has none": [
    plan({ nics: [nic(MAC_1), nic(MAC_2)] }, GIVEN, FULL),
    "False PoolExhausted",
  ],
  "a NIC has an address, but not the one it asks for": [
    plan({ nics: [nic(MAC_1)] }, { ...GIVEN, reason: "AddressTaken" }),
    "False AddressTaken",
  ],
  "the pool became invalid, and the record still holds": [
    plan({ nics: [nic(MAC_1)] }, { ...GIVEN, reason: "PoolInvalid" }),
    "True Allocated",
  ],
  "there is no NIC": [plan({}), "False NoInterfaces"],
};

for (const [when, [answer, wanted]] of Object.entries(ALLOCATED)) {
  Deno.test(`vmnetcfgStatus: Allocated is ${wanted} where ${when}`, () => {
    assert.deepEqual(conditions(answer), [
      `Allocated=${wanted}`,
      "Disabled=False NotPaused",
      "InSynced=True Synced",
      `Ready=${wanted === "True Allocated" ? "True Ready" : wanted}`,
    ]);
  });
}

Deno.test("vmnetcfgStatus shows each NIC as the spec writes it", () => {
  const { object } = plan({ nics: [nic("52-54-00-00-00-01", "net-48"), nic(MAC_2)] }, GIVEN, FULL);
  assert.deepEqual(object.status?.networkConfig, [
    has("52-54-00-00-00-01", "192.168.48.84", "net-48"),
    {
      macAddress: MAC_2,
      networkName: NET_48,
      state: "Pending",
      reason: "PoolExhausted",
      message: "No address is left",
    },
  ]);
});

Deno.test("vmnetcfgStatus says of many NICs what the first lack, and how many there are beside them", () => {
  const nics = Array.from(
    { length: 1_000 },
    (_, index) => nic(formatMac(index + 0x52_54_00_000000)),
  );
  const { object } = plan({ nics });
  const message = `${"No address is left; ".repeat(10)}and 990 more`;
  const { conditions = [] } = object.status ?? {};
  assert.deepEqual(
    conditions.filter(({ status }) => status === "False").map((
      { type, message },
    ) => [type, message]),
    [["Allocated", message], ["Disabled", "The VirtualMachineNetworkConfig is not paused"], [
      "Ready",
      message,
    ]],
  );
});

Deno.test("vmnetcfgStatus remembers the address of a paused object, not of one that lost it", () => {
  const parts = { nics: [nic(MAC_1)], shown: [has(MAC_1, "192.168.48.84")] };
  const shown = (result: NicResult) =>
    plan(parts, result).object.status?.networkConfig?.[0]?.allocatedIPAddress;
  assert.equal(shown({ reason: "Paused", message: "" }), "192.168.48.84");
  assert.equal(shown({ reason: "NoPool", message: "" }), "192.168.48.84");
  assert.equal(shown({ reason: "DuplicateMAC", message: "" }), undefined);
});

Deno.test("vmnetcfgStatus of what is shown already is the very same object", () => {
  const first = plan({ nics: [nic(MAC_1)] }, GIVEN).object;
  const known = wantedNics(first).map((nic) => ({ nic, result: GIVEN }));
  const again = vmnetcfgStatus(first, { known, now: "2026-02-02T00:00:00Z" });
  assert.equal(again.object, first);
  assert.deepEqual(again.changes, []);
});

Deno.test("vmnetcfgStatus leaves conditions of the Go version alone while nothing is to be added to them", () => {
  const written = ["Allocated", "InSynced", "Disabled"].map((type) => ({
    type,
    status: type === "Disabled" ? "False" as const : "True" as const,
    lastUpdateTime: "2024-02-15T13:48:20Z",
  }));
  const config = {
    ...configOf({ nics: [nic(MAC_1)] }),
    status: { networkConfig: [has(MAC_1, "192.168.48.84")], conditions: written },
  };
  const [first] = wantedNics(config);
  assert.ok(first !== undefined);
  const same = vmnetcfgStatus(config, { known: [{ nic: first, result: GIVEN }], now: NOW }).object;
  assert.deepEqual(same.status?.conditions?.slice(0, -1), written);
  assert.deepEqual({ ...same.status, conditions: undefined }, {
    ...config.status,
    addresses: "192.168.48.84",
    conditions: undefined,
  });
  const lost = vmnetcfgStatus(config, { known: [{ nic: first, result: FULL }], now: NOW });
  assert.deepEqual(conditions(lost), [
    "Allocated=False PoolExhausted",
    "InSynced=True undefined",
    "Disabled=False undefined",
    "Ready=False PoolExhausted",
  ]);
});

const NOTES: Readonly<Record<string, readonly [ConfigParts, NicResult, string | undefined]>> = {
  "a first address": [{}, GIVEN, `Normal Allocated ${MAC_1} on ${NET_48} has 192.168.48.84`],
  "another address": [
    { shown: [has(MAC_1, "192.168.48.80")] },
    GIVEN,
    `Normal AddressChanged ${MAC_1} on ${NET_48} has 192.168.48.84 now; it had 192.168.48.80`,
  ],
  "no address": [{}, FULL, "Warning PoolExhausted No address is left"],
  "a pause": [
    { shown: [has(MAC_1, "192.168.48.84")] },
    { reason: "Paused", message: "Paused" },
    "Normal Paused Paused",
  ],
  "the same address": [{ shown: [has(MAC_1, "192.168.48.84")] }, GIVEN, undefined],
};

for (const [what, [parts, result, wanted]] of Object.entries(NOTES)) {
  Deno.test(`changeNotes tells ${what}`, () => {
    const { changes } = plan({ nics: [nic(MAC_1)], ...parts }, result);
    const notes = changeNotes(changes).map(({ type, reason, message }) =>
      `${type} ${reason} ${message}`
    );
    assert.deepEqual(notes, wanted === undefined ? [] : [wanted]);
  });
}
