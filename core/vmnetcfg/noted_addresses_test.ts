import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { ADDRESSES_ANNOTATION } from "../api/names.ts";
import type { NetworkConfigStatus, VirtualMachineNetworkConfig } from "../api/types.ts";
import { claimsOf } from "./claims.ts";
import { notedNics, notedText } from "./noted_addresses.ts";

const NET = "default/net-48";
const MAC = "52:54:00:00:00:01";

function config(
  annotation?: string,
  nic?: Partial<NetworkConfigStatus>,
  spec: Readonly<Record<string, string>> = {},
): VirtualMachineNetworkConfig {
  return {
    apiVersion: "network.harvesterhci.io/v1alpha1",
    kind: "VirtualMachineNetworkConfig",
    metadata: {
      namespace: "default",
      name: "web",
      uid: "me",
      finalizers: ["wrangler.cattle.io/vm-dhcp-vmnetcfg-controller"],
      ...(annotation === undefined ? {} : { annotations: { [ADDRESSES_ANNOTATION]: annotation } }),
    },
    spec: { vmName: "web", networkConfig: [{ networkName: "net-48", macAddress: MAC, ...spec }] },
    ...(nic === undefined ? {} : {
      status: {
        networkConfig: [{ networkName: "net-48", macAddress: MAC, state: "Allocated", ...nic }],
      },
    }),
  };
}

const NIC = { name: "nic-1", network: NET, macAddress: MAC };
const NAMED = { nics: [NIC] };
const note = (parts: object, name = "nic-1") =>
  JSON.stringify({ [name]: { network: NET, macAddress: MAC, ...parts } });

Deno.test("S4: notedText notes what the status shows, by the NIC's name", () => {
  strictEqual(
    notedText(config(undefined, { allocatedIPAddress: "10.0.0.1" }), NAMED),
    note({ address: "10.0.0.1" }),
  );
});

Deno.test("S4: notedText names a NIC of a reservation by its network and MAC address", () => {
  strictEqual(
    notedText(config(undefined, { allocatedIPAddress: "10.0.0.1" }), { nics: [] }),
    note({ address: "10.0.0.1" }, `${NET} ${MAC}`),
  );
});

Deno.test("S4: notedText keeps what is noted while a NIC has no address, and notes nothing where nothing is known", () => {
  const text = note({ address: "10.0.0.1" });
  strictEqual(notedText(config(text), NAMED), text);
  strictEqual(notedText(config(text, { state: "Pending", reason: "NoPool" }), NAMED), text);
  strictEqual(
    notedText(config(undefined, { state: "Pending", reason: "NoPool" }), NAMED),
    undefined,
  );
  strictEqual(notedText(config("{}"), NAMED), undefined);
});

Deno.test("notedText keeps what a NIC had that is opted out, so that it gets it again, and of no NIC that is gone", () => {
  const noted = config(note({ address: "10.0.0.1" }));
  const out = { ...noted, spec: { vmName: "web", networkConfig: [] } };
  const optedOut = [{ ...NIC, by: "vm" } as const];
  strictEqual(notedText(out, { nics: [], optedOut }), note({ address: "10.0.0.1" }));
  const other = {
    name: "nic-1",
    network: NET,
    by: "nic",
    macAddress: "52:54:00:00:00:02",
  } as const;
  strictEqual(
    notedText(out, { nics: [], optedOut: [other] }),
    note({ macAddress: other.macAddress, address: "10.0.0.1", formerMac: MAC }),
  );
  strictEqual(
    notedText(out, { nics: [], optedOut: [{ ...NIC, name: "nic-2", by: "nic" }] }),
    undefined,
  );
  strictEqual(notedText(out, { nics: [] }), undefined);
  strictEqual(
    notedText(out, undefined),
    note({ address: "10.0.0.1" }),
    "nothing is known of its VM",
  );
  const allocated = config(note({ address: "10.0.0.1" }), { allocatedIPAddress: "10.0.0.2" });
  strictEqual(notedText(allocated, undefined), note({ address: "10.0.0.2" }));
});

Deno.test("S1: notedText keeps what a NIC had that came in again and is not asked for yet, and notes no NIC twice", () => {
  const text = note({ address: "10.0.0.1" });
  const noted = config(text);
  const out = { ...noted, spec: { vmName: "web", networkConfig: [] } };
  strictEqual(notedText(out, NAMED), text);
  strictEqual(notedText(out, { nics: [{ ...NIC, network: "default/other" }] }), undefined);
  // It is asked for with the MAC address that it had.
  const moved = { nics: [{ ...NIC, macAddress: "52:54:00:00:00:02" }] };
  strictEqual(notedText(noted, moved), text);
});

Deno.test("S4: notedText notes that a NIC waits for another's address, and whose object it was that did", () => {
  const waiting = { state: "Pending", reason: "AddressTaken" } as const;
  strictEqual(notedText(config(undefined, waiting), NAMED), note({ waiting: "me" }));
  const earlier = note({ address: "10.0.0.1", waiting: "an earlier life" });
  strictEqual(notedText(config(earlier, waiting), NAMED), earlier);
  const allocated = { allocatedIPAddress: "10.0.0.2" };
  strictEqual(notedText(config(earlier, allocated), NAMED), note({ address: "10.0.0.2" }));
});

Deno.test("S5: notedText keeps which MAC address a NIC had its address with, as long as it has no other one", () => {
  const formerMac = "52:54:00:00:00:07";
  const text = note({ address: "10.0.0.1", formerMac });
  strictEqual(notedText(config(text), NAMED), text);
  strictEqual(notedText(config(text, { allocatedIPAddress: "10.0.0.1" }), NAMED), text);
  strictEqual(
    notedText(config(text, { allocatedIPAddress: "10.0.0.2" }), NAMED),
    note({ address: "10.0.0.2" }),
  );
  const [claim] = claimsOf({ config: config(text) }, NET);
  deepStrictEqual([claim?.noted, claim?.notedMac], ["10.0.0.1", formerMac]);
  const withShown = (allocatedIPAddress: string) =>
    claimsOf({ config: config(text, { allocatedIPAddress }) }, NET)[0];
  const shown = withShown("10.0.0.1");
  deepStrictEqual([shown?.noted, shown?.notedMac], [undefined, formerMac]);
  strictEqual(withShown("10.0.0.2")?.notedMac, undefined);
  strictEqual(
    notedText(config(note({ address: "10.0.0.1", formerMac: "?" })), NAMED),
    note({ address: "10.0.0.1" }),
  );
});

Deno.test("S4: what is noted counts only where the status shows no address, and gives no right", () => {
  const text = note({ address: "10.0.0.1", waiting: "an earlier life" });
  const [fresh] = claimsOf({ config: config(text) }, NET);
  deepStrictEqual([fresh?.noted, fresh?.waited, fresh?.previous, fresh?.holds], [
    "10.0.0.1",
    true,
    undefined,
    undefined,
  ]);
  const [shown] = claimsOf({ config: config(text, { allocatedIPAddress: "10.0.0.2" }) }, NET);
  deepStrictEqual([shown?.noted, shown?.waited, shown?.previous], [
    undefined,
    undefined,
    "10.0.0.2",
  ]);
});

Deno.test("S4: notedNics of anything never throws, and takes at most 32 NICs of 32,768 characters", () => {
  const texts = fc.oneof(
    fc.string(),
    fc.json(),
    fc.dictionary(
      fc.string(),
      fc.record({
        network: fc.oneof(fc.string(), fc.constant(NET)),
        macAddress: fc.oneof(fc.string(), fc.constant(MAC)),
        address: fc.oneof(fc.string(), fc.constant("10.0.0.1"), fc.integer()),
      }, { requiredKeys: [] }),
    ).map((value) => JSON.stringify(value)),
  );
  fc.assert(fc.property(texts, (text) => {
    for (const nic of notedNics(config(text)).values()) {
      strictEqual(nic.macAddress, MAC);
      strictEqual(nic.address ?? "10.0.0.1", "10.0.0.1");
    }
    notedText(config(text, { allocatedIPAddress: "10.0.0.1" }), NAMED);
  }));
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [
    `nic-${n}`,
    { network: NET, macAddress: `52:54:00:00:00:${n.toString(16).padStart(2, "0")}` },
  ]));
  ok(notedNics(config(JSON.stringify(many))).size <= 32);
  strictEqual(notedNics(config(note({ padding: "x".repeat(40_000) }))).size, 0);
});

Deno.test("S4: notedNics takes no address, network or MAC address that is none", () => {
  for (
    const text of [
      note({ address: "010.0.0.1" }),
      note({ address: 1 }),
      JSON.stringify({ n: { network: "net-48", macAddress: MAC } }),
      JSON.stringify({ n: { network: NET, macAddress: "ff:ff:ff:ff:ff:ff" } }),
      JSON.stringify([{ network: NET, macAddress: MAC }]),
      "null",
    ]
  ) strictEqual(notedNics(config(text)).size, 0, text);
});

Deno.test("S4: notedText writes nothing that is too long to be read, as with a NIC whose name has no end", () => {
  const shown = config(undefined, { allocatedIPAddress: "10.0.0.1" });
  const named = (length: number) => ({ nics: [{ ...NIC, name: "n".repeat(length) }] });
  strictEqual(notedNics(config(notedText(shown, named(32_000)))).size, 1);
  strictEqual(notedText(shown, named(33_000)), undefined);
});
