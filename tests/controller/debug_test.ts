import { deepStrictEqual, ok } from "node:assert/strict";
import { VIRTUAL_MACHINES } from "../../kube/mod.ts";
import { mac, vm } from "./objects.ts";
import { ready } from "./ready.ts";

Deno.test("I13: the controller's debug lines follow a VM from its NICs to its address", async () => {
  await using lab = await ready();
  const before = lab.log.lines.length;
  await lab.create(VIRTUAL_MACHINES, vm("default/a", [{ mac: mac(1) }]));
  await lab.settle();
  const lines = lab.log.lines.slice(before).filter(({ level }) => level === "debug");
  const find = (message: string, key: string, value: unknown) =>
    lines.filter((line) => line.message === message && line.keys[key] === value);
  const [judged] = find("VirtualMachine judged", "vm", "default/a");
  ok(JSON.stringify(judged?.keys).includes(mac(1)), "which NICs it has");
  deepStrictEqual(judged?.keys["action"], "create");
  const planned = find("IPPool planned", "ippool", "default/net-48");
  ok(planned.some(({ keys }) => keys["changed"] === true && keys["used"] === 1));
  const [shown] = find("NICs are shown anew", "vmnetcfg", "default/a");
  ok(/192\.168\.48\.\d+/.test(JSON.stringify(shown?.keys)), "which address it has");
  ok(find("Reconciled", "key", "default/net-48").length > 0);
});
