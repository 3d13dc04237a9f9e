import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import type { Deployment } from "../../kube/objects/builtin_types.ts";
import { apartName } from "./agent_names.ts";
import { withoutTwins } from "./agent_networks.ts";
import { interfaceNameOf } from "./interface_name.ts";
import { type AgentsPlan, planAgents } from "./plan_agents.ts";
import {
  accusing,
  attachments,
  deployed,
  envOf,
  pool,
  poolsOf,
  rendered,
  SETTINGS,
  TEMPLATE,
} from "./testing/plans.ts";

Deno.test("planAgents without pools gives the template no pods", () => {
  const plan = planAgents({
    pools: [],
    attachments: attachments({}),
    template: TEMPLATE,
    existing: [],
    settings: SETTINGS,
  });
  deepStrictEqual(plan.apply.map(({ name }) => name), ["vm-dhcp-agent"]);
  strictEqual(rendered(plan, "vm-dhcp-agent").spec.replicas, 0);
  deepStrictEqual(plan.remove, []);
});

Deno.test("planAgents serves a network without a cluster network from the template, adding only what is ours", () => {
  const plan = planAgents({
    pools: [pool("net-48")],
    attachments: attachments({ "net-48": "" }),
    template: TEMPLATE,
    existing: [],
    settings: SETTINGS,
  });
  const body = rendered(plan, "vm-dhcp-agent");
  strictEqual(body.spec.replicas, 2);
  strictEqual(body.spec.selector, undefined);
  deepStrictEqual(body.spec.template.metadata.annotations, {
    "k8s.v1.cni.cncf.io/networks": JSON.stringify([{
      namespace: "default",
      name: "net-48",
      interface: interfaceNameOf("default/net-48"),
    }]),
    "network.harvesterhci.io/agent-attachments": JSON.stringify({
      "default/net-48": "ido7ol4i9zvh",
    }),
  });
  deepStrictEqual(JSON.parse(envOf(body, "AGENT_NETWORK_CONFIGS")), [{
    interfaceName: interfaceNameOf("default/net-48"),
    serverIP: "192.168.48.1",
    cidr: "192.168.48.0/24",
    ipPoolName: "default/net-48",
    ipPoolRef: "default/net-48",
    nadName: "default/net-48",
  }]);
  strictEqual(body.spec.template.spec.containers[0]?.image, undefined);
});

Deno.test("planAgents makes one Deployment per cluster network, on its nodes and no witness", () => {
  const plan = planAgents({
    pools: [pool("a"), pool("b"), pool("c")],
    attachments: attachments({ a: "mgmt", b: "vlans", c: "mgmt" }),
    template: TEMPLATE,
    existing: [],
    settings: SETTINGS,
  });
  deepStrictEqual(poolsOf(plan), {
    "vm-dhcp-agent": [],
    "vm-dhcp-agent-mgmt": ["default/a", "default/c"],
    "vm-dhcp-agent-vlans": ["default/b"],
  });
  const body = rendered(plan, "vm-dhcp-agent-mgmt");
  deepStrictEqual(
    body.spec.template.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution
      .nodeSelectorTerms[0]?.matchExpressions,
    [
      { key: "network.harvesterhci.io/mgmt", operator: "In", values: ["true"] },
      { key: "node-role.harvesterhci.io/witness", operator: "NotIn", values: ["true"] },
    ],
  );
  deepStrictEqual(body.spec.selector, {
    matchLabels: { app: "agent", "network.harvesterhci.io/agent-deployment": "vm-dhcp-agent-mgmt" },
  });
  strictEqual(envOf(body, "VM_DHCP_AGENT_NAME"), "vm-dhcp-agent-mgmt");
  strictEqual(envOf(body, "POD_NAMESPACE"), "vm-dhcp");
});

Deno.test("planAgents leaves out pools that are paused, going, invalid, refused or without a network", () => {
  const older = pool("a");
  const rival = { ...pool("rival", { networkName: "default/a" }) };
  const younger = {
    ...rival,
    metadata: { ...rival.metadata, creationTimestamp: "2026-02-01T00:00:00Z" },
  };
  const going = pool("going");
  const plan = planAgents({
    pools: [
      younger,
      older,
      pool("paused", { paused: true }),
      { ...going, metadata: { ...going.metadata, deletionTimestamp: "2026-01-02T00:00:00Z" } },
      pool("invalid", { ipv4Config: { cidr: "300.0.0.0/24" } }),
      pool("unattached"),
    ],
    attachments: attachments({ a: "mgmt", paused: "mgmt", going: "mgmt", invalid: "mgmt" }),
    template: TEMPLATE,
    existing: [],
    settings: SETTINGS,
  });
  deepStrictEqual(poolsOf(plan), { "vm-dhcp-agent": [], "vm-dhcp-agent-mgmt": ["default/a"] });
});

Deno.test("planAgents touches only the Deployment of the cluster network whose pools change", () => {
  const common = { template: TEMPLATE, settings: SETTINGS };
  const networks = attachments({ a: "mgmt", b: "vlans", c: "mgmt" });
  const before = planAgents({
    ...common,
    pools: [pool("a"), pool("b")],
    attachments: networks,
    existing: [],
  });
  const after = planAgents({
    ...common,
    pools: [pool("c"), pool("b"), pool("a")],
    attachments: networks,
    existing: deployed(before),
  });
  deepStrictEqual(rendered(after, "vm-dhcp-agent-vlans"), rendered(before, "vm-dhcp-agent-vlans"));
  const interfaces = (plan: AgentsPlan) =>
    JSON.parse(envOf(rendered(plan, "vm-dhcp-agent-mgmt"), "AGENT_NETWORK_CONFIGS"))[0]
      .interfaceName;
  strictEqual(interfaces(after), interfaces(before));
});

Deno.test("planAgents does not touch a Deployment for a change of options", () => {
  const common = {
    template: TEMPLATE,
    settings: SETTINGS,
    attachments: attachments({ a: "mgmt" }),
  };
  const before = planAgents({ ...common, pools: [pool("a")], existing: [] });
  const edited = pool("a", {
    ipv4Config: { cidr: "192.168.48.0/24", dns: ["9.9.9.9"], leaseTime: 60, domainName: "x.org" },
  });
  deepStrictEqual(
    planAgents({ ...common, pools: [edited], existing: deployed(before) }).apply,
    before.apply,
  );
});

Deno.test("planAgents fills a second Deployment beyond the limit, and moves no pool when one goes", () => {
  const settings = { ...SETTINGS, poolsPerAgent: 2 };
  const networks = attachments({ a: "mgmt", b: "mgmt", c: "mgmt", d: "mgmt" });
  const common = { template: TEMPLATE, settings, attachments: networks };
  const before = planAgents({ ...common, pools: [pool("a"), pool("b"), pool("c")], existing: [] });
  deepStrictEqual(poolsOf(before), {
    "vm-dhcp-agent": [],
    "vm-dhcp-agent-mgmt": ["default/a", "default/b"],
    "vm-dhcp-agent-mgmt-part-2": ["default/c"],
  });
  const after = planAgents({
    ...common,
    pools: [pool("b"), pool("c"), pool("d")],
    existing: deployed(before),
  });
  deepStrictEqual(poolsOf(after), {
    "vm-dhcp-agent": [],
    "vm-dhcp-agent-mgmt": ["default/b", "default/d"],
    "vm-dhcp-agent-mgmt-part-2": ["default/c"],
  });
});

Deno.test("planAgents writes the Deployments that are apart first, so that a network is never nowhere, then the others by name", () => {
  const common = {
    template: TEMPLATE,
    settings: SETTINGS,
    attachments: attachments({ a: "vlans", b: "mgmt", c: "mgmt", d: "" }),
    pools: ["a", "b", "c", "d"].map((name) => pool(name)),
  };
  const existing = deployed(planAgents({ ...common, existing: [] }));
  const suspects = accusing("vm-dhcp-agent-mgmt", "default/c");
  const plan = planAgents({ ...common, existing, suspects });
  deepStrictEqual(plan.apply.map(({ name }) => name), [
    apartName("vm-dhcp-agent", "default/c"),
    "vm-dhcp-agent",
    "vm-dhcp-agent-mgmt",
    "vm-dhcp-agent-vlans",
  ]);
});

/** A network alone in its Deployment, which keeps new pods from starting; `attached`: what those that run have of it. */
function accusedAlone(attached: ReadonlyMap<string, string>): AgentsPlan {
  const common = {
    template: TEMPLATE,
    settings: SETTINGS,
    attachments: attachments({ a: "mgmt" }),
    pools: [pool("a")],
  };
  const existing = deployed(planAgents({ ...common, existing: [] }));
  const suspects = accusing("vm-dhcp-agent-mgmt", "default/a", attached);
  return planAgents({ ...common, existing, suspects });
}

Deno.test("planAgents leaves the pods of a network that run as they are where it keeps only its own new ones from starting", () => {
  const plan = accusedAlone(new Map([["default/a", "before"]]));
  const apart = apartName("vm-dhcp-agent", "default/a");
  const served = {
    [apart]: ["default/a"],
    "vm-dhcp-agent": [],
    "vm-dhcp-agent-mgmt": ["default/a"],
  };
  deepStrictEqual([poolsOf(plan), plan.remove], [served, []]);
  ok(JSON.stringify(rendered(plan, "vm-dhcp-agent-mgmt")).includes("before"));
  ok(!JSON.stringify(rendered(plan, apart)).includes("before"));
});

Deno.test("planAgents leaves nothing of a network where no pod runs that is attached to it", () => {
  deepStrictEqual(accusedAlone(new Map()).remove, ["vm-dhcp-agent-mgmt"]);
});

Deno.test("planAgents removes the Deployment of a cluster network without pools", () => {
  const common = {
    template: TEMPLATE,
    settings: SETTINGS,
    attachments: attachments({ a: "mgmt" }),
  };
  const before = planAgents({ ...common, pools: [pool("a")], existing: [] });
  const after = planAgents({ ...common, pools: [], existing: deployed(before) });
  deepStrictEqual(after.remove, ["vm-dhcp-agent-mgmt"]);
});

/** Two networks of one cluster network; then the first one is labelled for another, whose agents may answer or not. */
Deno.test("planAgents keeps the image of a Deployment with a pool that holds upgrades", () => {
  const held = pool("a", {}, { "network.harvesterhci.io/hold-ippool-agent-upgrade": "true" });
  const common = {
    settings: SETTINGS,
    attachments: attachments({ a: "mgmt", b: "vlans" }),
    pools: [held, pool("b")],
  };
  const before = planAgents({ ...common, template: TEMPLATE, existing: [] });
  const [container] = TEMPLATE.spec?.template.spec?.["containers"] as Record<string, string>[];
  const newer = structuredClone(TEMPLATE) as { spec: { template: { spec: object } } } & Deployment;
  Object.assign(newer.spec.template.spec, { containers: [{ ...container, image: "new:2" }] });
  const after = planAgents({ ...common, template: newer, existing: deployed(before) });
  const imageOf = (name: string) => rendered(after, name).spec.template.spec.containers[0]?.image;
  strictEqual(imageOf("vm-dhcp-agent-mgmt"), "registry:5000/vm-dhcp:1@sha256:abc");
  strictEqual(imageOf("vm-dhcp-agent-vlans"), "new:2");
});

Deno.test("planAgents cuts long cluster network names and tells them apart", () => {
  const long = "a".repeat(63);
  const plan = planAgents({
    pools: [pool("a"), pool("b"), pool("c")],
    attachments: attachments({ a: long, b: `${long.slice(1)}b`, c: "Up_per" }),
    template: TEMPLATE,
    existing: [],
    settings: SETTINGS,
  });
  const names = plan.apply.map(({ name }) => name);
  strictEqual(new Set(names).size, 4);
  for (const name of names) ok(/^[a-z0-9]([-a-z0-9]{0,44}[a-z0-9])?$/.test(name), name);
});

Deno.test("planAgents confuses no cluster network with the second Deployment of another", () => {
  const common = {
    template: TEMPLATE,
    settings: { ...SETTINGS, poolsPerAgent: 1 },
    attachments: attachments({ a: "mgmt", b: "mgmt", c: "mgmt-part-2", d: "", e: "", f: "part-2" }),
    pools: ["a", "b", "c", "d", "e", "f"].map((name) => pool(name)),
  };
  const plan = planAgents({ ...common, existing: [] });
  strictEqual(new Set(plan.apply.map(({ name }) => name)).size, 6);
  const again = planAgents({ ...common, existing: deployed(plan) });
  deepStrictEqual([again.apply, again.remove], [plan.apply, []]);
});

Deno.test("planAgents names the container that the template lacks", () => {
  throws(
    () =>
      planAgents({
        pools: [pool("a")],
        attachments: attachments({ a: "mgmt" }),
        template: TEMPLATE,
        existing: [],
        settings: { ...SETTINGS, containerName: "dhcp" },
      }),
    /it has no container "dhcp"/,
  );
});

Deno.test("interface names follow from the pool, differ and fit Linux", () => {
  const names = new Set<string>();
  for (let index = 0; index < 20_000; index++) names.add(interfaceNameOf(`default/net-${index}`));
  strictEqual(names.size, 20_000);
  for (const name of names) ok(/^[a-z0-9]{1,15}$/.test(name), name);
});

Deno.test("planAgents makes a Deployment that has everything of its template, and ours beside it", () => {
  const tolerations = [{ key: "storage", operator: "Exists" }];
  const template: Deployment = {
    ...TEMPLATE,
    metadata: { ...TEMPLATE.metadata, uid: "template-uid" },
    spec: {
      selector: { matchLabels: { app: "agent" } },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0 } },
      template: {
        metadata: {
          labels: { app: "agent", tier: "net" },
          annotations: { "prometheus.io/scrape": "true" },
        },
        spec: { ...TEMPLATE.spec?.template.spec, hostNetwork: false, tolerations },
      },
    },
  };
  const plan = planAgents({
    pools: [pool("net-48")],
    attachments: attachments({ "net-48": "mgmt" }),
    template,
    existing: [],
    settings: SETTINGS,
  });
  const name = "vm-dhcp-agent-mgmt";
  const { metadata, spec } = rendered(plan, name) as unknown as Deployment;
  const labels = { "network.harvesterhci.io/agent-deployment": name };
  deepStrictEqual(metadata.labels, {
    app: "agent",
    ...labels,
    "network.harvesterhci.io/agent-template": "vm-dhcp-agent",
  });
  deepStrictEqual(metadata.ownerReferences, [
    { apiVersion: "apps/v1", kind: "Deployment", name: "vm-dhcp-agent", uid: "template-uid" },
  ]);
  deepStrictEqual(spec?.selector, { matchLabels: { app: "agent", ...labels } });
  deepStrictEqual(spec?.["strategy"], template.spec?.["strategy"]);
  deepStrictEqual(spec?.template.metadata?.labels, { app: "agent", tier: "net", ...labels });
  strictEqual(spec?.template.metadata?.annotations?.["prometheus.io/scrape"], "true");
  ok(spec?.template.metadata?.annotations?.["k8s.v1.cni.cncf.io/networks"]);
  const pod = spec?.template.spec ?? {};
  deepStrictEqual(pod["tolerations"], tolerations);
  strictEqual(pod["hostNetwork"], false);
  strictEqual(pod["serviceAccountName"], "vm-dhcp-agent");
});

Deno.test("nobody finds a pool's name that gives the interface of another pool: it is the end of a SHA-256", () => {
  strictEqual(interfaceNameOf("default/net-48"), "vd13noarjgjsw4");
  // Found in a second where two FNV-1a hashes made the name.
  const forged =
    "evil/phsi666vbaaw7io6fb6dl4gsrxxhhrpfcs3qrf9zepz5zv2l06zbp37n0ratl8bkbv23xs395whx59ueyjrg27j2nlfv2wz6ydhj1q5ifir2x9pjjt1d3cy787qw37p95vqaafr8yr4w2g2bklya47y6eczie88447nlmw64jf0xyf0pjn56a";
  ok(interfaceNameOf(forged) !== interfaceNameOf("tenant-b/production"));
});

Deno.test("of two networks whose interfaces would have one name an agent is given the first", () => {
  const network = (ref: string, interfaceName: string) => ({
    config: {
      interfaceName,
      serverIP: "",
      cidr: "",
      ipPoolName: ref,
      ipPoolRef: ref,
      nadName: ref,
    },
    clusterNetwork: "",
    attachment: { hash: "" },
    holdsUpgrade: false,
    isKept: false,
  });
  const networks = [network("a/a", "vd1"), network("b/b", "vd1"), network("c/c", "vd2")];
  deepStrictEqual(withoutTwins(networks).map(({ config }) => config.ipPoolRef), ["a/a", "c/c"]);
});
