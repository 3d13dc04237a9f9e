import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { apartName, clusterNetworkNames, partName } from "./agent_names.ts";

const TEMPLATE = "vm-dhcp-agent";

Deno.test("names of cluster networks that fit are as they were; the others have a hash", () => {
  deepStrictEqual([...clusterNetworkNames(TEMPLATE, ["", "mgmt", "vlan-net", "Up_per"])], [
    ["", "vm-dhcp-agent"],
    ["mgmt", "vm-dhcp-agent-mgmt"],
    ["vlan-net", "vm-dhcp-agent-vlan-net"],
    ["Up_per", "vm-dhcp-agent-up-per-rxgdemohnrh3"],
  ]);
});

Deno.test("a cluster network that is named like the Deployment of another takes nothing from it", () => {
  const names = ["Up_per", "part-2", "apart-0123456789ab", ""];
  const base = TEMPLATE.length + 1;
  const before = clusterNetworkNames(TEMPLATE, names);
  const forged = [...before.values()].map((name) => name.slice(base)).filter((name) => name);
  const again = [...clusterNetworkNames(TEMPLATE, [...forged, ...names]).values()]
    .map((name) => name.slice(base)).filter((name) => name);
  const after = clusterNetworkNames(TEMPLATE, [...new Set([...again, ...forged, ...names])]);
  for (const name of names) strictEqual(after.get(name), before.get(name));
  strictEqual(new Set(after.values()).size, after.size);
});

Deno.test("names of what is apart fit beside long templates, and are nobody else's", () => {
  for (const template of ["a", TEMPLATE, "t".repeat(46)]) {
    const name = apartName(template, "default/net-48");
    ok(/^[a-z0-9-]{1,46}$/.test(name), name);
    ok(template.startsWith(name.slice(0, 10)) || name.startsWith(template));
    const look = name.slice(template.length + 1);
    const taken = clusterNetworkNames(template, [look]).get(look) ?? "";
    ok(taken !== name && partName(taken, 1) !== name, taken);
  }
});
