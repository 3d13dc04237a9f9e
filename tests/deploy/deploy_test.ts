import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { deploy } from "../../deploy/deploy.ts";
import { DEFAULT_SETTINGS } from "../../deploy/settings.ts";
import { createKubeClient, IPPOOLS, toRestClient, VMNETCFGS } from "../../kube/mod.ts";
import type { JsonValue, RestClient } from "../../kube/rest_client.ts";
import { systemClock } from "../../runtime/clock.ts";
import { pool, reservation } from "../controller/objects.ts";
import { FOREIGN_CRDS } from "../real/crds.ts";
import { installCrds, type RealCluster, startRealCluster } from "../real/mod.ts";
import { deployed, kubectl, present, runDeploy } from "./deployed.ts";

const NAMESPACE = "vm-dhcp";
const OWN_CRDS = [
  "customresourcedefinition.apiextensions.k8s.io/ippoolhistories.network.harvesterhci.io",
  "customresourcedefinition.apiextensions.k8s.io/ippools.network.harvesterhci.io",
  "customresourcedefinition.apiextensions.k8s.io/virtualmachinenetworkconfigs.network.harvesterhci.io",
];

/** The lines about objects: the change and what changed. */
function changes(lines: readonly string[]): readonly (readonly [string, string])[] {
  return lines.flatMap((line) => {
    const [, change = "", object = ""] =
      /^(created|changed|unchanged|deleted|absent) +(\w+ .+)$/.exec(line) ?? [];
    return object === "" ? [] : [[change, object] as const];
  });
}

function kindsOfChange(lines: readonly string[]): readonly string[] {
  return [...new Set(changes(lines).map(([change]) => change))];
}

/** A cluster of before Kubernetes 1.30, as far as discovery goes. */
function withoutPolicies(rest: RestClient): RestClient {
  return toRestClient(async (request) => {
    const answer = await rest.performRequest(request as never) as unknown as JsonValue;
    if (!request.path.endsWith("/apis/admissionregistration.k8s.io/v1")) return answer;
    const { resources, ...others } = answer as unknown as {
      readonly resources: readonly { readonly name: string }[];
    };
    const known = resources.filter(({ name }) => !name.startsWith("validatingadmissionpolic"));
    return { ...others, resources: known } as unknown as JsonValue;
  });
}

/** Objects with finalizers that nobody is there to remove. The webhook, which is not running, is not asked about the controller's. */
async function someRecords(cluster: RealCluster): Promise<void> {
  const finalizers = ["wrangler.cattle.io/vm-dhcp-ippool-controller", "example.com/other"];
  const records = [
    { kind: "IPPool", object: pool("default/net-48") },
    {
      kind: "VirtualMachineNetworkConfig",
      object: reservation("default/db", [{ macAddress: "52:54:00:00:00:01" }]),
    },
  ];
  for (const { kind, object } of records) {
    const { metadata, ...rest } = object as { readonly metadata: object };
    const whole = {
      apiVersion: "network.harvesterhci.io/v1alpha1",
      kind,
      metadata: { ...metadata, finalizers },
      ...rest,
    };
    const user = `system:serviceaccount:${NAMESPACE}:vm-dhcp-controller`;
    const as = [`--as=${user}`, "--as-group=system:masters"];
    await kubectl(cluster, ["create", "-f", "-", ...as], JSON.stringify(whole));
  }
}

Deno.test("deploy applies everything, takes it away again, and keeps or purges the records", async (t) => {
  await using cluster = await startRealCluster({ crds: false, controllerManager: true });
  const kube = createKubeClient(cluster.rest);

  await t.step(
    "a dry run says what is missing and what would be made, and makes nothing",
    async () => {
      const lines = await deployed(cluster, ["--dry-run"]);
      deepStrictEqual(kindsOfChange(lines), ["created"]);
      ok(lines.some((line) => line.startsWith("! Multus is missing: ")), lines.join("\n"));
      ok(lines.some((line) => line.startsWith("! KubeVirt is missing: ")), lines.join("\n"));
      strictEqual(lines.at(-1), "Dry run: nothing was changed");
      deepStrictEqual(await present(cluster, NAMESPACE), []);
    },
  );

  await t.step("the first run makes everything, CRDs first", async () => {
    await installCrds(cluster.rest, FOREIGN_CRDS);
    const lines = await deployed(cluster);
    deepStrictEqual(kindsOfChange(lines), ["created"]);
    deepStrictEqual(lines.filter((line) => line.startsWith("!")), []);
    const objects = changes(lines).map(([, object]) => object);
    match(objects[0] ?? "", /^CustomResourceDefinition /);
    strictEqual(objects[OWN_CRDS.length], `Namespace ${NAMESPACE}`);
    const made = await present(cluster, NAMESPACE);
    strictEqual(made.length, objects.length, `${made.join("\n")}\n\n${objects.join("\n")}`);
  });

  await t.step("a second run and a dry run change nothing", async () => {
    const before = await kubectl(cluster, ["get", "deployments,roles", "-A", "-o", "yaml"]);
    deepStrictEqual(kindsOfChange(await deployed(cluster, ["--dry-run"])), ["unchanged"]);
    deepStrictEqual(kindsOfChange(await deployed(cluster)), ["unchanged"]);
    strictEqual(await kubectl(cluster, ["get", "deployments,roles", "-A", "-o", "yaml"]), before);
  });

  await t.step("another image changes the Deployments alone; a dry run leaves them", async () => {
    const image = ["--image=registry.example/vm-dhcp:2"];
    for (const args of [[...image, "--dry-run"], image]) {
      const changed = changes(await deployed(cluster, args)).filter(([how]) => how !== "unchanged");
      deepStrictEqual(changed, [
        ["changed", "Deployment vm-dhcp/vm-dhcp-webhook"],
        ["changed", "Deployment vm-dhcp/vm-dhcp-agent"],
        ["changed", "Deployment vm-dhcp/vm-dhcp-controller"],
      ]);
    }
  });

  await t.step("policies that the settings leave out are taken away, and come again", async () => {
    const file = `${cluster.folder}/without.yaml`;
    await Deno.writeTextFile(
      file,
      "networkPolicy: {enabled: false}\nadmissionPolicies: {enabled: false}\n",
    );
    const image = "--image=registry.example/vm-dhcp:2";
    const args = [`--values=${file}`, image];
    const isPolicy = (name: string) => /^(networkpolicy|validatingadmissionpolicy)/.test(name);
    const before = await present(cluster, NAMESPACE);
    deepStrictEqual(kindsOfChange(await deployed(cluster, [...args, "--dry-run"])), [
      "unchanged",
      "deleted",
    ]);
    deepStrictEqual(await present(cluster, NAMESPACE), before);
    await deployed(cluster, args);
    deepStrictEqual(
      await present(cluster, NAMESPACE),
      before.filter((name) => !isPolicy(name)),
    );
    deepStrictEqual(kindsOfChange(await deployed(cluster, args)), ["unchanged"]);
    await deployed(cluster, [image]);
    deepStrictEqual(await present(cluster, NAMESPACE), before);
  });

  await t.step("a cluster without ValidatingAdmissionPolicies gets all the rest", async () => {
    const lines: string[] = [];
    await deploy({
      client: createKubeClient(withoutPolicies(cluster.rest)),
      clock: systemClock,
      settings: DEFAULT_SETTINGS,
      dryRun: true,
      wait: false,
      print: (line) => lines.push(line),
      signal: AbortSignal.timeout(30_000),
    });
    deepStrictEqual(lines.filter((line) => line.startsWith("!")), [
      "! admission-policies are left out: the cluster has no ValidatingAdmissionPolicy (Kubernetes has it from v1.30 on)",
    ]);
    ok(!lines.some((line) => /^\w+ +ValidatingAdmissionPolicy/.test(line)), lines.join("\n"));
    ok(lines.includes("unchanged NetworkPolicy vm-dhcp/vm-dhcp-agent"), lines.join("\n"));
  });

  await t.step("the replicas that the controller gave the template stay", async () => {
    await kubectl(cluster, ["-n", NAMESPACE, "scale", "deployment/vm-dhcp-agent", "--replicas=0"]);
    await deployed(cluster);
    const path = "-o=jsonpath={.spec.replicas}";
    const args = ["-n", NAMESPACE, "get", "deployment/vm-dhcp-agent", path];
    strictEqual(await kubectl(cluster, args), "0");
  });

  await t.step("what cannot be used is refused before anything is asked", async () => {
    const file = `${cluster.folder}/values.yaml`;
    await Deno.writeTextFile(file, "controller: {replicas: many}\nnothing: 1\n");
    const { code, stderr } = await runDeploy(cluster, [`--values=${file}`]);
    strictEqual(code, 1);
    match(stderr, /^Cannot use the settings: .*controller\.replicas: /);
    match(stderr, /nothing/);
    const unknown = await runDeploy(cluster, ["--colour"]);
    strictEqual(unknown.code, 2);
  });

  await t.step("uninstall keeps the CRDs and the records", async () => {
    await someRecords(cluster);
    const before = await present(cluster, NAMESPACE);
    const dry = await deployed(cluster, ["--uninstall", "--dry-run"]);
    strictEqual(dry.at(-1), "Dry run: nothing was changed");
    deepStrictEqual(await present(cluster, NAMESPACE), before);
    const lines = await deployed(cluster, ["--uninstall"]);
    deepStrictEqual(kindsOfChange(lines), ["deleted"]);
    ok(lines.includes("The CRDs and all records stay; --purge takes them away too"));
    await kubectl(cluster, ["wait", "--for=delete", `namespace/${NAMESPACE}`, "--timeout=30s"]);
    deepStrictEqual(await present(cluster, NAMESPACE), OWN_CRDS);
    strictEqual((await kube.of(IPPOOLS).list()).items.length, 1);
    strictEqual((await kube.of(VMNETCFGS).list()).items.length, 1);
  });

  await t.step(
    "the records are there for the next deployment, and purge takes them, finalizers or not",
    async () => {
      await deployed(cluster);
      strictEqual((await kube.of(IPPOOLS).list()).items.length, 1);
      await deployed(cluster, ["--uninstall", "--purge"]);
      await kubectl(cluster, ["wait", "--for=delete", `namespace/${NAMESPACE}`, "--timeout=30s"]);
      for (const crd of OWN_CRDS) {
        await kubectl(cluster, ["wait", "--for=delete", crd, "--timeout=30s"]);
      }
      deepStrictEqual(await present(cluster, NAMESPACE), []);
      deepStrictEqual(kindsOfChange(await deployed(cluster, ["--uninstall", "--purge"])), [
        "absent",
      ]);
    },
  );

  await t.step(
    "a namespace that somebody else made is neither changed nor taken away",
    async () => {
      await kubectl(cluster, ["create", "namespace", "theirs"]);
      const path = [
        "get",
        "namespace/theirs",
        "-o=jsonpath={.metadata.labels}{.metadata.annotations}",
      ];
      const before = await kubectl(cluster, path);
      const file = `${cluster.folder}/metrics.yaml`;
      await Deno.writeTextFile(file, "metrics: {service: {enabled: true}}\n");
      const lines = await deployed(cluster, ["--namespace=theirs", `--values=${file}`]);
      ok(lines.includes("created   Service theirs/vm-dhcp-agent-metrics"), lines.join("\n"));
      ok(!changes(lines).some(([, object]) => object === "Namespace theirs"));
      await deployed(cluster, ["--namespace=theirs", "--uninstall", "--purge"]);
      strictEqual(await kubectl(cluster, path), before);
      const left = await present(cluster, "theirs");
      deepStrictEqual(left.filter((name) => !OWN_CRDS.includes(name)), []);
    },
  );
});
