import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { DEFAULT_SETTINGS, readSettings } from "./settings.ts";

const RUNNING = {
  image: "registry.example/vm-dhcp:running",
  tenancy: "isolated",
  leaderElection: { namespace: "locks" },
} as const;

Deno.test("I9: readSettings keeps the image and the tenancy that run, unless file or flags name others", () => {
  const of = (content: unknown, given: Parameters<typeof readSettings>[1] = {}) => {
    const { image, tenancy } = readSettings(content, { ...given, running: RUNNING });
    return [image, tenancy];
  };
  deepStrictEqual(of({}), [RUNNING.image, "isolated"]);
  strictEqual(readSettings({}, { running: RUNNING }).lockNamespace, "locks");
  deepStrictEqual(of({ image: "file:1" }), ["file:1", "isolated"]);
  deepStrictEqual(of({ image: "file:1", tenancy: "shared" }), ["file:1", "shared"]);
  deepStrictEqual(of({ image: "file:1" }, { image: "flag:1" }), ["flag:1", "isolated"]);
  deepStrictEqual(of({}, { image: DEFAULT_SETTINGS.image }), [DEFAULT_SETTINGS.image, "isolated"]);
});

Deno.test("readSettings takes the namespace from a flag, else from the file, else the usual one", () => {
  strictEqual(readSettings({ namespace: "file" }, {}).namespace, "file");
  strictEqual(
    readSettings({ namespace: "file" }, { namespace: "flag" }).namespace,
    "flag",
  );
  strictEqual(readSettings({}, {}).namespace, DEFAULT_SETTINGS.namespace);
});

Deno.test("E7: readSettings names what it cannot use, also at the top of the file", () => {
  throws(
    () => readSettings({ nothing: 1, controller: { replicas: "many" } }, {}),
    /^Error: Cannot use the settings: (?!: ).*controller\.replicas: .*; Unrecognized key: "nothing"/,
  );
});
