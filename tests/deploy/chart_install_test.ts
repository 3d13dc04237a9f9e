import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { pool } from "../controller/objects.ts";
import { until } from "../network/wait.ts";
import { mustRun, type RealCluster, startRealCluster } from "../real/mod.ts";
import { CHART, helmProgram, NAMESPACE, ROOT } from "./chart.ts";
import { UNUSED_VALUES, valuesOf } from "./chart_values.ts";
import { kubectl } from "./deployed.ts";
import { GO_CRDS } from "./go_crds.ts";
import { type DeploymentLike, Program } from "./program.ts";

const OLD_CHART = `${ROOT}tests/recorded/vm-dhcp-0.1.0.tgz`;
const CRDS = [
  "ippools.network.harvesterhci.io",
  "virtualmachinenetworkconfigs.network.harvesterhci.io",
  "ippoolhistories.network.harvesterhci.io",
];
const KEEP = "helm.sh/resource-policy";

/** Runs Helm in the cluster, and gives what it printed. */
async function helm(cluster: RealCluster, ...args: readonly string[]): Promise<string> {
  return await mustRun(await helmProgram(), [...args, "--timeout=120s"], {
    env: {
      KUBECONFIG: cluster.kubeconfig,
      HELM_CACHE_HOME: `${cluster.folder}/helm`,
      HELM_CONFIG_HOME: `${cluster.folder}/helm`,
    },
  });
}

/** One CRD as it is served. */
async function crd(cluster: RealCluster, name: string): Promise<{
  readonly metadata: {
    readonly uid: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
  };
}> {
  return JSON.parse(await kubectl(cluster, ["get", "crd", name, "-o", "json"]));
}

/** Whether the pools' CRD has the fields of this version. */
async function isUpToDate(cluster: RealCluster): Promise<boolean> {
  return JSON.stringify(await crd(cluster, CRDS[0] ?? "")).includes('"released"');
}

/** Does what the kubelet and the job controller do for the job that brings CRDs up to date. */
async function runJob(cluster: RealCluster, namespace: string): Promise<string> {
  const at = ["--namespace", namespace];
  const job = await until(async () => {
    const { items } = JSON.parse(await kubectl(cluster, ["get", "jobs", ...at, "-o", "json"]));
    return items[0] as DeploymentLike | undefined;
  }, { what: "Helm makes the job", timeoutMs: 60_000, everyMs: 200 });
  await using program = await Program.start(cluster, { deployment: job, pod: "crds-1", flags: [] });
  strictEqual(await program.finished(), 0, program.log);
  const time = new Date().toISOString().replace(/\.\d+Z$/, "Z");
  const condition = (type: string) => ({ type, status: "True", lastTransitionTime: time });
  const status = {
    startTime: time,
    completionTime: time,
    succeeded: 1,
    uncountedTerminatedPods: {},
    conditions: [condition("SuccessCriteriaMet"), condition("Complete")],
  };
  await kubectl(cluster, [
    ...["patch", `job/${job.metadata.name}`, ...at, "--subresource=status", "--type=merge"],
    `--patch=${JSON.stringify({ status })}`,
  ]);
  return program.log;
}

async function deployment(cluster: RealCluster, name: string): Promise<{
  readonly metadata: { readonly uid: string; readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly replicas: number;
    readonly template: {
      readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
      readonly spec: {
        readonly containers: readonly {
          readonly image: string;
          readonly securityContext?: Readonly<Record<string, unknown>>;
          readonly env: readonly { readonly name: string; readonly value?: string }[];
        }[];
      };
    };
  };
}> {
  const args = ["get", `deployment/${name}`, "--namespace", NAMESPACE, "-o", "json"];
  return JSON.parse(await kubectl(cluster, args));
}

Deno.test("I1: the chart of 0.1.0 is upgraded in place, with its values and every record", async (t) => {
  await using cluster = await startRealCluster({ crds: GO_CRDS });
  const release = ["vm-dhcp", `--namespace=${NAMESPACE}`];
  const image = "registry.example/vm-dhcp:0.1.0";
  // The CRDs of the Go version are there already, so that this chart leaves them as they are.
  await helm(
    cluster,
    "install",
    ...release,
    OLD_CHART,
    "--create-namespace",
    `--set=image=${image}`,
  );
  const user = `system:serviceaccount:${NAMESPACE}:vm-dhcp-controller`;
  const record = {
    apiVersion: "network.harvesterhci.io/v1alpha1",
    kind: "IPPool",
    ...pool("default/net-48"),
  };
  const as = [`--as=${user}`, "--as-group=system:masters"];
  await kubectl(cluster, ["create", "-f", "-", ...as], JSON.stringify(record));
  // What the controller gives the template.
  const ours = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "vm-dhcp-agent", namespace: NAMESPACE },
    spec: {
      replicas: 2,
      template: {
        metadata: { annotations: { "k8s.v1.cni.cncf.io/networks": "[]" } },
        spec: { containers: [{ name: "agent", env: [{ name: "IPPOOL_REFS_JSON", value: "[]" }] }] },
      },
    },
  };
  await kubectl(cluster, [
    ...[
      "apply",
      "--server-side",
      "--force-conflicts",
      "--field-manager=vm-dhcp-controller",
      "-f",
      "-",
    ],
  ], JSON.stringify(ours));
  const before = await deployment(cluster, "vm-dhcp-controller");
  const crdBefore = await crd(cluster, CRDS[0] ?? "");
  strictEqual(await isUpToDate(cluster), false);

  await t.step("S6: a job brings the CRDs up to date, also those of the Go version", async () => {
    const [said, log] = await Promise.all([
      helm(cluster, "upgrade", ...release, CHART, "--reuse-values"),
      runJob(cluster, NAMESPACE),
    ]);
    match(log, /The CRD is up to date/);
    match(said, /STATUS: deployed/);
    ok(await isUpToDate(cluster));
    const { metadata: { uid, annotations = {} } } = await crd(cluster, CRDS[0] ?? "");
    strictEqual(uid, crdBefore.metadata.uid);
    strictEqual(annotations["meta.helm.sh/release-name"], "vm-dhcp");
    strictEqual(await kubectl(cluster, ["get", "jobs", "-A", "-o", "name"]), "");
  });

  await t.step(
    "the Deployments are the same, with what the values and the controller say",
    async () => {
      const after = await deployment(cluster, "vm-dhcp-controller");
      strictEqual(after.metadata.uid, before.metadata.uid);
      const [container] = after.spec.template.spec.containers;
      strictEqual(container?.image, image);
      strictEqual(container?.securityContext?.["runAsUser"], 65532);
      const { replicas, template } = (await deployment(cluster, "vm-dhcp-agent")).spec;
      strictEqual(replicas, 2);
      strictEqual(template.metadata.annotations?.["k8s.v1.cni.cncf.io/networks"], "[]");
      ok(template.spec.containers[0]?.env.some(({ name }) => name === "IPPOOL_REFS_JSON"));
    },
  );

  await t.step(
    "the next upgrade has the CRDs as its own, and names values without meaning",
    async () => {
      const file = `${cluster.folder}/unused.json`;
      const values = valuesOf([
        ...Object.entries(UNUSED_VALUES).map(([value, set]) => ({ value, set })),
        { value: "image.repository", set: "rancher/harvester-vm-dhcp-controller" },
        { value: "agent.image.repository", set: "rancher/harvester-vm-dhcp-agent" },
      ]);
      await Deno.writeTextFile(file, JSON.stringify(values));
      const said = await helm(cluster, "upgrade", ...release, CHART, `--values=${file}`);
      const [, notes = ""] = said.split("NOTES:");
      for (const name of [...Object.keys(UNUSED_VALUES), "image.repository", "agent.image"]) {
        ok(notes.includes(`- ${name}`), `${name} is not named:\n${notes}`);
      }
      const { metadata: { labels = {} } } = await crd(cluster, CRDS[1] ?? "");
      strictEqual(labels["app.kubernetes.io/instance"], "vm-dhcp");
    },
  );

  await t.step("uninstalling keeps the CRDs and the records", async () => {
    await helm(cluster, "uninstall", ...release);
    for (const name of CRDS) {
      const { metadata: { annotations = {} } } = await crd(cluster, name);
      strictEqual(annotations[KEEP], "keep");
    }
    const records = await kubectl(cluster, ["get", "ippl", "-A", "-o", "name"]);
    strictEqual(records.trim(), "ippool.network.harvesterhci.io/net-48");
    const left = await kubectl(cluster, [
      ...["get", "clusterroles,clusterrolebindings,validatingwebhookconfigurations"],
      ...["-l", "app.kubernetes.io/part-of=vm-dhcp", "-o", "name"],
    ]);
    strictEqual(left, "");
  });

  await t.step(
    "installing again takes the CRDs that were kept, under other names as well",
    async () => {
      await kubectl(cluster, ["create", "namespace", "locks"]);
      const names = ["--set=fullnameOverride=dhcp", "--set=leaderElection.namespace=locks"];
      await helm(cluster, "install", ...release, CHART, ...names);
      strictEqual((await crd(cluster, CRDS[0] ?? "")).metadata.uid, crdBefore.metadata.uid);
    },
  );

  await t.step("the programs have the rights that they need under those names", async () => {
    const programs = [
      { name: "dhcp-controller", line: "Leading", flags: [] },
      { name: "dhcp-webhook", line: "Serving with a certificate", flags: ["--https-port=0"] },
    ];
    for (const { name, line, flags } of programs) {
      await using program = await Program.start(cluster, {
        deployment: await deployment(cluster, name) as DeploymentLike,
        pod: `${name}-1`,
        flags,
      });
      await program.tells(line);
    }
    const locks = await kubectl(cluster, ["get", "leases", "--namespace=locks", "-o", "name"]);
    strictEqual(locks.trim(), "lease.coordination.k8s.io/vm-dhcp-controllers");
    await until(async () =>
      await kubectl(cluster, [
        ...["get", "validatingwebhookconfiguration", "dhcp-webhook"],
        "-o=jsonpath={.webhooks[0].clientConfig.caBundle}",
      ]) !== "", { what: "the webhook writes its CA" });
  });

  await t.step(
    "I3: a release of another chart, as Harvester's Addon has it, becomes this one",
    async () => {
      await helm(cluster, "uninstall", ...release);
      const folder = `${cluster.folder}/go-chart`;
      await Deno.mkdir(`${folder}/templates`, { recursive: true });
      const go = { apiVersion: "v2", name: "harvester-vm-dhcp-controller", version: "1.5.0" };
      await Deno.writeTextFile(`${folder}/Chart.yaml`, JSON.stringify(go));
      const account = (name: string) => ({
        apiVersion: "v1",
        kind: "ServiceAccount",
        metadata: { name },
      });
      await Deno.writeTextFile(
        `${folder}/templates/account.yaml`,
        JSON.stringify(account("harvester-vm-dhcp-controller")),
      );
      const addon = ["harvester-vm-dhcp-controller", "--namespace=harvester-system"];
      await helm(cluster, "install", ...addon, folder, "--create-namespace");
      // The CRDs are the former release's, so the job runs again; they stay that release's.
      const [said] = await Promise.all([
        helm(cluster, "upgrade", ...addon, CHART, "--set=webhook.serviceCidr=10.53.0.0/16"),
        runJob(cluster, "harvester-system"),
      ]);
      match(said, /REVISION: 2/);
      const accounts = await kubectl(cluster, [
        ...["get", "serviceaccounts", "--namespace=harvester-system", "-o", "name"],
      ]);
      deepStrictEqual(accounts.trim().split("\n"), [
        "serviceaccount/vm-dhcp-agent",
        "serviceaccount/vm-dhcp-controller",
        "serviceaccount/vm-dhcp-webhook",
      ]);
    },
  );
});
