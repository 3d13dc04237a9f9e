import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { deploy } from "../../deploy/deploy.ts";
import { DEFAULT_SETTINGS } from "../../deploy/settings.ts";
import { uninstall } from "../../deploy/uninstall.ts";
import {
  createKubeClient,
  DEPLOYMENTS,
  IPPOOLS,
  LEASES,
  NAMESPACES,
  PODS,
  SECRETS,
  VMNETCFGS,
} from "../../kube/mod.ts";
import { systemClock } from "../../runtime/clock.ts";
import { MUTATING, VALIDATING } from "../../webhook/cluster/configurations.ts";
import { pool, reservation } from "../controller/objects.ts";
import { Real } from "../controller_real/real.ts";
import { until } from "../network/wait.ts";
import { FOREIGN_CRDS } from "../real/crds.ts";
import { installCrds, mustRun, type RealCluster, startRealCluster } from "../real/mod.ts";
import { deployed, helmProgram, kubectl, present, runDeploy, runTask } from "./deployed.ts";

const NAMESPACE = "vm-dhcp";
/** How often to deploy after `--uninstall`; `VM_DHCP_ROUNDS=20` is 25 s of two cores. */
const ROUNDS = Number(Deno.env.get("VM_DHCP_ROUNDS") ?? 4);
const IMAGE = "--image=registry.example/vm-dhcp:1";
const CHART = new URL("../../deploy/helm/vm-dhcp", import.meta.url).pathname;

/** The namespaces of the subjects of a ClusterRoleBinding. */
async function subjects(cluster: RealCluster): Promise<string> {
  const path = "-o=jsonpath={.subjects[*].namespace}";
  return await kubectl(cluster, ["get", "clusterrolebinding/vm-dhcp-controller", path]);
}

/** What `deploy` says on its error output. It must fail. */
async function refusal(cluster: RealCluster, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runDeploy(cluster, args);
  strictEqual(code, 1, stdout);
  return stderr;
}

/** A deployment without a process of its own for each run. */
function inProcess(cluster: RealCluster, namespace: string, lines: string[] = []) {
  const options = {
    client: createKubeClient(cluster.rest),
    clock: systemClock,
    settings: { ...DEFAULT_SETTINGS, namespace },
    dryRun: false,
    print: (line: string) => void lines.push(line),
    signal: AbortSignal.timeout(300_000),
  };
  return {
    deploy: (wait = false) => deploy({ ...options, wait }),
    uninstall: () => uninstall({ ...options, purge: false, toGo: false }),
  };
}

/** What Kubernetes' own controllers and a kubelet would write of a Deployment. */
async function setReady(real: Real, name: string): Promise<void> {
  const key = `${NAMESPACE}/${name}`;
  const { metadata, spec } = await real.get(DEPLOYMENTS, key) ?? {};
  const n = spec?.replicas ?? 1;
  const counts = { replicas: n, updatedReplicas: n, readyReplicas: n, availableReplicas: n };
  await real.patchStatus(DEPLOYMENTS, key, {
    observedGeneration: metadata?.generation,
    ...counts,
  });
}

Deno.test("deploy leaves to others what is theirs, waits for what goes, and takes back what is its own", async (t) => {
  await using cluster = await startRealCluster({ crds: false, controllerManager: true });
  await installCrds(cluster.rest, FOREIGN_CRDS);
  const real = new Real(cluster.rest);
  await deployed(cluster, [IMAGE, "--tenancy=isolated"]);

  await t.step(
    "I7: a second installation is refused, and takes nothing from the first",
    async () => {
      const before = await present(cluster, NAMESPACE);
      const said = await refusal(cluster, ["--namespace=other"]);
      match(said, /^vm-dhcp is installed in namespace vm-dhcp already, /);
      match(said, /--uninstall --namespace vm-dhcp/, "the way to move");
      strictEqual(await real.get(NAMESPACES, "other"), undefined);
      strictEqual(await subjects(cluster), NAMESPACE);
      deepStrictEqual(await present(cluster, NAMESPACE), before);
    },
  );

  await t.step("I7: --uninstall elsewhere keeps what the installation needs", async () => {
    const before = await present(cluster, NAMESPACE);
    const lines = await deployed(cluster, ["--uninstall", "--namespace=other"]);
    ok(lines.some((line) => line.startsWith("! vm-dhcp is installed in namespace vm-dhcp, too")));
    deepStrictEqual(await present(cluster, NAMESPACE), before);
    match(
      await refusal(cluster, ["--uninstall", "--namespace=other", "--purge"]),
      /^vm-dhcp is installed in namespace vm-dhcp, which needs all records/,
    );
    deepStrictEqual(await present(cluster, NAMESPACE), before);
  });

  await t.step("I9: image and tenancy that run are kept where nobody names others", async () => {
    const lines = await deployed(cluster, ["--dry-run"]);
    ok(lines.includes("image     registry.example/vm-dhcp:1"), lines.join("\n"));
    deepStrictEqual(lines.filter((line) => /^(changed|created)/.test(line)), []);
    await deployed(cluster, ["--image=registry.example/vm-dhcp:2"]);
    const text = JSON.stringify(await real.get(DEPLOYMENTS, `${NAMESPACE}/vm-dhcp-controller`));
    ok(text.includes("registry.example/vm-dhcp:2") && text.includes("--tenancy=isolated"), text);
  });

  await t.step("I9: --purge and --to-go are nothing without --uninstall", async () => {
    for (const flag of ["--purge", "--to-go"]) {
      const { code, stderr } = await runDeploy(cluster, [flag]);
      strictEqual(code, 2);
      strictEqual(stderr, `Cannot use ${flag} without --uninstall\n`);
    }
  });

  await t.step("I9: --wait tells why a pod is not ready, and ends when all are", async () => {
    await real.create(PODS, {
      metadata: {
        namespace: NAMESPACE,
        name: "vm-dhcp-webhook-1",
        labels: { "app.kubernetes.io/name": "vm-dhcp-webhook" },
      },
      spec: { containers: [{ name: "webhook", image: "registry.example/vm-dhcp:2" }] },
    });
    const waiting = { reason: "ImagePullBackOff", message: "Back-off pulling image" };
    const container = { name: "webhook", image: "", imageID: "", restartCount: 0, ready: false };
    await real.patchStatus(PODS, `${NAMESPACE}/vm-dhcp-webhook-1`, {
      phase: "Pending",
      containerStatuses: [{ ...container, state: { waiting } }],
    });
    const lines: string[] = [];
    const waited = inProcess(cluster, NAMESPACE, lines).deploy(true);
    await until(() => lines.some((line) => line.includes("ImagePullBackOff")), {
      what: `the reason is told: ${lines}`,
      timeoutMs: 30_000,
    });
    match(
      lines.find((line) => line.includes("ImagePullBackOff")) ?? "",
      /vm-dhcp-webhook: 0 of 2 ready: Pod vm-dhcp\/vm-dhcp-webhook-1 waits: ImagePullBackOff: Back-off pulling image$/,
    );
    for (const name of ["vm-dhcp-webhook", "vm-dhcp-controller"]) await setReady(real, name);
    // No pod is behind the Service.
    await until(() => lines.some((line) => line.startsWith("  admission: ")), {
      what: `it is told that the webhook does not answer: ${lines}`,
      timeoutMs: 30_000,
    });
    match(lines.at(-1) ?? "", /^ {2}admission: .*failed calling webhook "validate\.network\./);
    await real.kube.of(VALIDATING).delete({ name: "vm-dhcp-webhook" });
    await waited;
    deepStrictEqual(lines.slice(-2), [
      "  admission: the API server is answered",
      "Ready: apply an IPPool",
    ]);
    await deployed(cluster);
  });

  await t.step("I10: a development webhook is refused where one is deployed", async () => {
    const before = await real.kube.of(VALIDATING).list();
    const { code, stderr } = await runTask("webhook", cluster, ["--url=https://127.0.0.1:0"]);
    strictEqual(code, 1);
    match(stderr, /already: MutatingWebhookConfiguration vm-dhcp-webhook calls Service vm-dhcp\//);
    deepStrictEqual((await real.kube.of(VALIDATING).list()).items, before.items);
  });

  await t.step("I10: deploy repairs configurations that call something else", async () => {
    for (const kind of [MUTATING, VALIDATING]) {
      const body = [{
        op: "replace",
        path: "/webhooks/0/clientConfig",
        value: { url: "https://127.0.0.1:1/gone" },
      }];
      await real.kube.of(kind).patch({ name: "vm-dhcp-webhook" }, { type: "json", body });
    }
    const dry = await deployed(cluster, ["--dry-run"]);
    ok(dry.includes("changed   ValidatingWebhookConfiguration vm-dhcp-webhook"), dry.join("\n"));
    await deployed(cluster);
    for (const kind of [MUTATING, VALIDATING]) {
      const found = await real.kube.of(kind).get({ name: "vm-dhcp-webhook" });
      const { url, service } = found?.webhooks?.[0]?.clientConfig ?? {};
      deepStrictEqual([url, service?.namespace], [undefined, NAMESPACE]);
    }
  });

  await t.step("I7: an object that Helm made, or somebody else, is left to them", async () => {
    const service = ["-n", NAMESPACE, "annotate", "service/vm-dhcp-webhook"];
    await kubectl(cluster, [...service, "meta.helm.sh/release-name=big"]);
    const said = await refusal(cluster, []);
    match(
      said,
      /^Service vm-dhcp\/vm-dhcp-webhook: Helm made this \(release big in namespace vm-d/,
    );
    match(said, /helm upgrade big --namespace vm-dhcp/);
    await kubectl(cluster, [...service, "meta.helm.sh/release-name-"]);
    const label = ["-n", NAMESPACE, "label", "deployment/vm-dhcp-agent"];
    await kubectl(cluster, [...label, "app.kubernetes.io/part-of-"]);
    match(await refusal(cluster, []), /^Cannot deploy over Deployment vm-dhcp\/vm-dhcp-agent/);
    await kubectl(cluster, [...label, "app.kubernetes.io/part-of=vm-dhcp"]);
  });

  await t.step(
    "I7: agents of the Go version elsewhere are taken over from there only",
    async () => {
      await real.create(NAMESPACES, { metadata: { name: "harvester-system" } });
      await real.create(PODS, {
        metadata: {
          namespace: "harvester-system",
          name: "default-net-48-agent",
          labels: { "network.harvesterhci.io/vm-dhcp-controller": "agent" },
        },
        spec: { containers: [{ name: "agent", image: "go" }] },
      });
      match(
        await refusal(cluster, []),
        /^The Go version runs in namespace harvester-system \(Pod harvester-system\/default-net-48-agent\)/,
      );
      await kubectl(cluster, ["delete", "namespace/harvester-system", "--wait=false"]);
      await kubectl(cluster, ["-n", "harvester-system", "delete", "pod", "--all", "--force"]);
    },
  );

  await t.step("I12: after --uninstall all that is left can be deleted, and says so", async () => {
    const user = `system:serviceaccount:${NAMESPACE}:vm-dhcp-controller`;
    const as = [`--as=${user}`, "--as-group=system:masters"];
    const finalizers = {
      pool: ["wrangler.cattle.io/vm-dhcp-ippool-controller"],
      config: ["wrangler.cattle.io/vm-dhcp-vmnetcfg-controller"],
    };
    const records = [
      { ...pool("default/net-48"), apiVersion: IPPOOLS.apiVersion, kind: IPPOOLS.kind },
      {
        ...reservation("default/db", [{ macAddress: "52:54:00:00:00:01" }]),
        apiVersion: VMNETCFGS.apiVersion,
        kind: VMNETCFGS.kind,
      },
    ] as unknown as readonly { readonly kind: string; readonly metadata: object }[];
    for (const record of records) {
      const own = record.kind === IPPOOLS.kind ? finalizers.pool : finalizers.config;
      const metadata = { ...record.metadata, finalizers: own };
      const whole = JSON.stringify({ ...record, metadata });
      await kubectl(cluster, ["create", "-f", "-", ...as], whole);
    }
    const conditions = [{ type: "AgentReady", status: "True", reason: "Serving" }];
    const ipv4 = { allocated: { "192.168.48.81": "52:54:00:00:00:01" }, used: 1, available: 9 };
    await real.patchStatus(IPPOOLS, "default/net-48", { ipv4, conditions });
    await real.create(SECRETS, { metadata: { namespace: NAMESPACE, name: "vm-dhcp-webhook-tls" } });
    await real.create(LEASES, {
      metadata: { namespace: "kube-system", name: "vm-dhcp-controllers" },
      spec: { holderIdentity: "", leaseDurationSeconds: 1 },
    });
    await deployed(cluster, ["--uninstall"]);
    strictEqual(await real.get(NAMESPACES, NAMESPACE), undefined, "it waits until all is gone");
    strictEqual(await real.get(LEASES, "kube-system/vm-dhcp-controllers"), undefined);
    const path =
      "-o=jsonpath={.status.conditions[0].status} {.status.conditions[0].reason} {.status.ipv4.allocated}";
    strictEqual(
      await kubectl(cluster, ["get", "ippl", "net-48", path]),
      'False NotInstalled {"192.168.48.81":"52:54:00:00:00:01"}',
    );
    await kubectl(cluster, ["delete", "ippl/net-48", "vmnetcfg/db", "--timeout=20s"]);
  });

  await t.step("I8: deploy after --uninstall at once, again and again", async () => {
    const own = inProcess(cluster, NAMESPACE);
    const all = async () => (await present(cluster, NAMESPACE)).length;
    await own.deploy();
    const whole = await all();
    // A namespace takes Kubernetes 5 s to end: the first rounds have their own, all others somebody else's.
    for (let round = 0; round < 2; round++) {
      await own.uninstall();
      await own.deploy();
      strictEqual(await all(), whole, `round ${round}`);
    }
    await own.uninstall();
    await real.create(NAMESPACES, { metadata: { name: "theirs" } });
    const theirs = inProcess(cluster, "theirs");
    for (let round = 0; round < ROUNDS; round++) {
      await theirs.deploy();
      strictEqual((await present(cluster, "theirs")).length, whole - 1, `round ${round}`);
      await theirs.uninstall();
    }
  });

  await t.step("I8: deploy waits for a namespace that somebody else deletes", async () => {
    await deployed(cluster);
    const whole = await present(cluster, NAMESPACE);
    await kubectl(cluster, ["delete", `namespace/${NAMESPACE}`, "--wait=false"]);
    const dry = await deployed(cluster, ["--dry-run"]);
    ok(dry.includes(`created   Namespace ${NAMESPACE}`), dry.join("\n"));
    const lines = await deployed(cluster);
    ok(lines.includes("created   Deployment vm-dhcp/vm-dhcp-controller"), lines.join("\n"));
    deepStrictEqual(await present(cluster, NAMESPACE), whole);
    await inProcess(cluster, NAMESPACE).uninstall();
  });

  await t.step("I7: an installation that Helm made is Helm's", async () => {
    const helm = await helmProgram();
    const run = (...args: readonly string[]) =>
      mustRun(helm, [...args, "--namespace=big", `--kubeconfig=${cluster.kubeconfig}`]);
    await deployed(cluster, ["--uninstall", "--purge"]);
    await run("install", "big", CHART, "--create-namespace");
    for (const args of [["--namespace=big"], ["--namespace=big", "--uninstall"]]) {
      match(await refusal(cluster, args), /^Helm made this \(release big in namespace big\)/);
    }
    match(
      await refusal(cluster, []),
      /^vm-dhcp is installed in namespace big already.*`helm uninstall big --namespace big`/s,
    );
    await run("uninstall", "big");
    deepStrictEqual(
      (await deployed(cluster, ["--dry-run"])).filter((line) => line.startsWith("!")),
      [],
    );
  });
});
