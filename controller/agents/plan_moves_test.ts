import { deepStrictEqual } from "node:assert/strict";
import type { Deployment } from "../../kube/objects/builtin_types.ts";
import { type AgentsPlan, planAgents } from "./plan_agents.ts";
import {
  accusing,
  attachments,
  deployed,
  pool,
  poolsOf,
  rendered,
  SETTINGS,
  TEMPLATE,
} from "./testing/plans.ts";

function moved(
  over: Partial<Parameters<typeof planAgents>[0]> = {},
): { readonly before: AgentsPlan; readonly after: AgentsPlan } {
  const common = { template: TEMPLATE, settings: SETTINGS, pools: [pool("a"), pool("b")] };
  const networks = attachments({ a: "mgmt", b: "mgmt" });
  const before = planAgents({ ...common, attachments: networks, existing: [] });
  const moving = { ...common, attachments: attachments({ a: "other", b: "mgmt" }) };
  const between = planAgents({ ...moving, existing: deployed(before) });
  deepStrictEqual(between.remove, []);
  return { before, after: planAgents({ ...moving, existing: deployed(between), ...over }) };
}

Deno.test("planAgents leaves the agents of a network that moves to another cluster network as they are until others answer it", () => {
  const { before, after } = moved({ answers: (name) => name === "vm-dhcp-agent-mgmt" });
  deepStrictEqual(poolsOf(after), {
    "vm-dhcp-agent": [],
    "vm-dhcp-agent-mgmt": ["default/a", "default/b"],
    "vm-dhcp-agent-other": ["default/a"],
  });
  deepStrictEqual(rendered(after, "vm-dhcp-agent-mgmt"), rendered(before, "vm-dhcp-agent-mgmt"));
});

Deno.test("planAgents takes a network from its former agents when those of its new cluster network answer it", () => {
  const { after } = moved({
    answers: (name, pool) => name === "vm-dhcp-agent-other" && pool === "default/a",
  });
  deepStrictEqual(poolsOf(after), {
    "vm-dhcp-agent": [],
    "vm-dhcp-agent-mgmt": ["default/b"],
    "vm-dhcp-agent-other": ["default/a"],
  });
});

Deno.test("planAgents takes a network that has moved from its former agents where it keeps their new pods from starting", () => {
  const { after } = moved({
    suspects: accusing("vm-dhcp-agent-mgmt", "default/a"),
  });
  deepStrictEqual(poolsOf(after), {
    "vm-dhcp-agent": [],
    "vm-dhcp-agent-mgmt": ["default/b"],
    "vm-dhcp-agent-other": ["default/a"],
  });
});

Deno.test("planAgents does not make former agents again that were removed and that a late watch still tells of", () => {
  const { after } = moved({
    pools: [pool("a")],
    isRemoved: (name) => name === "vm-dhcp-agent-mgmt",
  });
  deepStrictEqual([poolsOf(after), after.remove], [
    { "vm-dhcp-agent": [], "vm-dhcp-agent-other": ["default/a"] },
    ["vm-dhcp-agent-mgmt"],
  ]);
});

Deno.test("planAgents gives former agents of a network that moves no other network, which would make new pods of them", () => {
  const { after } = moved({
    pools: [pool("a"), pool("b"), pool("c")],
    attachments: attachments({ a: "other", b: "mgmt", c: "mgmt" }),
  });
  deepStrictEqual(poolsOf(after), {
    "vm-dhcp-agent": [],
    "vm-dhcp-agent-mgmt": ["default/a", "default/b"],
    "vm-dhcp-agent-mgmt-part-2": ["default/c"],
    "vm-dhcp-agent-other": ["default/a"],
  });
});

Deno.test("planAgents keeps no former agents for a pool that is paused", () => {
  const { after } = moved({ pools: [pool("a", { paused: true })] });
  deepStrictEqual(after.remove.toSorted(), ["vm-dhcp-agent-mgmt", "vm-dhcp-agent-other"]);
});

Deno.test("planAgents removes former agents that served one network alone when it is answered elsewhere, and not before", () => {
  const common = { template: TEMPLATE, settings: SETTINGS, pools: [pool("a")] };
  const mgmt = planAgents({ ...common, attachments: attachments({ a: "mgmt" }), existing: [] });
  const moving = { ...common, attachments: attachments({ a: "" }) };
  const stays = planAgents({ ...moving, existing: deployed(mgmt) });
  deepStrictEqual([poolsOf(stays), stays.remove], [
    { "vm-dhcp-agent": ["default/a"], "vm-dhcp-agent-mgmt": ["default/a"] },
    [],
  ]);
  const template = stays.apply.find(({ name }) => name === "vm-dhcp-agent")?.body as unknown as
    & Deployment
    & { readonly spec: object };
  const goes = planAgents({
    ...moving,
    template: { ...TEMPLATE, spec: { ...TEMPLATE.spec, ...template.spec } as never },
    existing: deployed(stays),
    answers: (name) => name === "vm-dhcp-agent",
  });
  deepStrictEqual(goes.remove, ["vm-dhcp-agent-mgmt"]);
});
