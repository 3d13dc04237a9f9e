import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { runCommand } from "./command.ts";
import { startRealCluster } from "./real_cluster.ts";

Deno.test("startRealCluster serves the API, kubectl, RBAC and garbage collection, and leaves nothing", async () => {
  let folder: string;
  {
    await using cluster = await startRealCluster({
      controllerManager: true,
      users: [{ name: "guest" }],
    });
    folder = cluster.folder;
    const version = await cluster.rest.performRequest({
      method: "GET",
      path: "/version",
      expectJson: true,
    }) as { gitVersion: string };
    const { stdout } = await runCommand(cluster.programs["kube-apiserver"], ["--version"]);
    strictEqual(`Kubernetes ${version.gitVersion}`, stdout.trim());
    const crds = await cluster.kubectl(["get", "crd", "-o", "name"]);
    deepStrictEqual(crds.stdout.trim().split("\n"), [
      "customresourcedefinition.apiextensions.k8s.io/ippoolhistories.network.harvesterhci.io",
      "customresourcedefinition.apiextensions.k8s.io/ippools.network.harvesterhci.io",
      "customresourcedefinition.apiextensions.k8s.io/network-attachment-definitions.k8s.cni.cncf.io",
      "customresourcedefinition.apiextensions.k8s.io/virtualmachineinstances.kubevirt.io",
      "customresourcedefinition.apiextensions.k8s.io/virtualmachinenetworkconfigs.network.harvesterhci.io",
      "customresourcedefinition.apiextensions.k8s.io/virtualmachines.kubevirt.io",
    ]);
    const guest = await cluster.kubeconfigFor({ user: "guest" });
    const refused = await cluster.kubectl(["get", "ippools"], { kubeconfig: guest });
    ok(refused.stderr.includes('User "guest" cannot list resource "ippools"'), refused.stderr);
    const account = await cluster.kubeconfigFor({
      serviceAccount: { namespace: "default", name: "agent" },
    });
    const whoami = await cluster.kubectl(["auth", "whoami", "-o", "name"], { kubeconfig: account });
    strictEqual(whoami.code, 0, whoami.stderr);
  }
  const left = await Deno.stat(folder).then(() => true, () => false);
  strictEqual(left, false);
});
