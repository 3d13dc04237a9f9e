import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { CONTROLLER } from "../../deploy/names.ts";
import { IPPOOLS, NAMESPACES, VMNETCFGS } from "../../kube/mod.ts";
import { pool, reservation } from "../controller/objects.ts";
import { Real } from "../controller_real/real.ts";
import { until } from "../network/wait.ts";
import { FOREIGN_CRDS } from "../real/crds.ts";
import { installCrds, type RealCluster, startRealCluster } from "../real/mod.ts";
import { kubectl, present } from "./deployed.ts";
import { Pods } from "./pods.ts";
import { blocksOf, firstBlock, Reader } from "./replay.ts";

const NAMESPACE = "vm-dhcp";
const OWN_CRDS = [
  "customresourcedefinition.apiextensions.k8s.io/ippoolhistories.network.harvesterhci.io",
  "customresourcedefinition.apiextensions.k8s.io/ippools.network.harvesterhci.io",
  "customresourcedefinition.apiextensions.k8s.io/virtualmachinenetworkconfigs.network.harvesterhci.io",
];
/** Where Harvester's Addons are, as far as their kind goes. */
const ADDON_CRD = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "addons.harvesterhci.io" },
  spec: {
    group: "harvesterhci.io",
    names: { kind: "Addon", listKind: "AddonList", plural: "addons", singular: "addon" },
    scope: "Namespaced",
    versions: [{
      name: "v1beta1",
      served: true,
      storage: true,
      schema: {
        openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
      },
    }],
  },
};

/** A pool and a reservation as the controller leaves them: held by finalizers. The webhook is not asked about the controller's. */
async function makeRecords(cluster: RealCluster): Promise<void> {
  const user = `system:serviceaccount:${NAMESPACE}:${CONTROLLER}`;
  const records = [
    [IPPOOLS, pool("default/kept"), "wrangler.cattle.io/vm-dhcp-ippool-controller"],
    [
      VMNETCFGS,
      reservation("default/kept", [{ macAddress: "52:54:00:00:00:01" }]),
      "wrangler.cattle.io/vm-dhcp-vmnetcfg-controller",
    ],
  ] as const;
  for (const [{ apiVersion, kind }, object, finalizer] of records) {
    const { metadata, ...rest } = object as { readonly metadata: object };
    const whole = { apiVersion, kind, metadata: { ...metadata, finalizers: [finalizer] }, ...rest };
    const as = [`--as=${user}`, "--as-group=system:masters"];
    await kubectl(cluster, ["create", "-f", "-", ...as], JSON.stringify(whole));
  }
}

/** What of vm-dhcp is left, once all that is being deleted is gone. */
async function left(cluster: RealCluster): Promise<readonly string[]> {
  const real = new Real(cluster.rest);
  await until(async () => {
    const namespace = await real.get(NAMESPACES, NAMESPACE);
    return namespace?.metadata.deletionTimestamp === undefined;
  }, { what: "the namespace is gone", timeoutMs: 60_000 });
  return (await present(cluster, NAMESPACE)).filter((name) => !name.startsWith("namespace/"));
}

/** A table of kubectl's: without its ages, and without what only a node can say: whether an agent answers. */
function linesOf(table: string): readonly string[] {
  return table.trim().split("\n").map((line) =>
    line.replaceAll(/ +/g, " ").replace(/ \d+[sm]\S*$/, "").replace(/(True|False)$/, "AGENT")
  );
}

Deno.test("the commands of README.md, docs/install.md and docs/remove.md work one by one", async (t) => {
  await using cluster = await startRealCluster({ crds: false, controllerManager: true });
  await installCrds(cluster.rest, FOREIGN_CRDS);
  await using reader = await Reader.at(cluster);
  const readme = await blocksOf("README.md", "Try it on a cluster");
  const helmLine = readme.find((block) => block.includes("helm install")) ?? "";

  await t.step("I12: README.md, from an empty cluster to a VM with its address", async () => {
    await using _pods = new Pods(cluster, { programs: true });
    const blocks = readme.filter((block) => block !== helmLine);
    for (const block of blocks) await reader.run(block);
    const look = "kubectl get ippl && kubectl get vmnetcfgs -o wide";
    ok(blocks.at(-1)?.trimEnd().endsWith(look), "the reader looks last");
    const shown = async () => linesOf(await reader.run(look));
    await until(async () => (await shown()).some((line) => / 192\.168\.48\.8\d/.test(line)), {
      what: "the VM has an address",
      timeoutMs: 30_000,
    });
    deepStrictEqual(await shown(), linesOf(await firstBlock("README.md", "console")));
    await reader.run("kubectl delete vm web");
    // The pool is in use until the controller has seen it.
    const isDeleted = () => reader.run("kubectl delete ippl net-48 --timeout=30s").then(() => true);
    await until(() => isDeleted().catch(() => false), {
      what: "the pool is no longer in use, and is deleted",
      timeoutMs: 60_000,
    });
    await reader.run((await blocksOf("docs/remove.md", "deno task deploy"))[1] ?? "");
    deepStrictEqual(await left(cluster), []);
  });

  await t.step("I12: README.md by Helm, on an empty cluster", async () => {
    await reader.run(helmLine);
    match(await reader.run("helm list --namespace vm-dhcp"), /deployed/);
    await reader.run("helm uninstall vm-dhcp --namespace vm-dhcp --wait");
    await reader.run("kubectl delete namespace vm-dhcp");
    for (const block of await blocksOf("docs/remove.md", "The records, too")) {
      await reader.run(block);
    }
    deepStrictEqual(await left(cluster), []);
  });

  await t.step("I12: README.md's import, outside the clone", async () => {
    const json = await firstBlock("README.md", "json");
    const code = await firstBlock("README.md", "ts");
    const files = `cat > deno.json <<'END'\n${json}END\ncat > main.ts <<'END'\n${code}` +
      "console.log(typeof parseIPPool, typeof planPool);\nEND\n";
    strictEqual(await reader.run(`${files}deno run main.ts`, "theirs"), "function function\n");
  });

  await t.step("I12: every way to install, and to take away again", async (t) => {
    await installCrds(cluster.rest, [ADDON_CRD]);
    await kubectl(cluster, ["create", "namespace", "harvester-system"]);
    for (const way of ["deno task deploy", "Helm", "kustomize", "Harvester's Addon"]) {
      await t.step(way, async () => {
        // For --wait.
        await using _pods = way === "deno task deploy" ? new Pods(cluster) : undefined;
        for (const block of await blocksOf("docs/install.md", way)) await reader.run(block);
        if (way === "Harvester's Addon") {
          for (const block of await blocksOf("docs/remove.md", way)) await reader.run(block);
          return;
        }
        strictEqual(
          (await kubectl(cluster, ["-n", NAMESPACE, "get", "deployments", "-o", "name"])).trim(),
          ["agent", "controller", "webhook"].map((role) => `deployment.apps/vm-dhcp-${role}`)
            .join("\n"),
        );
        await makeRecords(cluster);
        const [first = "", ...others] = await blocksOf("docs/remove.md", way);
        await reader.run(first);
        deepStrictEqual(await left(cluster), OWN_CRDS);
        // The records are there, and nothing holds them.
        await kubectl(cluster, ["delete", "ippl/kept", "vmnetcfg/kept", "--timeout=20s"]);
        for (const block of others) await reader.run(block);
        for (const block of await blocksOf("docs/remove.md", "The records, too")) {
          await reader.run(block.replaceAll("delete crd", "delete --ignore-not-found crd"));
        }
        deepStrictEqual(await left(cluster), []);
      });
    }
  });
});
