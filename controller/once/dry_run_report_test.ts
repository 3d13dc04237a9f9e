import assert from "node:assert/strict";
import { ADDRESSES_ANNOTATION } from "../../core/api/names.ts";
import { IPPOOLS, VMNETCFGS } from "../../kube/objects/resources.ts";
import { dryRunReport } from "./dry_run_report.ts";

const [FIRST, SECOND, THIRD] = ["52:54:00:11:22:01", "52:54:00:11:22:02", "52:54:00:11:22:03"];

function pool(allocated: Readonly<Record<string, string>>) {
  return {
    apiVersion: IPPOOLS.apiVersion,
    kind: IPPOOLS.kind,
    metadata: { namespace: "default", name: "a" },
    status: { ipv4: { allocated } },
  };
}

Deno.test("dryRunReport says which machine would get, keep, change and give back its address", () => {
  const name = "ippools default/a";
  const before = pool({ "10.0.0.1": FIRST, "10.0.0.2": SECOND, "10.0.0.9": "RESERVED" });
  const after = pool({ "10.0.0.3": SECOND, "10.0.0.4": THIRD, "10.0.0.9": "EXCLUDED" });
  const report = dryRunReport([{ name, before, after }]);
  assert.deepEqual(report.slice(report.indexOf("Objects:")).split("\n"), [
    "Objects: 0 would be created, 1 changed, 0 deleted",
    "Allocations: 3 would change",
    `  ${name}: ${FIRST} would give 10.0.0.1 back`,
    `  ${name}: ${SECOND} would move from 10.0.0.2 to 10.0.0.3`,
    `  ${name}: ${THIRD} would get 10.0.0.4`,
    "0 addresses would change",
    "",
  ]);
});

Deno.test("dryRunReport counts what would be made and deleted, and says that no machine is touched", () => {
  const [made, gone] = [pool({}), { ...pool({}), spec: { paused: true } }];
  const changes = [
    { name: "ippools default/a", before: undefined, after: made },
    { name: "ippools default/b", before: gone, after: undefined },
    { name: "ippools default/c", before: made, after: made },
  ];
  assert.match(
    dryRunReport(changes),
    /\nObjects: 1 would be created, 0 changed, 1 deleted\nAllocations: none would change\n0 addresses would change\n$/,
  );
});

const CONFIG = {
  apiVersion: VMNETCFGS.apiVersion,
  kind: VMNETCFGS.kind,
  metadata: {
    namespace: "default",
    name: "web",
    annotations: {
      [ADDRESSES_ANNOTATION]: JSON.stringify({
        "nic-1": { network: "default/a", macAddress: FIRST, address: "10.0.0.1" },
      }),
    },
  },
  spec: { vmName: "web", networkConfig: [{ networkName: "default/a", macAddress: FIRST }] },
};

Deno.test("S4: dryRunReport says by name whose address would change: what an object notes counts where it shows none", () => {
  const name = "virtualmachinenetworkconfigs default/web";
  const showing = (allocatedIPAddress: string) => ({
    ...CONFIG,
    status: {
      networkConfig: [{
        networkName: "default/a",
        macAddress: FIRST,
        allocatedIPAddress,
        state: "Allocated" as const,
      }],
    },
  });
  const end = (before: typeof CONFIG, after: typeof CONFIG | undefined) =>
    dryRunReport([{ name, before, after }]).split("Allocations: none would change\n")[1];
  assert.equal(end(CONFIG, showing("10.0.0.1")), "0 addresses would change\n");
  assert.equal(
    end(CONFIG, showing("10.0.0.2")),
    `1 address would change\n  ${name}: default/a ${FIRST} has 10.0.0.1, would have 10.0.0.2\n`,
  );
  assert.equal(
    end(showing("10.0.0.3"), undefined),
    `1 address would change\n  ${name}: default/a ${FIRST} would lose 10.0.0.3\n`,
  );
});

Deno.test("S4: dryRunReport tells of each NIC whose address another one has, unless it is the same NIC with another MAC address", () => {
  const name = "virtualmachinenetworkconfigs default/web";
  const showing = (...nics: readonly (readonly [network: string, mac: string, at: string])[]) => ({
    ...CONFIG,
    status: {
      networkConfig: nics.map(([networkName, macAddress, allocatedIPAddress]) => ({
        networkName,
        macAddress,
        allocatedIPAddress,
        state: "Allocated" as const,
      })),
    },
  });
  const end = (before: typeof CONFIG, after: typeof CONFIG) =>
    dryRunReport([{ name, before, after }]).split("Allocations: none would change\n")[1];
  const [A, B] = ["default/a", "default/b"];
  const two = showing([A, FIRST, "10.0.0.1"], [A, SECOND, "10.0.0.2"]);
  assert.equal(
    end(two, showing([A, FIRST, "10.0.0.2"], [A, SECOND, "10.0.0.1"])),
    "2 addresses would change\n" +
      `  ${name}: default/a ${FIRST} has 10.0.0.1, would have 10.0.0.2\n` +
      `  ${name}: default/a ${SECOND} has 10.0.0.2, would have 10.0.0.1\n`,
  );
  assert.equal(
    end(showing([A, FIRST, "10.0.0.1"], [B, SECOND, "10.0.0.1"]), showing([B, SECOND, "10.0.0.1"])),
    `1 address would change\n  ${name}: default/a ${FIRST} would lose 10.0.0.1\n`,
  );
  assert.equal(
    end(two, showing([A, FIRST, "10.0.0.1"], [A, THIRD, "10.0.0.2"])),
    "0 addresses would change\n",
  );
});

Deno.test("S4: dryRunReport counts nothing that is noted of a NIC which is opted out, and so has no address", () => {
  const name = "virtualmachinenetworkconfigs default/web";
  const [nic] = Object.values(JSON.parse(CONFIG.metadata.annotations[ADDRESSES_ANNOTATION] ?? ""));
  const noted = { "nic-1": nic, "nic-2": { ...Object(nic), macAddress: SECOND } };
  const annotations = { [ADDRESSES_ANNOTATION]: JSON.stringify(noted) };
  const before = { ...CONFIG, metadata: { ...CONFIG.metadata, annotations } };
  const networkConfig = [{
    networkName: "default/a",
    macAddress: FIRST,
    allocatedIPAddress: "10.0.0.1",
    state: "Allocated" as const,
  }];
  const after = { ...before, status: { networkConfig } };
  assert.match(dryRunReport([{ name, before, after }]), /\n0 addresses would change\n$/);
});
