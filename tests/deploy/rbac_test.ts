import {
  deepStrictEqual,
  match,
  notStrictEqual,
  ok,
  rejects,
  strictEqual,
} from "node:assert/strict";
import { AGENT, CONTROLLER, WEBHOOK } from "../../deploy/names.ts";
import { historyRbacObjects, rbacObjects } from "../../deploy/objects/rbac.ts";
import { DEFAULT_SETTINGS } from "../../deploy/settings.ts";
import { HeardClient } from "../../inspect/heard/heard_client.ts";
import {
  DEPLOYMENTS,
  type ObjectKey,
  parseKey,
  SECRETS,
  VIRTUAL_MACHINES,
  VMNETCFGS,
} from "../../kube/mod.ts";
import { AGENT_AUDIENCE } from "../../core/api/agent/agent_audience.ts";
import type { KubeObject } from "../../core/api/mod.ts";
import {
  IPPOOLS,
  LEASES,
  NAMESPACES,
  NETWORK_ATTACHMENT_DEFINITIONS,
  PODS,
} from "../../kube/mod.ts";
import { systemClock } from "../../runtime/clock.ts";
import { mac, pool, reservation, vm } from "../controller/objects.ts";
import { until } from "../network/wait.ts";
import { startRealCluster } from "../real/mod.ts";
import { accessTable, differences, grantsOf } from "./access.ts";
import { askWebhook } from "./ask_webhook.ts";
import { deployed, kubectl } from "./deployed.ts";
import { type DeploymentLike, Program } from "./program.ts";
import { Scene } from "./scene.ts";

const { namespace: NAMESPACE } = DEFAULT_SETTINGS;
const LONG_MS = 60_000;
const CA_BUNDLE = "-o=jsonpath={.webhooks[0].clientConfig.caBundle}";

/** A NetworkAttachmentDefinition on a cluster network of Harvester's. */
function attachment(key: string, clusterNetwork?: string): object {
  const labels = clusterNetwork === undefined
    ? {}
    : { "network.harvesterhci.io/clusternetwork": clusterNetwork };
  return {
    metadata: { ...parseKey(key), labels },
    spec: { config: '{"cniVersion":"0.3.1","type":"bridge","bridge":"br0"}' },
  };
}

/** An agent pod of the Go version. */
function legacyPod(key: ObjectKey): object {
  const labels = {
    "network.harvesterhci.io/vm-dhcp-controller": "agent",
    "network.harvesterhci.io/ippool-namespace": "default",
    "network.harvesterhci.io/ippool-name": "net-a",
  };
  return { metadata: { ...key, labels }, spec: { containers: [{ name: "agent", image: "go" }] } };
}

Deno.test("the roles allow exactly what controller, webhook and agents ask for", async (t) => {
  // Without a garbage collector: the controller does its work too.
  await using cluster = await startRealCluster({ audit: true });
  await deployed(cluster);
  await using scene = new Scene(cluster, NAMESPACE);
  const { real } = scene;
  // No pod runs, so nobody answers for the Service.
  const ignore = '[{"op":"replace","path":"/webhooks/0/failurePolicy","value":"Ignore"}]';
  const validating = `validatingwebhookconfiguration/${WEBHOOK}`;
  const mutating = `mutatingwebhookconfiguration/${WEBHOOK}`;
  const askNobody = () =>
    kubectl(cluster, ["patch", validating, "--type=json", `--patch=${ignore}`]);
  await askNobody();
  await real.create(NAMESPACES, { metadata: { name: "tenant-a" } });
  await real.create(PODS, legacyPod({ namespace: NAMESPACE, name: "default-net-a-agent" }));

  await t.step("the webhook makes its certificate, shares it, and repairs it", async () => {
    const first = await scene.start(WEBHOOK, "webhook-1");
    await first.tells("Serving with a certificate");
    await scene.used(WEBHOOK, "patch", "validatingwebhookconfigurations");
    const [, hostname = "", port = ""] = /"hostname":"(.*?)","port":(\d+)/.exec(first.log) ?? [];
    const answer = await askWebhook({
      hostname,
      port: Number(port),
      name: `${WEBHOOK}.${NAMESPACE}.svc`,
      caBundle: await kubectl(cluster, ["get", validating, CA_BUNDLE]),
      object: {
        apiVersion: IPPOOLS.apiVersion,
        kind: IPPOOLS.kind,
        ...pool("default/none", { router: "192.168.49.1" }),
      } as KubeObject,
    });
    deepStrictEqual(answer.allowed, false);
    match(answer.message, /spec\.ipv4Config\.router: .*192\.168\.48\.0\/24/);
    const secret = { data: { "tls.crt": "" } };
    await real.patch(SECRETS, `${NAMESPACE}/${WEBHOOK}-tls`, secret);
    const second = await scene.start(WEBHOOK, "webhook-2");
    await second.tells("Serving with a certificate");
    await scene.used(WEBHOOK, "update", "secrets");
    for (const webhook of [first, second]) strictEqual(await webhook.stop(), 0);
  });

  // Put back after 10 s: the next step has something to do meanwhile.
  await kubectl(cluster, ["delete", validating, mutating]);
  const third = await scene.start(WEBHOOK, "webhook-3");

  await t.step("the controller leads, removes old agent pods, and makes agents", async () => {
    await scene.start(CONTROLLER, "controller-1");
    await (scene.programs.at(-1) as Program).tells("Leading");
    await real.create(NETWORK_ATTACHMENT_DEFINITIONS, attachment("default/net-a"));
    await real.create(NETWORK_ATTACHMENT_DEFINITIONS, attachment("tenant-a/net-b", "mgmt"));
    await real.create(NETWORK_ATTACHMENT_DEFINITIONS, attachment("default/nobody"));
    await real.create(IPPOOLS, pool("default/net-a"));
    await real.create(IPPOOLS, pool("tenant-a/net-b", { cidr: "192.168.48.0/24" }));
    await real.gone(PODS, `${NAMESPACE}/default-net-a-agent`);
    await scene.used(CONTROLLER, "create", "poddisruptionbudgets");
  });

  await t.step("I11: the webhook puts its configurations back, with its CA", async () => {
    await third.tells("configurations were missing and are put back");
    for (const one of [validating, mutating]) {
      notStrictEqual(await kubectl(cluster, ["get", one, CA_BUNDLE]), "");
    }
    await askNobody();
    strictEqual(await third.stop(), 0);
  });

  await t.step("agents of both Deployments hold their Leases and report", async () => {
    for (const name of [AGENT, `${AGENT}-mgmt`]) {
      await until(async () => poolsOf(await real.get(DEPLOYMENTS, `${NAMESPACE}/${name}`)) > 0, {
        what: `${name} serves a pool`,
        timeoutMs: LONG_MS,
      });
      const agent = await scene.start(name, `${name}-1`);
      await agent.tells("Leading");
    }
    for (const key of ["default/net-a", "tenant-a/net-b"]) {
      const { status } = await real.pool(
        key,
        ({ status }) =>
          status?.conditions?.some(({ type, reason }) =>
            type === "AgentReady" && reason === "InterfaceMissing"
          ) === true,
      );
      strictEqual(status?.agentPodRef, undefined);
    }
  });

  await t.step("an agent tells the controller alone what it hears", async () => {
    const podIP = ownAddress();
    await using agent = await Program.start(cluster, {
      deployment: await real.get(DEPLOYMENTS, `${NAMESPACE}/${AGENT}`) as DeploymentLike,
      pod: `${AGENT}-asked`,
      flags: [],
      podIP,
    });
    await agent.tells(`"hostname":"${podIP}"`);
    const tokenOf = async (name: string, ...flags: readonly string[]) =>
      await kubectl(cluster, [`--namespace=${NAMESPACE}`, "create", "token", name, ...flags]);
    const ask = async (token?: string) => {
      const headers = token === undefined ? undefined : { authorization: `Bearer ${token.trim()}` };
      const response = await fetch(`http://${podIP}:8080/clients`, { ...(headers && { headers }) });
      const { pod, error } = await response.json();
      return `${response.status} ${pod ?? error}`;
    };
    const audience = `--audience=${AGENT_AUDIENCE}`;
    const client = new HeardClient({
      pods: () => [{ name: `${AGENT}-asked`, ip: podIP }],
      token: () => tokenOf(CONTROLLER, audience),
      clock: systemClock,
    });
    const { answers, problems } = await client.heard({}, new AbortController().signal);
    deepStrictEqual([answers.map(({ pod }) => pod), problems], [[`${AGENT}-asked`], []]);
    match(await ask(), /^401 .*no bearer token/);
    match(await ask("made-up"), /^401 The token is none of this cluster's/);
    match(await ask(await tokenOf(CONTROLLER)), /^401 The token is none of this cluster's/);
    match(await ask(await tokenOf(WEBHOOK, audience)), /^403 .*the token is of .*:vm-dhcp-webhook/);
    // The API server itself refuses the token that is shown to agents.
    const token = `--token=${(await tokenOf(CONTROLLER, audience)).trim()}`;
    await rejects(
      kubectl(cluster, ["get", "ippools.network.harvesterhci.io", token]),
      /provide credentials/,
    );
    strictEqual(await agent.stop(), 0);
  });

  await t.step(
    "the agents follow their template, also one that somebody else touched",
    async () => {
      const kubectlHere = (...args: readonly string[]) =>
        kubectl(cluster, [`--namespace=${NAMESPACE}`, ...args]);
      await kubectlHere("rollout", "restart", `deployment/${AGENT}-mgmt`);
      for (const image of ["registry.example/a:1", "registry.example/a:2"]) {
        await kubectlHere("set", "image", `deployment/${AGENT}`, `agent=${image}`);
        await until(async () => {
          const made = await real.get(DEPLOYMENTS, `${NAMESPACE}/${AGENT}-mgmt`);
          return JSON.stringify(made).includes(image);
        }, { what: `${AGENT}-mgmt has the image ${image}`, timeoutMs: LONG_MS });
      }
    },
  );

  await t.step("VirtualMachines come, change and go", async () => {
    const nics = (network: string) => [{ network, mac: mac(1) }];
    await real.create(VIRTUAL_MACHINES, vm("default/web", nics("default/net-a")));
    await real.create(
      VIRTUAL_MACHINES,
      vm("tenant-a/db", [{
        network: "tenant-a/net-b",
        mac: mac(2),
      }]),
    );
    await real.create(
      VMNETCFGS,
      reservation("default/by-hand", [{
        networkName: "default/net-a",
        macAddress: mac(3),
      }]),
    );
    for (const key of ["default/web", "tenant-a/db", "default/by-hand"]) await real.config(key);
    // The same thing told twice is one Event with a count.
    for (const network of ["default/nobody", "default/net-a", "default/nobody"]) {
      const { spec } = vm("default/web", nics(network)) as { readonly spec: object };
      await real.patch(VIRTUAL_MACHINES, "default/web", { spec });
      await real.event("web", "NoPool");
      const isServed = network === "default/net-a";
      await real.config(
        "default/web",
        ({ status }) => (status?.unserved === undefined) === isServed,
      );
    }
    const { spec: onPodNetwork } = vm("default/web", nics("pod")) as { readonly spec: object };
    await real.patch(VIRTUAL_MACHINES, "default/web", { spec: onPodNetwork });
    await real.gone(VMNETCFGS, "default/web");
    await scene.used(CONTROLLER, "patch", "events");
    const { spec } = vm("tenant-a/db", [
      { network: "tenant-a/net-b", mac: mac(2) },
      { network: "default/net-a", mac: mac(4) },
    ]) as { readonly spec: object };
    await real.patch(VIRTUAL_MACHINES, "tenant-a/db", { spec });
    await real.config("tenant-a/db", ({ status }) => status?.networkConfig?.length === 2);
    await real.delete(VIRTUAL_MACHINES, "tenant-a/db");
    await real.gone(VMNETCFGS, "tenant-a/db");
  });

  await t.step("guarded writes that fail are made again from what is there", async () => {
    const lease = (namespace: string, name: string) => ({
      resource: LEASES,
      key: `${namespace}/${name}`,
    });
    await scene.disturb({ resource: VMNETCFGS, key: "default/by-hand" }, {
      role: CONTROLLER,
      read: "virtualmachinenetworkconfigs",
    }, (round) => ({ spec: { paused: round % 2 === 0 } }));
    await scene.disturb({ resource: IPPOOLS, key: "default/net-a" }, {
      role: CONTROLLER,
      read: "ippools",
    }, (round) => ({
      spec: {
        ipv4Config: { pool: { exclude: [`192.168.48.${82 + round % 5}`] } },
      },
    }));
    await scene.disturb(lease("kube-system", "vm-dhcp-controllers"), {
      role: CONTROLLER,
      read: "leases",
    });
    await scene.disturb(lease(NAMESPACE, AGENT), { role: AGENT, read: "leases" });
  });

  await t.step("pools go, and their agents with them; a standby takes over", async () => {
    const standby = await scene.start(CONTROLLER, "controller-2");
    await standby.tells("Everything is known");
    const leader = scene.programs.at(-4) as Program;
    ok(leader.log.includes("Leading"));
    strictEqual(await leader.stop(), 0);
    await standby.tells("Leading");
    await real.delete(VMNETCFGS, "default/by-hand");
    await real.gone(VMNETCFGS, "default/by-hand");
    for (const key of ["tenant-a/net-b", "default/net-a"]) {
      await real.delete(IPPOOLS, key);
      await real.gone(IPPOOLS, key);
    }
    await real.gone(DEPLOYMENTS, `${NAMESPACE}/${AGENT}-mgmt`);
    await scene.used(CONTROLLER, "delete", "poddisruptionbudgets");
    for (const program of scene.programs.slice(-3)) strictEqual(await program.stop(), 0);
  });

  await t.step("nothing was refused", async () => {
    const refused = (await cluster.auditEvents()).filter(({ user, code }) =>
      scene.users.has(user) && code === 403
    );
    deepStrictEqual(refused, []);
    for (const { log } of scene.programs) {
      deepStrictEqual(
        log.split("\n").filter((line) =>
          /forbidden|\b403\b|NotCapable|Requires \w+ access/i.test(line)
        ),
        [],
      );
    }
  });

  await t.step("nothing is allowed that is not asked for", async () => {
    const grants = grantsOf([
      ...rbacObjects(DEFAULT_SETTINGS),
      ...historyRbacObjects(DEFAULT_SETTINGS),
    ]);
    const uses = await scene.uses();
    const table = accessTable(grants, uses);
    Deno.stdout.writeSync(new TextEncoder().encode(`\n${table}`));
    match(table, /^vm-dhcp-controller \(all\) /m);
    deepStrictEqual(differences(grants, uses), [], table);
  });
});

/** An address of this machine that is none of its loopback's, as a pod's is to those that ask it. */
function ownAddress(): string {
  const found = Deno.networkInterfaces().find(({ family, address }) =>
    family === "IPv4" && !address.startsWith("127.")
  );
  if (found === undefined) throw new Error("This machine has no address but the loopback's");
  return found.address;
}

/** How many pools a Deployment is told to serve. */
function poolsOf(deployment: unknown): number {
  const { spec } = (deployment ?? {}) as {
    readonly spec?: {
      readonly template: {
        readonly spec: {
          readonly containers: readonly {
            readonly env?: readonly { readonly name: string; readonly value?: string }[];
          }[];
        };
      };
    };
  };
  const env = spec?.template.spec.containers[0]?.env ?? [];
  const refs = env.find(({ name }) => name === "IPPOOL_REFS_JSON")?.value ?? "[]";
  return (JSON.parse(refs) as readonly unknown[]).length;
}
