import assert from "node:assert/strict";
import type { ClientOptions } from "../api/client_options.ts";
import {
  ADDRESSES_ANNOTATION,
  DHCP_OPTIONS_ANNOTATION_PREFIX,
  STATIC_IP_ANNOTATION_PREFIX,
} from "../api/names.ts";
import type { VirtualMachineNetworkConfig } from "../api/types.ts";
import { formatMac } from "../net/mod.ts";
import type { VmNic } from "../ipam/vm/vm_nic.ts";
import { desiredNetworkConfig } from "./desired_config.ts";
import { wantedNics } from "./nics.ts";
import { configOf, MAC_1, MAC_2, NET_48, nic, vmOf } from "./testing/fixture.ts";
import { type NicResult, type StatusPlan, vmnetcfgStatus } from "./vmnetcfg_status.ts";

const ONE: VmNic = { name: "nic-1", network: NET_48, macAddress: MAC_1 };
const COPY = `${DHCP_OPTIONS_ANNOTATION_PREFIX}nic-1`;

interface Case {
  /** What the entry has. */
  readonly has?: ClientOptions;
  /** What was taken over from the VM. */
  readonly copied?: string;
  /** What the VM says. */
  readonly says?: ClientOptions;
  /** What the entry is to have. */
  readonly wanted?: ClientOptions;
}

const ADOPTED: Readonly<Record<string, Case>> = {
  "a person's options where the VM says nothing": { has: { mtu: 1400 }, wanted: { mtu: 1400 } },
  "the VM's options where nobody said anything": { says: { mtu: 1400 }, wanted: { mtu: 1400 } },
  "the VM's word before a person's, field by field": {
    has: { mtu: 1400, wpad: "" },
    says: { mtu: 1300, dns: [] },
    wanted: { wpad: "", mtu: 1300, dns: [] },
  },
  "a person's other fields when the VM withdraws its word": {
    has: { mtu: 1300, wpad: "" },
    copied: '{"mtu":1300}',
    wanted: { wpad: "" },
  },
  "nothing when the VM withdraws all there is": { has: { mtu: 1300 }, copied: '{"mtu":1300}' },
  "the VM's word where a person changed it": {
    has: { mtu: 9000 },
    copied: '{"mtu":1300}',
    says: { mtu: 1300 },
    wanted: { mtu: 1300 },
  },
  "a person's options where the copy cannot be read": {
    has: { mtu: 1400 },
    copied: "{",
    wanted: { mtu: 1400 },
  },
};

for (const [what, { has, copied, says, wanted }] of Object.entries(ADOPTED)) {
  Deno.test(`desiredNetworkConfig gives an entry ${what}, and only once`, () => {
    const existing = configOf({
      nics: [{ ...nic(MAC_1), ...(has && { options: has }) }],
      ...(copied === undefined ? {} : { metadata: { annotations: { [COPY]: copied } } }),
    });
    const nics = [{ ...ONE, ...(says && { options: says }) }];
    const decide = (existing: VirtualMachineNetworkConfig) =>
      desiredNetworkConfig({ vm: vmOf(), nics, isManaged: () => true, existing });
    const first = decide(existing);
    const object = "object" in first ? first.object : existing;
    assert.deepEqual(object.spec.networkConfig?.[0]?.options, wanted);
    assert.equal(object.metadata.annotations?.[COPY], says && JSON.stringify(says));
    assert.deepEqual(decide(object), { action: "keep" });
  });
}

Deno.test("desiredNetworkConfig writes nothing into an object of which nobody says options", () => {
  const existing = configOf({ nics: [nic(MAC_1)] });
  const decided = desiredNetworkConfig({
    vm: vmOf(),
    nics: [ONE],
    isManaged: () => true,
    existing,
  });
  assert.deepEqual(decided, { action: "keep" });
});

Deno.test("desiredNetworkConfig takes the options along when a NIC gets another MAC address", () => {
  const options = { mtu: 1400 };
  const decided = desiredNetworkConfig({
    vm: vmOf(),
    nics: [{ ...ONE, macAddress: MAC_2 }],
    isManaged: () => true,
    existing: configOf({ nics: [{ ...nic(MAC_1), options }] }),
  });
  assert.ok("object" in decided);
  assert.deepEqual(decided.object.spec.networkConfig, [{ ...nic(MAC_2), options }]);
});

/** An object of two NICs, as the controller leaves it, with what the VM said of each. */
function twoNics(copies: readonly ClientOptions[], noted: boolean): VirtualMachineNetworkConfig {
  const macs = [MAC_1, MAC_2];
  const note = macs.map((macAddress, at) =>
    [`nic-${at + 1}`, { network: NET_48, macAddress, address: `192.168.48.8${at}` }] as const
  );
  return configOf({
    nics: macs.map((macAddress, at) => ({
      ...nic(macAddress),
      options: { wpad: `http://own-${at}/`, ...copies[at] },
    })),
    metadata: {
      annotations: {
        ...Object.fromEntries(
          copies.map((
            copy,
            at,
          ) => [`${DHCP_OPTIONS_ANNOTATION_PREFIX}nic-${at + 1}`, JSON.stringify(copy)]),
        ),
        ...(noted ? { [ADDRESSES_ANNOTATION]: JSON.stringify(Object.fromEntries(note)) } : {}),
      },
    },
  });
}

/** The options of each MAC address once nothing is left to be written. */
function settled(
  existing: VirtualMachineNetworkConfig,
  nics: readonly VmNic[],
): Readonly<Record<string, ClientOptions | undefined>> {
  const decide = (existing: VirtualMachineNetworkConfig) =>
    desiredNetworkConfig({ vm: vmOf(), nics, isManaged: () => true, existing });
  const first = decide(existing);
  const object = "object" in first ? first.object : existing;
  assert.deepEqual(decide(object), { action: "keep" });
  return Object.fromEntries(
    (object.spec.networkConfig ?? []).map(({ macAddress, options }) => [macAddress, options]),
  );
}

const MTU = { mtu: 1400 };
const DOMAIN = { domainName: "b.example" };

Deno.test("desiredNetworkConfig takes each NIC's options along when two swap their MAC addresses", () => {
  const nics: readonly VmNic[] = [
    { ...ONE, macAddress: MAC_2, options: MTU },
    { ...ONE, name: "nic-2", macAddress: MAC_1, options: DOMAIN },
  ];
  assert.deepEqual(settled(twoNics([MTU, DOMAIN], true), nics), {
    [MAC_1]: { wpad: "http://own-1/", ...DOMAIN },
    [MAC_2]: { wpad: "http://own-0/", ...MTU },
  });
});

Deno.test("desiredNetworkConfig takes a NIC's options along when it gets the MAC address of one that is gone", () => {
  assert.deepEqual(
    settled(twoNics([MTU, DOMAIN], true), [{ ...ONE, macAddress: MAC_2, options: MTU }]),
    { [MAC_2]: { wpad: "http://own-0/", ...MTU } },
  );
});

for (const noted of [true, false]) {
  Deno.test(
    `desiredNetworkConfig gives up what the VM said of a NIC that is renamed, and not what a person did, ${
      noted ? "by its noted name" : "where no name is noted"
    }`,
    () => {
      const lan: VmNic = { ...ONE, name: "lan" };
      const two: VmNic = { ...ONE, name: "nic-2", macAddress: MAC_2, options: DOMAIN };
      const existing = twoNics([MTU, DOMAIN], noted);
      const other = { wpad: "http://own-1/", ...DOMAIN };
      assert.deepEqual(settled(existing, [lan, two]), {
        [MAC_1]: { wpad: "http://own-0/" },
        [MAC_2]: other,
      });
      assert.deepEqual(settled(existing, [{ ...lan, options: { dns: [] } }, two]), {
        [MAC_1]: { wpad: "http://own-0/", dns: [] },
        [MAC_2]: other,
      });
    },
  );
}

Deno.test("desiredNetworkConfig gives up the address that the VM asked for by the name that a NIC had", () => {
  const existing = configOf({
    nics: [nic(MAC_1, NET_48, "192.168.48.84")],
    metadata: { annotations: { [`${STATIC_IP_ANNOTATION_PREFIX}nic-1`]: "192.168.48.84" } },
  });
  const decided = desiredNetworkConfig({
    vm: vmOf(),
    nics: [{ ...ONE, name: "lan" }],
    isManaged: () => true,
    existing,
  });
  assert.ok("object" in decided);
  assert.deepEqual(decided.object.spec.networkConfig, [nic(MAC_1)]);
});

const GIVEN: NicResult = {
  reason: "Allocated",
  message: "Allocated 192.168.48.84",
  address: "192.168.48.84",
};
const BAD = { reason: "InvalidOptions", message: `Options of NIC ${MAC_1}: mtu: bad: 1` } as const;

function show(
  config: VirtualMachineNetworkConfig,
  result: Partial<NicResult>,
  unreadable: readonly string[] = [],
): StatusPlan {
  const known = wantedNics(config).map((nic) => ({ nic, result: { ...GIVEN, ...result } }));
  return vmnetcfgStatus(config, { known, unreadable, now: "2026-01-01T00:00:00Z" });
}

function applied({ object }: StatusPlan): string | undefined {
  const found = object.status?.conditions?.find(({ type }) => type === "OptionsApplied");
  return found && `${found.status} ${found.reason}: ${found.message}`;
}

Deno.test("vmnetcfgStatus shows what a NIC is told, and the condition only while there is something to say", () => {
  const config = configOf({ nics: [nic(MAC_1)] });
  assert.equal(applied(show(config, {})), undefined);
  const options = { mtu: 1400 };
  const told = show(config, { options });
  assert.deepEqual(told.object.status?.networkConfig?.[0]?.options, options);
  assert.equal(applied(told), "True OptionsApplied: Every NIC is told its own options");
  assert.deepEqual(show(told.object, { options }), {
    object: told.object,
    changes: [],
    problems: [],
  });
  const silent = show(told.object, {});
  assert.equal("options" in (silent.object.status?.networkConfig?.[0] ?? {}), false);
  assert.equal(applied(silent), undefined);
});

Deno.test("vmnetcfgStatus names what a NIC is not told, and tells what is new of it once", () => {
  const config = configOf({ nics: [nic(MAC_1)] });
  const first = show(config, { options: { dns: [] }, optionsProblem: BAD }, ["Annotation x: y"]);
  assert.equal(applied(first), `False InvalidOptions: Annotation x: y; ${BAD.message}`);
  assert.deepEqual(first.problems, [BAD]);
  const second = show(first.object, { optionsProblem: BAD });
  assert.deepEqual(second.problems, []);
  const leftOut = { reason: "OptionsLeftOut", message: "No room" } as const;
  const third = show(second.object, { optionsProblem: leftOut });
  assert.equal(applied(third), "False OptionsLeftOut: No room");
  assert.deepEqual(third.problems, [leftOut]);
});

Deno.test("vmnetcfgStatus names what the first of many NICs are not told, and how many there are beside them", () => {
  const nics = Array.from({ length: 32 }, (_, index) => nic(formatMac(index + 0x52_54_00_000000)));
  const { object } = show(configOf({ nics }), { optionsProblem: BAD }, ["Annotation x: y"]);
  const said = object.status?.conditions?.filter(({ status }) => status === "False")
    .map(({ type, message }) => [type, message]);
  const message = `Annotation x: y; ${`${BAD.message}; `.repeat(9)}and 23 more`;
  assert.deepEqual(said?.filter(([type]) => type !== "Disabled"), [
    ["OptionsApplied", message],
    ["Ready", message],
  ]);
});
