import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { EXAMPLE_VMNETCFG } from "../fixtures/documents.ts";
import { parseIPPool } from "../ippool.ts";
import { ipPoolSchema } from "../ippool_schema.ts";
import { vmNetCfgSchema } from "../vmnetcfg_schema.ts";
import { parseVirtualMachineNetworkConfig } from "../vmnetcfg.ts";
import { boundedIssues, MOST_ERRORS } from "./bounded_issues.ts";

function pool(ipv4Config: object, metadata: object = {}): unknown {
  return {
    apiVersion: "network.harvesterhci.io/v1alpha1",
    kind: "IPPool",
    metadata: { name: "net-48", ...metadata },
    spec: { networkName: "default/net-48", ipv4Config: { cidr: "192.168.48.0/24", ...ipv4Config } },
  };
}

const nics = (count: number, nic: object) => ({
  ...EXAMPLE_VMNETCFG,
  spec: { vmName: "test-vm", networkConfig: Array.from({ length: count }, () => nic) },
});

Deno.test("T13: of a list over its limit only that is said, whatever its items are", () => {
  for (const nic of [{}, { networkName: "net", macAddress: "x" }]) {
    const checked = parseVirtualMachineNetworkConfig(nics(20_000, nic));
    deepStrictEqual(!checked.ok && checked.errors.map(({ path, message }) => [path, message]), [
      [["spec", "networkConfig"], "must have at most 32 items"],
    ]);
  }
});

const FLOODS: Readonly<Record<string, unknown>> = {
  "numbers in exclude": pool({ pool: { exclude: Array(300_000).fill(1) } }),
  "bad addresses in exclude": pool({ pool: { exclude: Array(300_000).fill("x") } }),
  "bad addresses in exclude, and bad ones elsewhere": pool({
    pool: { exclude: Array(300_000).fill("x") },
    router: "x",
    dns: ["x"],
  }),
  "bad domains": pool({ domainSearch: Array(300_000).fill("x y") }),
  "empty owners": pool({}, { ownerReferences: Array(300_000).fill({}) }),
  "labels that are no texts": pool({}, {
    labels: Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [`a${at}`, 1])),
  }),
};

for (const [what, object] of Object.entries(FLOODS)) {
  Deno.test(`T13: of ${what} a hundred are told`, () => {
    const checked = parseIPPool(object);
    ok(!checked.ok && checked.errors.length <= MOST_ERRORS);
  });
}

/** More values than are left to zod as a whole. */
const MANY = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`a${at}`, "x"]));

Deno.test("boundedIssues finds in large objects what zod finds in small ones", () => {
  const leaf = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.constant(null),
    fc.constant({}),
    fc.boolean(),
  );
  const list = fc.oneof(leaf, fc.array(leaf, { maxLength: 4 }));
  const object = fc.record({
    apiVersion: leaf,
    kind: fc.oneof(leaf, fc.constant("IPPool")),
    metadata: fc.oneof(leaf, fc.record({ labels: leaf, finalizers: list, ownerReferences: list })),
    spec: fc.oneof(
      leaf,
      fc.record({
        networkName: leaf,
        ipv4Config: fc.record({ cidr: leaf, dns: list, pool: leaf }),
      }),
    ),
    status: fc.oneof(leaf, fc.record({ ipv4: fc.record({ used: leaf, allocated: leaf }) })),
    networkConfig: list,
  }, { requiredKeys: [] });
  fc.assert(fc.property(object, fc.constantFrom(ipPoolSchema, vmNetCfgSchema), (small, schema) => {
    const texts = (value: unknown) =>
      boundedIssues(schema, value).map(({ code, path, message }) =>
        JSON.stringify([code, path, message])
      ).sort();
    deepStrictEqual(texts({ ...small, unknown: MANY }), texts(small));
  }));
});

Deno.test("boundedIssues reads an object of whatever size that has no fault", () => {
  const exclude = Array.from({ length: 50_000 }, () => "192.168.48.9");
  strictEqual(boundedIssues(ipPoolSchema, pool({ pool: { exclude } })).length, 0);
});
