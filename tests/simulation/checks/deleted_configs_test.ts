import { deepStrictEqual } from "node:assert/strict";
import { judged, MOVED, NETWORK, nic, SECONDS, type Timed, VM, vm } from "./vm_scene.ts";

Deno.test("a VM whose object was deleted may have another address where other CustomResourceDefinitions drop what rests", async () => {
  const said = await judged(
    ...MOVED,
    [160, { do: "old CRDs", forMs: 90 * SECONDS }],
    [161, { do: "kill", whom: 0 }],
    [161.1, { do: "kill", whom: 0 }],
    [200, { do: "edit pool", pool: 0, edit: { dns: "1.1.1.9" } }],
    [210, { do: "delete config", vm: VM }],
  );
  deepStrictEqual(said, []);
});

Deno.test("a VM whose object was deleted while its pool was made again, and paused, may have another address", async () => {
  const said = await judged(
    ...MOVED,
    [200, { do: "edit pool", pool: 0, edit: { paused: true } }],
    [210, { do: "restore pool", pool: 0 }],
    [220, { do: "delete config", vm: VM }],
    [240, { do: "edit pool", pool: 0, edit: { paused: false } }],
  );
  deepStrictEqual(said, []);
});

Deno.test("a VM whose object was deleted before its pool was made again, without its record, may have another address", async () => {
  const said = await judged(
    ...MOVED,
    [200, { do: "delete pool", pool: 0, isJudged: false }],
    [220, { do: "delete config", vm: VM }],
    [240, { do: "create pool", pool: 0 }],
  );
  deepStrictEqual(said, []);
});

Deno.test("a VM whose object was paused for longer than its address rests, and is deleted, may have another address", async () => {
  const said = await judged(
    ...MOVED,
    [195, { do: "edit pool", pool: 0, edit: { dns: "1.1.1.9" } }],
    [200, { do: "pause config", vm: VM, paused: true }],
    [460, { do: "delete config", vm: VM }],
  );
  deepStrictEqual(said, []);
});

Deno.test("a VM whose object is paused, and deleted after other CustomResourceDefinitions dropped what rests, may have another address", async () => {
  const said = await judged(
    ...MOVED,
    [165, { do: "pause config", vm: VM, paused: true }],
    [170, { do: "old CRDs", forMs: 90 * SECONDS }],
    [171, { do: "kill", whom: 0 }],
    [171.1, { do: "kill", whom: 0 }],
    [195, vm("default/vm-2", 2)],
    [210, { do: "delete config", vm: VM }],
  );
  deepStrictEqual(said, []);
});

Deno.test("a VM whose object was deleted while it did not run may have another address where its MAC address is made up anew", async () => {
  const name = "default/vm-4";
  const said = await judged(
    [10, { do: "create vm", vm: name, nics: [{ network: NETWORK }] }],
    [60, { do: "run vm", vm: name, running: false }],
    [62, { do: "delete config", vm: name }],
    [130, { do: "run vm", vm: name, running: true }],
  );
  deepStrictEqual(said, []);
});

Deno.test("a NIC may have another address where its object is deleted before a controller sees that its MAC address was edited, however long that takes", async () => {
  const both = [0, 1];
  const said = await judged(
    ...both.map((whom): Timed => [40, { do: "freeze", whom, forMs: 100 * SECONDS }]),
    [42, nic(VM, 9)],
    [130, { do: "delete config", vm: VM }],
    ...both.map((whom): Timed => [132, { do: "kill", whom }]),
  );
  deepStrictEqual(said, []);
});

Deno.test("a NIC that comes back to its MAC address may have what its object, deleted and written anew, got with another one", async () => {
  const both = [0, 1];
  const said = await judged(
    [38, { do: "run vm", vm: VM, running: false }],
    ...both.map((whom): Timed => [40, { do: "freeze", whom, forMs: 100 * SECONDS }]),
    [42, nic(VM, 9)],
    [130, { do: "delete config", vm: VM }],
    ...both.map((whom): Timed => [132, { do: "kill", whom }]),
    // The object that is written anew has the other one.
    [160, nic(VM, 1)],
    [170, { do: "run vm", vm: VM, running: true }],
    [180, { do: "edit pool", pool: 0, edit: { dns: "1.1.1.9" } }],
  );
  deepStrictEqual(said, []);
});
