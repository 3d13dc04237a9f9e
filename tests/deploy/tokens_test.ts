import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { IPPool } from "../../core/api/types.ts";
import { AGENT, CONTROLLER, WEBHOOK } from "../../deploy/names.ts";
import { DEFAULT_SETTINGS } from "../../deploy/settings.ts";
import {
  type Deployment,
  DEPLOYMENTS,
  EVENTS,
  IPPOOLS,
  LEASES,
  NAMESPACES,
  NETWORK_ATTACHMENT_DEFINITIONS,
  PODS,
  SECRETS,
} from "../../kube/mod.ts";
import { pool } from "../controller/objects.ts";
import { Real } from "../controller_real/real.ts";
import { until } from "../network/wait.ts";
import { type RealCluster, startRealCluster } from "../real/mod.ts";
import {
  agentOf,
  HELD_IMAGE,
  MADE,
  ofAgent,
  ofAgentWithoutPod,
  ofController,
  ofTenant,
  ofWebhook,
  OTHER,
  type Row,
  TENANT,
} from "./attempts.ts";
import { deployed, kubectl } from "./deployed.ts";
import { Thief } from "./thief.ts";

const { namespace: NAMESPACE } = DEFAULT_SETTINGS;
const DOCUMENT = new URL("../../docs/tokens.md", import.meta.url);

/** What the attempts are about. */
async function furnish(
  cluster: RealCluster,
): Promise<{ readonly template: Deployment; readonly pool: IPPool }> {
  const real = new Real(cluster.rest);
  for (const name of [TENANT, OTHER]) await real.create(NAMESPACES, { metadata: { name } });
  const key = { namespace: TENANT, name: "net" };
  const labels = { "network.harvesterhci.io/clusternetwork": "other" };
  const config = '{"type":"bridge"}';
  const network = { metadata: { ...key, labels }, spec: { config } };
  await real.create(NETWORK_ATTACHMENT_DEFINITIONS, network);
  const made = await real.create(IPPOOLS, pool(`${TENANT}/net`));
  const pods = [["go-agent", "agent"], [`${WEBHOOK}-1`, "none"]] as const;
  for (const [name, role] of pods) {
    const labels = { "network.harvesterhci.io/vm-dhcp-controller": role };
    const spec = { containers: [{ name: "none", image: "none" }] };
    await real.create(PODS, { metadata: { namespace: NAMESPACE, name, labels }, spec });
  }
  for (const namespace of ["kube-system", NAMESPACE]) {
    await real.create(LEASES, { metadata: { namespace, name: "somebody" }, spec: {} });
  }
  for (const name of [AGENT, `${AGENT}-mgmt`]) {
    await real.create(LEASES, { metadata: { namespace: NAMESPACE, name }, spec: {} });
  }
  for (const name of [`${WEBHOOK}-tls`, "somebodys"]) {
    await real.create(SECRETS, { metadata: { namespace: NAMESPACE, name } });
  }
  await real.create(EVENTS, {
    metadata: { namespace: TENANT, name: "somebody" },
    involvedObject: { namespace: TENANT },
    source: { component: "kubelet" },
  });
  const template = await real.get(DEPLOYMENTS, `${NAMESPACE}/${AGENT}`) as Deployment;
  await real.kube.of(DEPLOYMENTS).patch({ namespace: NAMESPACE, name: MADE }, {
    type: "apply",
    fieldManager: "test",
    body: agentOf(template, { name: MADE, image: HELD_IMAGE }),
  });
  return { template, pool: made };
}

/** Nobody answers for the webhook's Service here. */
async function withoutWebhook(cluster: RealCluster): Promise<void> {
  const ignore = '[{"op":"replace","path":"/webhooks/0/failurePolicy","value":"Ignore"}]';
  for (const kind of ["mutating", "validating"]) {
    const configuration = `${kind}webhookconfiguration/${WEBHOOK}`;
    await kubectl(cluster, ["patch", configuration, "--type=json", `--patch=${ignore}`]);
  }
}

async function tenant(cluster: RealCluster, role: string): Promise<string> {
  const subject = { namespace: TENANT, name: role };
  const kubeconfig = await cluster.kubeconfigFor({ serviceAccount: subject });
  const account = `--serviceaccount=${TENANT}:${role}`;
  const binding = ["create", "rolebinding", role, `--clusterrole=${role}`, account];
  await kubectl(cluster, [...binding, `--namespace=${TENANT}`]);
  return kubeconfig;
}

Deno.test("T14: a stolen token is good for what its role needs, and for nothing else", async (t) => {
  await using cluster = await startRealCluster({ controllerManager: true });
  await deployed(cluster);
  await withoutWebhook(cluster);
  const given = { namespace: NAMESPACE, ...await furnish(cluster) };
  const account = (name: string, pod?: string) =>
    cluster.kubeconfigFor({
      serviceAccount: { namespace: NAMESPACE, name },
      ...(pod === undefined ? {} : { pod }),
    });
  const pod = `${AGENT}-mgmt-5d9c7f6b44-x7k2p`;
  const tokens: readonly (readonly [whose: string, kubeconfig: string, rows: readonly Row[]])[] = [
    ["The controller", await account(CONTROLLER), ofController(given)],
    ["The webhook", await account(WEBHOOK), ofWebhook(given)],
    [`An agent of ${AGENT}-mgmt`, await account(AGENT, pod), ofAgent(given)],
    ["An agent's ServiceAccount, for no pod", await account(AGENT), ofAgentWithoutPod(given)],
  ];
  const tenants = await Promise.all(
    (["view", "edit", "admin"] as const).map(async (role) =>
      [
        `A tenant with \`${role}\` in ${TENANT}`,
        await tenant(cluster, role),
        ofTenant(given, role),
      ] as const
    ),
  );

  let table = "";
  for (const [whose, kubeconfig, rows] of [...tokens, ...tenants]) {
    await t.step(whose, async () => {
      using thief = await Thief.with(kubeconfig);
      // Policies and aggregated roles are followed a moment after they are made.
      for (const row of [rows[0], rows.find(({ outcome }) => /^no: (?!RBAC)/.test(outcome))]) {
        if (row === undefined) continue;
        await until(async () => await thief.tries(row) === row.outcome, {
          what: `${whose} can ${row.what}: ${row.outcome}`,
          timeoutMs: 15_000,
        });
      }
      const found: (readonly [string, string])[] = [];
      for (const row of rows) found.push([row.what, await thief.tries(row)]);
      table += section(whose, found);
      deepStrictEqual(found, rows.map(({ what, outcome }) => [what, outcome]));
    });
  }

  await t.step("docs/tokens.md says so", async () => {
    Deno.stdout.writeSync(new TextEncoder().encode(table));
    const text = await Deno.readTextFile(DOCUMENT);
    strictEqual(text.slice(text.indexOf("\n## ")), table);
  });
});

function section(whose: string, found: readonly (readonly [string, string])[]): string {
  const rows = [["tries to", "outcome"] as const, ...found];
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  const line = (cells: readonly string[], fill = " ") =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0, fill)).join(" | ")} |\n`;
  const [head = [], ...others] = rows;
  return `\n## ${whose}\n\n${line(head)}${line(["", ""], "-")}${
    others.map((row) => line(row)).join("")
  }`;
}
