import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { apartName } from "../../controller/agents/agent_names.ts";
import {
  DEPLOYMENTS,
  IPPOOLS,
  NAMESPACES,
  NETWORK_ATTACHMENT_DEFINITIONS,
} from "../../kube/mod.ts";
import { nad, pool } from "../controller/objects.ts";
import { type AgentsLab, agentsReady, TEMPLATE } from "./agents_lab.ts";
import { FAULTS, Rollout } from "./rollout.ts";

const apart = (pool: string) => apartName("agent", pool);

/** Two good networks that are served. */
async function twoGood(): Promise<{ readonly lab: AgentsLab; readonly node: Rollout }> {
  const lab = await agentsReady();
  const node = new Rollout(lab);
  await lab.network("good-1");
  await lab.network("good-2");
  await node.settle();
  return { lab, node };
}

async function configure(lab: AgentsLab, network: string, config: object | null): Promise<void> {
  const text = config === null ? null : JSON.stringify(config);
  await lab.patch(NETWORK_ATTACHMENT_DEFINITIONS, `default/${network}`, { spec: { config: text } });
}

/** Ways in which a network keeps pods from starting, and what its pool says then. */
const BROKEN = {
  "a missing master": {
    fault: FAULTS.plugin("bad", 'Link not found: "eth9"'),
    says: /^False NetworkNotAttached: Pod vm-dhcp\/agent-\S+ is not made: .*Link not found: "eth9"/,
  },
  "a CNI binary that is not there": {
    fault: FAULTS.plugin("bad", 'failed to find plugin "vrf" in path [/opt/cni/bin]'),
    says: /^False NetworkNotAttached: .*failed to find plugin "vrf"/,
  },
  "a device that no node has": {
    fault: FAULTS.device("intel.com/sriov_net"),
    says: /^False NoAgentScheduled: .*3 Insufficient intel\.com\/sriov_net/,
  },
} as const;

for (const [what, { fault, says }] of Object.entries(BROKEN)) {
  Deno.test(`S3: a network with ${what} costs itself alone, and heals when it is mended`, async () => {
    const { lab, node } = await twoGood();
    await using _ = lab;
    node.faults.set("default/bad", fault);
    await lab.network("bad");
    await lab.patch(NETWORK_ATTACHMENT_DEFINITIONS, "default/bad", {
      metadata: { annotations: { "k8s.v1.cni.cncf.io/resourceName": "intel.com/sriov_net" } },
    });
    await node.settle();
    await lab.network("good-3");
    await node.settle();
    deepStrictEqual(await lab.serves("agent"), [
      "default/good-1",
      "default/good-2",
      "default/good-3",
    ]);
    deepStrictEqual(await lab.serves(apart("default/bad")), ["default/bad"]);
    deepStrictEqual(await node.attached(), ["default/good-1", "default/good-2", "default/good-3"]);
    ok(says.test(await lab.agentReady("bad")), await lab.agentReady("bad"));
    const warnings = (await lab.events("bad")).filter(({ type }) => type === "Warning");
    strictEqual(warnings.length, 1, JSON.stringify(warnings));
    const before = await lab.versions();
    await node.pass(120_000);
    deepStrictEqual(await lab.versions(), before, "nothing is moved again");
    node.faults.clear();
    await node.settle();
    ok((await node.attached()).includes("default/bad"));
    deepStrictEqual(await lab.deployments(), { agent: 2, [apart("default/bad")]: 2 });
  });
}

Deno.test("S3: a bad network alone leaves no Deployment that an installer waits for unready", async () => {
  await using lab = await agentsReady();
  const node = new Rollout(lab);
  node.faults.set("default/bad", FAULTS.plugin("bad", "no such device"));
  await lab.network("bad");
  await node.pass(60_000);
  deepStrictEqual(await lab.deployments(), { agent: 0, [apart("default/bad")]: 2 });
  const told = lab.log.lines.filter(({ message }) => message.includes("served apart"));
  strictEqual(told.length, 1);
});

Deno.test("S3: a network alone that is edited into a bad one keeps its pods that run, as they are, until it is mended", async () => {
  await using lab = await agentsReady();
  const node = new Rollout(lab);
  await lab.network("only");
  await node.settle();
  const before = (await lab.deployment("agent"))?.spec?.template;
  node.faults.set("default/only", FAULTS.plugin("only", "no such device"));
  await configure(lab, "only", { cniVersion: "0.3.1", type: "bridge", bridge: "nowhere" });
  await node.pass(120_000);
  deepStrictEqual(await node.attached(), ["default/only"]);
  deepStrictEqual((await lab.deployment("agent"))?.spec?.template, before);
  deepStrictEqual(await lab.serves(apart("default/only")), ["default/only"]);
  const versions = await lab.versions();
  await node.pass(120_000);
  deepStrictEqual(await lab.versions(), versions, "nothing is written again");
  node.faults.clear();
  await node.settle();
  deepStrictEqual(await lab.serves("agent"), ["default/only"]);
  await lab.answer(apart("default/only"), "default/only");
  deepStrictEqual(await lab.serves("agent"), []);
  await node.settle();
  deepStrictEqual(await node.attached(), ["default/only"]);
});

Deno.test("S3: many networks that break at once, and a new good one: all good ones are served", async () => {
  const { lab, node } = await twoGood();
  await using _ = lab;
  for (let index = 0; index < 8; index++) {
    node.faults.set(`default/bad-${index}`, FAULTS.plugin(`bad-${index}`, "no such device"));
    await lab.network(`bad-${index}`);
  }
  await lab.network("late");
  await node.settle();
  deepStrictEqual(await node.attached(), ["default/good-1", "default/good-2", "default/late"]);
  deepStrictEqual(await lab.serves("agent"), ["default/good-1", "default/good-2", "default/late"]);
});

Deno.test("S3: a controller that starts again leaves what is apart as it is", async () => {
  const { lab, node } = await twoGood();
  await using _ = lab;
  node.faults.set("default/bad", FAULTS.plugin("bad", "no such device"));
  await lab.network("bad");
  await node.settle();
  const before = await lab.versions();
  lab.start(lab.options());
  await node.pass(60_000);
  deepStrictEqual(await lab.versions(), before);
});

Deno.test("S3: a network that bears another's name brings nobody but itself apart", async () => {
  const { lab, node } = await twoGood();
  await using _ = lab;
  node.faults.set("default/evil", FAULTS.plugin("good-1", "no such device"));
  await lab.network("evil");
  await configure(lab, "evil", { cniVersion: "0.3.1", name: "good-1", type: "nowhere" });
  await node.settle();
  deepStrictEqual(await lab.serves("agent"), ["default/good-1", "default/good-2"]);
  deepStrictEqual(await lab.serves(apart("default/evil")), ["default/evil"]);
});

for (
  const [what, config] of Object.entries({
    "is no JSON": "{",
    "has no type": { cniVersion: "0.3.1" },
    "has a plugin without a type": {
      plugins: [{ type: "bridge" }, { "type:": "vrf", vrfname: "blue" }],
    },
  })
) {
  Deno.test(`S3: a network whose configuration ${what} comes to no pod, says so, and is served when it is mended`, async () => {
    const { lab, node } = await twoGood();
    await using _ = lab;
    await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, {
      ...nad("default/typo"),
      spec: { config: typeof config === "string" ? config : JSON.stringify(config) },
    });
    const made = node.made;
    await lab.create(IPPOOLS, pool("default/typo"));
    await node.settle();
    strictEqual(node.made, made, "no pod is made");
    const { status } = await lab.pool("default/typo");
    const registered = status?.conditions?.find(({ type }) => type === "Registered");
    strictEqual(registered?.reason, "NetworkInvalid");
    ok(registered.message?.includes("default/typo cannot be attached: spec.config"));
    await configure(lab, "typo", { cniVersion: "0.3.1", type: "bridge" });
    await node.settle();
    ok((await node.attached()).includes("default/typo"));
  });
}

Deno.test("S3: a network without a configuration is apart from the start", async () => {
  const { lab, node } = await twoGood();
  await using _ = lab;
  node.faults.set("default/bare", { sandbox: "No networks found in /etc/cni/multus/net.d" });
  await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, { ...nad("default/bare"), spec: {} });
  await lab.create(IPPOOLS, pool("default/bare"));
  const before = await lab.deployment("agent");
  await node.settle();
  deepStrictEqual(await lab.deployment("agent"), before);
  ok((await lab.agentReady("bare")).includes("No networks found in"), await lab.agentReady("bare"));
});

Deno.test("S3: a failure that names nobody and lasts brings the new network apart, if older pods run", async () => {
  const { lab, node } = await twoGood();
  await using _ = lab;
  node.faults.set("default/slow", FAULTS.nameless);
  await lab.network("slow");
  await node.settle();
  deepStrictEqual((await lab.deployments())["agent"], 2);
  strictEqual(await lab.deployment(apart("default/slow")), undefined);
  await node.pass(80_000);
  deepStrictEqual(await lab.serves("agent"), ["default/good-1", "default/good-2"]);
  deepStrictEqual(await lab.serves(apart("default/slow")), ["default/slow"]);
});

for (const fault of ["image", "full"] as const) {
  Deno.test(`E1: what is not the network's fault (${fault}) moves nothing, and is told by the pool that waits for it`, async () => {
    const { lab, node } = await twoGood();
    await using _ = lab;
    node.faults.set("default/late", FAULTS[fault]);
    await lab.network("late");
    await node.settle();
    const said = await lab.agentReady("late");
    const wanted = fault === "image"
      ? /^False AgentNotRunning: Pod vm-dhcp\/agent-\S+ waits: ImagePullBackOff: Back-off/
      : /^False NoAgentScheduled: No node for pod vm-dhcp\/agent-\S+: .* Insufficient memory/;
    ok(wanted.test(said), said);
    const warnings = (await lab.events("late")).filter(({ type }) => type === "Warning");
    strictEqual(warnings.length, 1, JSON.stringify(warnings));
    await node.pass(300_000);
    deepStrictEqual(await lab.deployments(), { agent: 2 });
    deepStrictEqual(await lab.serves("agent"), [
      "default/good-1",
      "default/good-2",
      "default/late",
    ]);
  });
}

Deno.test("S3: a failure of every pod that names nobody moves nothing", async () => {
  await using lab = await agentsReady();
  const node = new Rollout(lab);
  for (const name of ["a", "b"]) {
    node.faults.set(`default/${name}`, FAULTS.nameless);
    await lab.network(name);
  }
  await node.pass(300_000);
  deepStrictEqual(await lab.deployments(), { agent: 2 });
  ok((await lab.agentReady("a")).startsWith("False AgentNotRunning"), await lab.agentReady("a"));
});

Deno.test("S3: a network that broke under running agents keeps them; where none is left it goes apart", async () => {
  const { lab, node } = await twoGood();
  await using _ = lab;
  node.faults.set("default/good-1", FAULTS.plugin("good-1", "no such device"));
  await node.pass(120_000);
  deepStrictEqual(await node.attached(), ["default/good-1", "default/good-2"]);
  await node.killPods("agent");
  await node.settle();
  deepStrictEqual(await node.attached(), ["default/good-2"]);
  deepStrictEqual(await lab.serves(apart("default/good-1")), ["default/good-1"]);
});

Deno.test("S3: a network that broke holds an upgrade up for a minute, and is then left behind", async () => {
  const { lab, node } = await twoGood();
  await using _ = lab;
  node.faults.set("default/good-1", FAULTS.plugin("good-1", "no such device"));
  const containers = [{ name: "agent", image: "registry/agent:2", env: [] }];
  await lab.patch(DEPLOYMENTS, TEMPLATE, { spec: { template: { spec: { containers } } } });
  await node.pass(40_000);
  deepStrictEqual(await node.attached(), ["default/good-1", "default/good-2"]);
  deepStrictEqual(await lab.deployments(), { agent: 2 });
  await node.pass(40_000);
  deepStrictEqual(await node.attached(), ["default/good-2"]);
  deepStrictEqual(await lab.serves("agent"), ["default/good-2"]);
});

Deno.test("S3: a network that is paused and comes back joins the others", async () => {
  const { lab, node } = await twoGood();
  await using _ = lab;
  node.faults.set("default/bad", FAULTS.plugin("bad", "no such device"));
  await lab.network("bad");
  await node.settle();
  node.faults.clear();
  await lab.patch(IPPOOLS, "default/bad", { spec: { paused: true } });
  await node.settle();
  deepStrictEqual(await lab.deployments(), { agent: 2 });
  await lab.patch(IPPOOLS, "default/bad", { spec: { paused: false } });
  await node.settle();
  deepStrictEqual(await lab.deployments(), { agent: 2 });
  ok((await node.attached()).includes("default/bad"));
});

Deno.test("Multus' namespaceIsolation: the new networks of a namespace go apart together, with the ways out", async () => {
  const { lab, node } = await twoGood();
  await using _ = lab;
  await lab.create(NAMESPACES, {
    metadata: { name: "closed" },
  });
  for (const name of ["a", "b"]) {
    const key = `closed/${name}`;
    node.faults.set(key, FAULTS.isolated("closed"));
    await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad(key));
    await lab.create(IPPOOLS, pool(key));
    await node.settle();
  }
  deepStrictEqual(await lab.serves("agent"), ["default/good-1", "default/good-2"]);
  deepStrictEqual(await lab.serves(apart("closed ")), ["closed/a", "closed/b"]);
  const condition = (await lab.pool("closed/a")).status?.conditions
    ?.find(({ type }) => type === "AgentReady");
  strictEqual(condition?.reason, "NetworkIsolated");
  ok(/add closed to its globalNamespaces, or move the network/.test(condition.message ?? ""));
  node.faults.clear();
  await node.settle();
  deepStrictEqual(await node.attached(), [
    "closed/a",
    "closed/b",
    "default/good-1",
    "default/good-2",
  ]);
});

Deno.test("S8: an edited network makes new pods, once; labels and annotations make none", async () => {
  const { lab, node } = await twoGood();
  await using _ = lab;
  const made = node.made;
  await lab.patch(NETWORK_ATTACHMENT_DEFINITIONS, "default/good-1", {
    metadata: { labels: { mine: "yes" }, annotations: { mine: "too" } },
  });
  await node.settle();
  strictEqual(node.made, made);
  await configure(lab, "good-1", { cniVersion: "0.3.1", type: "bridge", bridge: "br0", vlan: 50 });
  await node.settle();
  strictEqual(node.made, made + 1);
  deepStrictEqual(await node.attached(), ["default/good-1", "default/good-2"]);
});

Deno.test("S9: of a deleted network the agents stay, new pools go elsewhere, and nothing restarts when it is back", async () => {
  const { lab, node } = await twoGood();
  await using _ = lab;
  const before = await lab.deployment("agent");
  await lab.delete(NETWORK_ATTACHMENT_DEFINITIONS, "default/good-1");
  await node.settle();
  const { status } = await lab.pool("default/good-1");
  const registered = status?.conditions?.find(({ type }) => type === "Registered");
  strictEqual(registered?.reason, "NetworkNotFound");
  await lab.network("late");
  await node.settle();
  lab.start(lab.options());
  await node.settle();
  deepStrictEqual(await lab.serves("agent-part-2"), ["default/late"]);
  await lab.patch(IPPOOLS, "default/good-2", { spec: { paused: true } });
  await node.settle();
  await lab.patch(IPPOOLS, "default/good-2", { spec: { paused: false } });
  await node.settle();
  await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad("default/good-1"));
  await node.settle();
  deepStrictEqual((await lab.deployment("agent"))?.spec, before?.spec);
  deepStrictEqual(await node.attached(), ["default/good-1", "default/good-2", "default/late"]);
});

Deno.test("S9: agents of a deleted network go with its pool", async () => {
  const { lab, node } = await twoGood();
  await using _ = lab;
  await lab.delete(NETWORK_ATTACHMENT_DEFINITIONS, "default/good-1");
  await node.settle();
  await lab.delete(IPPOOLS, "default/good-1");
  await node.settle();
  deepStrictEqual(await lab.serves("agent"), ["default/good-2"]);
  deepStrictEqual(await node.attached(), ["default/good-2"]);
});

Deno.test("S9: agents that are replaced go on without a deleted network when it has not come back within a minute", async () => {
  for (const isBack of [true, false]) {
    const { lab, node } = await twoGood();
    await using _ = lab;
    await lab.delete(NETWORK_ATTACHMENT_DEFINITIONS, "default/good-1");
    await node.settle();
    await configure(lab, "good-2", { cniVersion: "0.3.1", type: "bridge", bridge: "br0", vlan: 7 });
    await node.pass(20_000);
    deepStrictEqual(await lab.serves("agent"), ["default/good-1", "default/good-2"]);
    deepStrictEqual(await node.attached(), ["default/good-1", "default/good-2"]);
    if (isBack) await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad("default/good-1"));
    await node.pass(80_000);
    const left = isBack ? ["default/good-1", "default/good-2"] : ["default/good-2"];
    deepStrictEqual(await node.attached(), left);
    deepStrictEqual(await lab.serves("agent"), left);
  }
});

Deno.test("S9: where an agent must be made anew, those beside a deleted network are served without it", async () => {
  const { lab, node } = await twoGood();
  await using _ = lab;
  await lab.delete(NETWORK_ATTACHMENT_DEFINITIONS, "default/good-1");
  await node.settle();
  await node.killPods("agent");
  await node.settle();
  deepStrictEqual(await node.attached(), ["default/good-2"]);
  await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad("default/good-1"));
  await node.settle();
  deepStrictEqual(await node.attached(), ["default/good-1", "default/good-2"]);
});

Deno.test("S3: where no agent runs any more, a network that was edited into a bad one is left behind after a minute", async () => {
  const { lab, node } = await twoGood();
  await using _ = lab;
  await configure(lab, "good-1", { cniVersion: "0.3.1" });
  await node.settle();
  deepStrictEqual(await node.attached(), ["default/good-1", "default/good-2"]);
  node.faults.set("default/good-1", FAULTS.refused);
  await node.killPods("agent");
  await node.settle();
  deepStrictEqual(await node.attached(), []);
  await node.pass(80_000);
  deepStrictEqual(await node.attached(), ["default/good-2"]);
  deepStrictEqual(await lab.serves("agent"), ["default/good-2"]);
});

for (const fault of [FAULTS.refused, FAULTS.plugin("good-1", "no such device")]) {
  Deno.test(`S3: where all nodes start again, a network that cannot be attached any more is left behind: ${fault.sandbox?.slice(-25)}`, async () => {
    const { lab, node } = await twoGood();
    await using _ = lab;
    if (fault === FAULTS.refused) await configure(lab, "good-1", { cniVersion: "0.3.1" });
    await node.settle();
    node.faults.set("default/good-1", fault);
    await node.reboot("agent");
    await node.pass(80_000);
    deepStrictEqual(await lab.serves("agent"), ["default/good-2"]);
    ok((await node.attached()).includes("default/good-2"));
  });
}
