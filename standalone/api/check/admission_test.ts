import { deepStrictEqual as deepEqual, throws } from "node:assert/strict";
import type { JsonObject } from "../json.ts";
import { OWN_KINDS } from "../kinds/custom_kinds.ts";
import { type Admission, conform, validate } from "./admission.ts";

const [kind] = OWN_KINDS;
if (kind === undefined) throw new Error("Expected IPPool");
const ADMISSION: Admission = { kind, options: { dryRun: false, fieldValidation: "Warn" } };

function pool(ipv4Config: JsonObject, more: JsonObject = {}): JsonObject {
  return {
    apiVersion: "network.harvesterhci.io/v1alpha1",
    kind: "IPPool",
    metadata: { name: "a", namespace: "default", ...more.metadata as JsonObject },
    spec: { networkName: "default/a", ipv4Config: { cidr: "10.0.0.0/8", ...ipv4Config } },
    ...(more.status === undefined ? {} : { status: more.status }),
  };
}

/** What an object has that a stricter rule would refuse now, and what else of it changes. */
const KEPT: Readonly<Record<string, readonly [before: JsonObject, after: JsonObject]>> = {
  "a list that is too long": [
    pool({ dns: ["1.1.1.1", "1.1.1.2", "1.1.1.3", "1.1.1.4"] }),
    pool({ dns: ["1.1.1.1", "1.1.1.2", "1.1.1.3", "1.1.1.4"], leaseTime: 60 }),
  ],
  "an item of a wrong type": [pool({ dns: [5] }), pool({ dns: [5], leaseTime: 60 })],
  "a bad format": [pool({ router: "x" }), pool({ router: "x", leaseTime: 60 })],
  "a field that is missing": [
    pool({}, { status: { ipv4: { used: 1 } } }),
    pool({ leaseTime: 60 }, { status: { ipv4: { used: 1 } } }),
  ],
};

for (const [what, [before, after]] of Object.entries(KEPT)) {
  Deno.test(`${what} is refused in a new object, and stays where an update leaves it`, () => {
    throws(() => validate(before, ADMISSION), /is invalid/);
    deepEqual(validate(after, { ...ADMISSION, live: before }), []);
  });
}

Deno.test("an item of a list is judged again when the list changes", () => {
  const before = pool({ dns: [5, "1.1.1.1"] });
  throws(() => validate(pool({ dns: [5, "1.1.1.2"] }), { ...ADMISSION, live: before }), /dns\[0\]/);
});

Deno.test("a field that is missing is judged again when what lacks it changes", () => {
  const before = pool({}, { status: { ipv4: { used: 1 } } });
  const after = pool({}, { status: { ipv4: { used: 2 } } });
  throws(
    () => validate(after, { ...ADMISSION, live: before }),
    /status\.ipv4\.available: Required value/,
  );
});

Deno.test("finalizers that do not say whose they are are warned of, once, when they are new", () => {
  const more = { metadata: { finalizers: ["plain", "with.dots", "example.com/good", "orphan"] } };
  const prefer = "prefer a domain-qualified finalizer name";
  const avoid = "to avoid accidental conflicts with other finalizer writers";
  deepEqual(validate(pool({}, more), ADMISSION), [
    `metadata.finalizers: "plain": ${prefer} ${avoid}`,
    `metadata.finalizers: "with.dots": ${prefer} including a path (/) ${avoid}`,
  ]);
  deepEqual(validate(pool({}, more), { ...ADMISSION, live: pool({}, more) }), []);
});

Deno.test("unknown fields are dropped in whatever depth and warned of in order, unless nobody wants to know", () => {
  const given = () => ({
    ...pool({ zzz: 1, pool: { start: null, colour: "red" } }, { metadata: { aaa: 1 } }),
    extra: {},
  });
  const object = given();
  deepEqual(conform(object, ADMISSION), [
    'unknown field "extra"',
    'unknown field "metadata.aaa"',
    'unknown field "spec.ipv4Config.pool.colour"',
    'unknown field "spec.ipv4Config.zzz"',
  ]);
  deepEqual(object, pool({ pool: {} }) as typeof object);
  const quiet: Admission = { kind, options: { dryRun: false, fieldValidation: "Ignore" } };
  deepEqual(conform(given(), quiet), []);
});
