import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { interfaceNameOf } from "../../controller/agents/interface_name.ts";
import {
  ApiError,
  DEPLOYMENTS,
  IPPOOLS,
  NAMESPACES,
  NETWORK_ATTACHMENT_DEFINITIONS,
  POD_DISRUPTION_BUDGETS,
  type RestClient,
  toRestClient,
} from "../../kube/mod.ts";
import { nad, pool } from "../controller/objects.ts";
import { AgentsLab, agentsReady, NAMESPACE, RUNNING, TEMPLATE } from "./agents_lab.ts";

Deno.test("without pools the template has no pods and no disruption budget", async () => {
  await using lab = await agentsReady();
  deepStrictEqual(await lab.deployments(), { agent: 0 });
  strictEqual(await lab.budget("agent"), undefined);
});

Deno.test("a pool of a cluster network makes a Deployment from the template", async () => {
  await using lab = await agentsReady();
  await lab.network("net-48", "mgmt");
  await lab.settle();
  deepStrictEqual(await lab.deployments(), { "agent": 0, "agent-mgmt": 2 });
  const made = await lab.deployment("agent-mgmt");
  const labels = { "app": "agent", "network.harvesterhci.io/agent-deployment": "agent-mgmt" };
  deepStrictEqual(made?.spec?.selector.matchLabels, labels);
  deepStrictEqual(made?.spec?.template.metadata?.labels, labels);
  deepStrictEqual(made?.metadata.ownerReferences?.map(({ kind, name }) => `${kind} ${name}`), [
    "Deployment agent",
  ]);
  const interfaceName = interfaceNameOf("default/net-48");
  deepStrictEqual(
    JSON.parse(made?.spec?.template.metadata?.annotations?.["k8s.v1.cni.cncf.io/networks"] ?? ""),
    [{ namespace: "default", name: "net-48", interface: interfaceName }],
  );
  deepStrictEqual(JSON.parse(await lab.env("agent-mgmt", "AGENT_NETWORK_CONFIGS") ?? ""), [{
    interfaceName,
    serverIP: "192.168.48.77",
    cidr: "192.168.48.0/24",
    ipPoolName: "default/net-48",
    ipPoolRef: "default/net-48",
    nadName: "default/net-48",
  }]);
  deepStrictEqual(await lab.serves("agent-mgmt"), ["default/net-48"]);
  strictEqual(await lab.env("agent-mgmt", "POD_NAMESPACE"), "x");
  ok(
    JSON.stringify(made?.spec?.template.spec?.["affinity"]).includes(
      '"network.harvesterhci.io/mgmt"',
    ),
  );
  deepStrictEqual([...new Set(lab.writesOf("deployments", "agent-mgmt"))], [
    "PATCH application/apply-patch+yaml",
  ]);
});

Deno.test("a Deployment with pools has a disruption budget of its own pods alone, which goes with the pools", async () => {
  await using lab = await agentsReady();
  await lab.network("net-48");
  await lab.network("net-50", "mgmt");
  await lab.settle();
  for (const name of ["agent", "agent-mgmt"]) {
    const budget = await lab.budget(name) as { readonly spec?: unknown } | undefined;
    deepStrictEqual(budget?.spec, {
      maxUnavailable: 1,
      selector: { matchLabels: { "network.harvesterhci.io/agent-deployment": name } },
    });
    const { spec } = await lab.deployment(name) ?? {};
    strictEqual(
      spec?.template.metadata?.labels?.["network.harvesterhci.io/agent-deployment"],
      name,
    );
  }
  await lab.delete(IPPOOLS, "default/net-48");
  await lab.settle();
  strictEqual(await lab.budget("agent"), undefined);
  strictEqual((await lab.deployments())["agent"], 0);
  ok(await lab.budget("agent-mgmt"));
});

/** What somebody does to two pools of one cluster network, and what becomes of the Deployments. */
const CHANGES: Readonly<
  Record<string, {
    readonly act: (lab: AgentsLab) => Promise<unknown>;
    /** Deployments that change. */
    readonly touches: readonly string[];
    /** What agent-mgmt serves then; `undefined`: it is gone. */
    readonly serves?: readonly string[];
  }>
> = {
  "a pool of another cluster network": {
    act: (lab) => lab.network("late", "vlans"),
    touches: ["agent-vlans"],
    serves: ["default/a", "default/b"],
  },
  "a pool of the same cluster network": {
    act: (lab) => lab.network("late", "mgmt"),
    touches: ["agent-mgmt"],
    serves: ["default/a", "default/b", "default/late"],
  },
  "a change of options": {
    act: (lab) =>
      lab.patch(IPPOOLS, "default/a", {
        spec: { ipv4Config: { dns: ["9.9.9.9"], leaseTime: 60, domainName: "x.org" } },
      }),
    touches: [],
    serves: ["default/a", "default/b"],
  },
  "a pause": {
    act: (lab) => lab.patch(IPPOOLS, "default/a", { spec: { paused: true } }),
    touches: ["agent-mgmt"],
    serves: ["default/b"],
  },
  "the deletion of a pool": {
    act: (lab) => lab.delete(IPPOOLS, "default/a"),
    touches: ["agent-mgmt"],
    serves: ["default/b"],
  },
  "S9: a network that is gone": {
    act: (lab) => lab.delete(NETWORK_ATTACHMENT_DEFINITIONS, "default/a"),
    touches: [],
    serves: ["default/a", "default/b"],
  },
  "a second pool of a network": {
    act: (lab) => lab.create(IPPOOLS, pool("default/rival", {}, { networkName: "default/a" })),
    touches: [],
    serves: ["default/a", "default/b"],
  },
  "the pause of all its pools": {
    act: async (lab) => {
      for (const name of ["default/a", "default/b"]) {
        await lab.patch(IPPOOLS, name, { spec: { paused: true } });
      }
    },
    touches: ["agent-mgmt"],
  },
};

for (const [what, { act, touches, serves }] of Object.entries(CHANGES)) {
  Deno.test(`${what} touches ${touches.join() || "no Deployment"}`, async () => {
    await using lab = await agentsReady();
    await lab.network("a", "mgmt");
    await lab.network("b", "mgmt");
    await lab.network("other", "storage");
    await lab.pass(2_000);
    const before = await lab.versions();
    await act(lab);
    await lab.settle();
    const after = await lab.versions();
    const changed = new Set([...Object.keys(before), ...Object.keys(after)]);
    for (const name of changed) if (before[name] === after[name]) changed.delete(name);
    deepStrictEqual(
      [...changed].filter((name) => name.startsWith("Deployment")),
      touches.map((name) => `Deployment ${name}`),
    );
    if (serves === undefined) strictEqual(await lab.deployment("agent-mgmt"), undefined);
    else deepStrictEqual(await lab.serves("agent-mgmt"), serves);
  });
}

const DRIFT = {
  replicas: { spec: { replicas: 0 } },
  annotation: {
    spec: { template: { metadata: { annotations: { "k8s.v1.cni.cncf.io/networks": "[]" } } } },
  },
  environment: {
    spec: { template: { spec: { containers: [{ name: "agent", image: "evil", env: [] }] } } },
  },
  label: { metadata: { labels: { "network.harvesterhci.io/agent-template": null } } },
};

for (const [what, body] of Object.entries(DRIFT)) {
  Deno.test(`a Deployment whose ${what} somebody edits is made right again`, async () => {
    await using lab = await agentsReady();
    await lab.network("net-48", "mgmt");
    await lab.settle();
    const before = await lab.deployment("agent-mgmt");
    await lab.patch(DEPLOYMENTS, `${NAMESPACE}/agent-mgmt`, body);
    await lab.settle();
    const after = await lab.deployment("agent-mgmt");
    deepStrictEqual(after?.spec, before?.spec);
    deepStrictEqual(after?.metadata.labels, before?.metadata.labels);
  });
}

Deno.test("a Deployment and a budget that somebody deletes are made again", async () => {
  await using lab = await agentsReady();
  await lab.network("net-48", "mgmt");
  await lab.settle();
  await lab.delete(POD_DISRUPTION_BUDGETS, `${NAMESPACE}/agent-mgmt`);
  await lab.settle();
  ok(await lab.budget("agent-mgmt"));
  await lab.delete(DEPLOYMENTS, `${NAMESPACE}/agent-mgmt`);
  await lab.pass(1_000);
  deepStrictEqual(await lab.serves("agent-mgmt"), ["default/net-48"]);
  ok(await lab.budget("agent-mgmt"));
});

Deno.test("a controller that starts again changes nothing", async () => {
  await using lab = await agentsReady();
  await lab.network("a", "mgmt");
  await lab.network("b");
  await lab.settle();
  const before = await lab.versions();
  lab.start(lab.options());
  await lab.pass(1_000);
  deepStrictEqual(await lab.versions(), before);
});

Deno.test("a new image of the template is followed, but not where a pool holds upgrades", async () => {
  await using lab = await agentsReady();
  await lab.network("held", "mgmt");
  await lab.network("free", "vlans");
  await lab.patch(IPPOOLS, "default/held", {
    metadata: { annotations: { "network.harvesterhci.io/hold-ippool-agent-upgrade": "true" } },
  });
  await lab.settle();
  const containers = [{ name: "agent", image: "registry/agent:2", env: [] }];
  await lab.patch(DEPLOYMENTS, TEMPLATE, { spec: { template: { spec: { containers } } } });
  await lab.settle();
  strictEqual((await lab.container("agent-vlans")).image, "registry/agent:2");
  strictEqual((await lab.container("agent-mgmt")).image, "registry/agent:1");
  deepStrictEqual(await lab.serves("agent-mgmt"), ["default/held"]);
  await lab.patch(IPPOOLS, "default/held", {
    metadata: { annotations: { "network.harvesterhci.io/hold-ippool-agent-upgrade": null } },
  });
  await lab.settle();
  strictEqual((await lab.container("agent-mgmt")).image, "registry/agent:2");
});

Deno.test("an image and a ServiceAccount of the settings are those of all agents, also of the template", async () => {
  await using lab = await agentsReady({ image: "mine:7", serviceAccountName: "mine" });
  await lab.network("a", "mgmt");
  await lab.network("b");
  await lab.settle();
  for (const name of ["agent", "agent-mgmt"]) {
    strictEqual((await lab.container(name)).image, "mine:7");
    const { spec } = await lab.deployment(name) ?? {};
    strictEqual(spec?.template.spec?.["serviceAccountName"], "mine");
  }
});

Deno.test("agents that are to answer nothing are told so, and told no more", async () => {
  await using lab = new AgentsLab();
  await lab.create(NAMESPACES, { metadata: { name: NAMESPACE } });
  await lab.template();
  const silent = lab.start(lab.options({ dryRun: true }));
  await lab.network("a", "mgmt");
  await lab.network("b");
  await lab.settle();
  for (const name of ["agent", "agent-mgmt"]) {
    strictEqual(await lab.env(name, "VM_DHCP_AGENT_DRY_RUN"), "true");
  }
  await silent.stop();
  lab.start(lab.options());
  await lab.pass(1_000);
  for (const name of ["agent", "agent-mgmt"]) {
    strictEqual(await lab.env(name, "VM_DHCP_AGENT_DRY_RUN"), undefined);
    strictEqual(await lab.env(name, "POD_NAMESPACE"), "x");
  }
});

Deno.test("a missing template is told, keeps nobody from an address, and is used when it appears", async () => {
  await using lab = new AgentsLab();
  await lab.create(NAMESPACES, { metadata: { name: NAMESPACE } });
  lab.start(lab.options());
  await lab.network("net-48", "mgmt");
  await lab.settle();
  ok(
    lab.log.lines.some(({ level, message, keys }) =>
      level === "warn" && message.includes("template Deployment is missing") &&
      keys["name"] === "agent"
    ),
  );
  deepStrictEqual(await lab.deployments(), {});
  ok((await lab.pool("default/net-48")).status?.ipv4);
  await lab.template();
  await lab.settle();
  deepStrictEqual(await lab.deployments(), { "agent": 0, "agent-mgmt": 2 });
});

Deno.test("a template without the agent's container is told, and nothing is made of it", async () => {
  await using lab = await agentsReady({ containerName: "dhcp" });
  await lab.network("net-48");
  await lab.pass(1_000);
  deepStrictEqual((await lab.deployment("agent"))?.metadata.generation, 1);
  ok(lab.log.lines.some(({ keys }) => String(keys["error"]).includes('no container "dhcp"')));
});

Deno.test("a template with another container beside the agent's makes agents that have both, and keep their pools", async () => {
  await using lab = new AgentsLab();
  await lab.create(NAMESPACES, { metadata: { name: NAMESPACE } });
  const sidecar = { name: "sidecar", image: "side:1", env: [{ name: "A", value: "b" }] };
  const first = lab.start(lab.options({ poolsPerAgent: 1 }));
  await lab.template("registry/agent:1", [sidecar]);
  await lab.network("b", "mgmt");
  await lab.settle();
  await lab.network("a", "mgmt");
  await lab.network("none");
  await lab.settle();
  deepStrictEqual(await lab.deployments(), { "agent": 2, "agent-mgmt": 2, "agent-mgmt-part-2": 2 });
  for (const name of ["agent", "agent-mgmt", "agent-mgmt-part-2"]) {
    const containers = await lab.containers(name);
    deepStrictEqual(containers.map(({ name }) => name).sort(), ["agent", "sidecar"]);
    const { env, image } = containers.find(({ name }) => name === "sidecar") ?? {};
    deepStrictEqual({ env, image }, { env: sidecar.env, image: "side:1" });
    strictEqual(await lab.env(name, "POD_NAMESPACE"), "x");
  }
  // Each pool stays where it was first, though the other's name is before its own.
  deepStrictEqual(await lab.serves("agent-mgmt"), ["default/b"]);
  deepStrictEqual(await lab.serves("agent-mgmt-part-2"), ["default/a"]);
  const before = await lab.versions();
  await first.stop();
  lab.start(lab.options({ poolsPerAgent: 1 }));
  await lab.pass(1_000);
  deepStrictEqual(await lab.versions(), before);
});

Deno.test("a Deployment that is as it should be is not applied again, whatever is looked at", async () => {
  await using lab = new AgentsLab();
  await lab.create(NAMESPACES, { metadata: { name: NAMESPACE } });
  await lab.template();
  const applied: string[] = [];
  const through = lab.rest();
  const rest = toRestClient((request) => {
    if (request.method === "PATCH" && request.path.includes("/deployments/")) {
      applied.push(request.path.split("/").at(-1) ?? "");
    }
    return through.performRequest(request);
  });
  lab.start({ ...lab.options(), rest });
  await lab.network("a", "mgmt");
  await lab.network("b", "vlans");
  await lab.settle();
  applied.length = 0;
  await lab.patch(IPPOOLS, "default/a", { spec: { ipv4Config: { dns: ["9.9.9.9"] } } });
  await lab.settle();
  deepStrictEqual(applied, []);
  await lab.network("c", "vlans");
  await lab.settle();
  deepStrictEqual(applied, ["agent-vlans"]);
});

Deno.test("agents of the last pool go with it though the networks' kind is not served", async () => {
  await using lab = new AgentsLab();
  await lab.create(NAMESPACES, { metadata: { name: NAMESPACE } });
  await lab.template();
  await lab.network("net-48", "mgmt");
  const first = lab.start(lab.options());
  await lab.settle();
  await first.stop();
  lab.start({ ...lab.options(), rest: withoutMultus(lab, () => true) });
  await lab.pass(3_000);
  strictEqual((await lab.deployments())["agent-mgmt"], 2);
  await lab.delete(IPPOOLS, "default/net-48");
  await lab.pass(3_000);
  deepStrictEqual(await lab.deployments(), { agent: 0 });
});

/** A client of a cluster that does not serve NetworkAttachmentDefinitions, for as long as `isMissing`. */
function withoutMultus(lab: AgentsLab, isMissing: () => boolean): RestClient {
  const through = lab.rest();
  return toRestClient((request) => {
    const { method, path } = request;
    if (!isMissing() || !path.includes("/k8s.cni.cncf.io/")) return through.performRequest(request);
    const status = { code: 404, reason: "NotFound", message: "page not found" };
    return Promise.reject(new ApiError(status, { method, path }));
  });
}

Deno.test("a network that moves to another cluster network is served there, and where it was until it is answered", async () => {
  await using lab = await agentsReady();
  await lab.network("net-48", "mgmt");
  await lab.settle();
  await lab.relabel("net-48", "vlans");
  deepStrictEqual(await lab.deployments(), { "agent": 0, "agent-mgmt": 2, "agent-vlans": 2 });
  await lab.answer("agent-vlans", "default/net-48");
  deepStrictEqual(await lab.deployments(), { "agent": 0, "agent-vlans": 2 });
});

Deno.test("former agents go also where it is told only after their successor's report that its pod runs", async () => {
  await using lab = await agentsReady();
  await lab.network("net-48", "mgmt");
  await lab.settle();
  await lab.relabel("net-48", "vlans");
  await lab.answer("agent-vlans", "default/net-48", { phase: "Pending" });
  deepStrictEqual(await lab.deployments(), { "agent": 0, "agent-mgmt": 2, "agent-vlans": 2 });
  await lab.podStatus("agent-vlans-1", RUNNING);
  deepStrictEqual(await lab.deployments(), { "agent": 0, "agent-vlans": 2 });
});

Deno.test("a network that comes after its pool is served then", async () => {
  await using lab = await agentsReady();
  await lab.create(IPPOOLS, pool("default/net-48"));
  await lab.settle();
  deepStrictEqual(await lab.deployments(), { agent: 0 });
  await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad("default/net-48"));
  await lab.settle();
  deepStrictEqual(await lab.deployments(), { agent: 2 });
});

Deno.test("agents stay while the networks' kind is not served, whatever a new controller sees", async () => {
  await using lab = new AgentsLab();
  await lab.create(NAMESPACES, { metadata: { name: NAMESPACE } });
  await lab.template();
  await lab.network("net-48", "mgmt");
  const first = lab.start(lab.options());
  await lab.settle();
  await first.stop();
  const before = await lab.versions();
  let isServed = false;
  lab.start({ ...lab.options(), rest: withoutMultus(lab, () => !isServed) });
  await lab.pass(10_000);
  deepStrictEqual(await lab.versions(), before);
  isServed = true;
  await lab.network("net-50", "vlans");
  await lab.pass(10_000);
  deepStrictEqual(await lab.deployments(), { "agent": 0, "agent-mgmt": 2, "agent-vlans": 2 });
});
