import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { AuditEvent } from "../real/audit.ts";
import { isOfProduct, Writes } from "./writes.ts";

const CONTROLLER = "system:serviceaccount:vm-dhcp:vm-dhcp-controller";
const POOLS = "ippools";

function asked(verb: string, resource: string, options: Partial<AuditEvent> = {}): AuditEvent {
  return {
    user: CONTROLLER,
    verb,
    uri: "/",
    code: 200,
    object: { group: "", resource, namespace: "default", name: "a" },
    ...options,
  };
}

async function counted(...events: readonly AuditEvent[]): Promise<Writes> {
  const writes = new Writes({ next: () => Promise.resolve(events) });
  await writes.follow();
  return writes;
}

Deno.test("what is written is counted by who, how and what, and what was refused beside it", async () => {
  const writes = await counted(
    asked("update", "ippools/status"),
    asked("update", "ippools/status", { code: 409 }),
    asked("update", "leases"),
    asked("list", POOLS),
    asked("create", "virtualmachines", { user: "admin", code: 201 }),
  );
  const update = { who: "controller", verb: "update" };
  deepStrictEqual(writes.table(), [
    { ...update, resource: "ippools/status", times: 2, failed: 1 },
    { ...update, resource: "leases", times: 1, failed: 0 },
    { who: "others", verb: "create", resource: "virtualmachines", times: 1, failed: 0 },
  ]);
  deepStrictEqual(writes.table().map(isOfProduct), [true, false, false]);
  strictEqual(writes.ofProduct(), 2);
  strictEqual(writes.reads, 1);
});

Deno.test("a write that no watch tells of was in vain, and it is told whose", async () => {
  const writes = await counted(
    asked("update", POOLS),
    asked("update", "ippools/status"),
    asked("update", "ippools/status", { code: 409 }),
  );
  writes.changed(POOLS, "default/a");
  const by = ["controller update"];
  deepStrictEqual(writes.idle([POOLS]), [{ object: "ippools default/a", times: 1, by }]);
  deepStrictEqual(writes.idle(["leases"]), []);
  writes.changed(POOLS, "default/a");
  deepStrictEqual(writes.idle([POOLS]), []);
});

Deno.test("what people alone write in vain is nobody's fault", async () => {
  const writes = await counted(asked("patch", POOLS, { user: "admin" }));
  deepStrictEqual(writes.idle([POOLS]), []);
});

Deno.test("an object that two delete is written once by that, and once more when it is made anew", async () => {
  const deleted = asked("delete", POOLS);
  const writes = await counted(deleted, { ...deleted, user: "admin" });
  writes.changed(POOLS, "default/a");
  deepStrictEqual(writes.idle([POOLS]), []);
  const again = await counted(deleted, asked("create", POOLS), deleted);
  for (const _ of [1, 2]) again.changed(POOLS, "default/a");
  deepStrictEqual(again.idle([POOLS]).map(({ times }) => times), [1]);
});
