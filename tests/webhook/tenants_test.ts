import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { DEPLOYMENTS } from "../../kube/objects/resources.ts";
import {
  IPPOOLS,
  NETWORK_ATTACHMENT_DEFINITIONS,
  VIRTUAL_MACHINES,
  VMNETCFGS,
} from "../../kube/mod.ts";
import type { VirtualMachineNetworkConfig } from "../../core/api/mod.ts";
import { CONTROLLER, WEBHOOK } from "../../deploy/names.ts";
import { mac, nad, pool, reservation, vm } from "../controller/objects.ts";
import { kubectl } from "../deploy/deployed.ts";
import { type CommandResult, type RealCluster, startRealCluster } from "../real/mod.ts";
import { NAMESPACE, Scene } from "./scene.ts";

const LAB = "tenant-b/lab";
const BARE = "tenant-b/bare";
const WHY = "namespace tenant-a may not use network tenant-b/lab: " +
  "the network's annotation network.harvesterhci.io/allowed-namespaces does not name it";

/** Tenant A: a ServiceAccount that may edit one namespace, and has nothing else. */
class Tenant {
  readonly #cluster: RealCluster;
  readonly #kubeconfig: string;

  private constructor(cluster: RealCluster, kubeconfig: string) {
    this.#cluster = cluster;
    this.#kubeconfig = kubeconfig;
  }

  static async create(cluster: RealCluster, namespace: string): Promise<Tenant> {
    const serviceAccount = { namespace, name: "tenant" };
    const kubeconfig = await cluster.kubeconfigFor({ serviceAccount });
    const subject = `--serviceaccount=${namespace}:tenant`;
    const inside = `--namespace=${namespace}`;
    await kubectl(cluster, [
      "create",
      "rolebinding",
      "edit",
      "--clusterrole=edit",
      subject,
      inside,
    ]);
    const verbs = "--verb=get,list,watch,create,update,patch,delete";
    const kinds = "ippools.network.harvesterhci.io," +
      "virtualmachinenetworkconfigs.network.harvesterhci.io,virtualmachines.kubevirt.io," +
      "virtualmachineinstances.kubevirt.io,network-attachment-definitions.k8s.cni.cncf.io";
    await kubectl(cluster, ["create", "role", "ours", verbs, `--resource=${kinds}`, inside]);
    await kubectl(cluster, ["create", "rolebinding", "ours", "--role=ours", subject, inside]);
    return new Tenant(cluster, kubeconfig);
  }

  /** `kubectl apply` of an object, as the tenant. */
  apply(
    { apiVersion, kind }: { apiVersion: string; kind: string },
    object: object,
  ): Promise<CommandResult> {
    const stdin = JSON.stringify({ apiVersion, kind, ...object });
    return this.kubectl(["apply", "--filename=-"], stdin);
  }

  kubectl(args: readonly string[], stdin?: string): Promise<CommandResult> {
    return this.#cluster.kubectl(args, {
      kubeconfig: this.#kubeconfig,
      ...(stdin === undefined ? {} : { stdin }),
    });
  }
}

function reasonIs(reason: string) {
  return ({ status }: VirtualMachineNetworkConfig) => status?.networkConfig?.[0]?.reason === reason;
}

for (const tenancy of ["shared", "isolated"] as const) {
  Deno.test(`T1, T7, T8: ${tenancy}: what a tenant with edit in one namespace can do to another one, on a real kube-apiserver`, async (t) => {
    await using cluster = await startRealCluster();
    const scene = new Scene(cluster, { tenancy });
    const { real } = scene;
    await scene.deploy();
    await using _webhook = await scene.startWebhook();
    await using _controller = await scene.startController();
    for (const name of ["tenant-a", "tenant-b"]) {
      await kubectl(cluster, ["create", "namespace", name]);
    }
    const tenant = await Tenant.create(cluster, "tenant-a");
    await real.create(NETWORK_ATTACHMENT_DEFINITIONS, nad(LAB));
    await real.create(NETWORK_ATTACHMENT_DEFINITIONS, nad(BARE));
    await real.create(IPPOOLS, pool(LAB, {}, { limits: { perNamespace: 2 } }));
    await real.create(VIRTUAL_MACHINES, vm("tenant-b/vm", [{ network: LAB, mac: mac(1) }]));
    const shownByB = async () => {
      const { status } = await real.config("tenant-b/vm");
      const { networkConfig, conditions = [] } = status ?? {};
      return [networkConfig, conditions.map(({ type, status }) => `${type} ${status}`)];
    };
    const before = await shownByB();

    await t.step("the deployment says which", async () => {
      for (const name of [CONTROLLER, WEBHOOK]) {
        const found = await real.get(DEPLOYMENTS, `${NAMESPACE}/${name}`);
        ok(JSON.stringify(found?.spec).includes(`--tenancy=${tenancy}`), name);
      }
    });

    await t.step("a second pool on a network that is served is refused", async () => {
      const { code, stderr } = await tenant.apply(
        IPPOOLS,
        pool("tenant-a/evil", {}, { networkName: LAB }),
      );
      strictEqual(code, 1);
      const why = tenancy === "shared"
        ? "must not be a network that another pool serves: IPPool tenant-b/lab"
        : WHY;
      ok(stderr.includes(`spec.networkName: Invalid value: "tenant-b/lab": ${why}`), stderr);
    });

    await t.step("a pool on a network without one", async () => {
      const { code, stderr } = await tenant.apply(
        IPPOOLS,
        pool("tenant-a/bare", {}, { networkName: BARE }),
      );
      strictEqual(code, tenancy === "shared" ? 0 : 1, stderr);
    });

    await t.step(
      "a VM with the MAC address of another tenant's takes nothing from it",
      async () => {
        const evil = vm("tenant-a/evil", [{ network: LAB, mac: mac(1) }], {
          annotations: { "static-ip.harvesterhci.io/nic-1": "192.168.48.90" },
        });
        strictEqual((await tenant.apply(VIRTUAL_MACHINES, evil)).code, 0);
        const reason = tenancy === "shared" ? "DuplicateMAC" : "NamespaceNotAllowed";
        await real.config("tenant-a/evil", reasonIs(reason));
        await real.event("evil", reason);
        deepStrictEqual(await shownByB(), before);
      },
    );

    await t.step("nor does a reservation, nor many", async () => {
      const same = await tenant.apply(
        VMNETCFGS,
        reservation("tenant-a/same", [{ networkName: LAB, macAddress: mac(1) }]),
      );
      const nics = Array.from({ length: 12 }, (_, index) => ({
        networkName: LAB,
        macAddress: mac(100 + index),
      }));
      const many = await tenant.apply(VMNETCFGS, reservation("tenant-a/many", nics));
      if (tenancy === "isolated") {
        for (const { code, stderr } of [same, many]) {
          strictEqual(code, 1);
          ok(stderr.includes(WHY), stderr);
        }
      } else {
        strictEqual(same.code, 0, same.stderr);
        match(same.stderr, /this NIC gets no address while that one wants it/);
        strictEqual(many.code, 0, many.stderr);
        await real.config("tenant-a/same", reasonIs("DuplicateMAC"));
        const { status } = await real.config("tenant-a/many");
        const reasons = status?.networkConfig?.map(({ reason }) => reason ?? "given");
        deepStrictEqual(reasons?.filter((reason) => reason === "given").length, 2);
        deepStrictEqual(reasons?.filter((reason) => reason === "NamespaceLimit").length, 10);
      }
      deepStrictEqual(await shownByB(), before);
    });

    await t.step("it writes neither a status nor another namespace", async () => {
      const status = '{"status":{"networkConfig":[]}}';
      for (
        const args of [
          [
            "patch",
            "vmnetcfg",
            "evil",
            "--subresource=status",
            "--type=merge",
            `--patch=${status}`,
          ],
          [
            "annotate",
            "net-attach-def",
            "lab",
            "--namespace=tenant-b",
            "network.harvesterhci.io/allowed-namespaces=*",
          ],
          ["get", "vmnetcfg", "--namespace=tenant-b"],
        ]
      ) {
        const given = args.some((arg) => arg.startsWith("--namespace"));
        const { code, stderr } = await tenant.kubectl(
          given ? args : [...args, "--namespace=tenant-a"],
        );
        strictEqual(code, 1);
        match(stderr, /Forbidden|forbidden/);
      }
    });

    await t.step("the owner's pool takes its network over", async () => {
      await real.create(IPPOOLS, pool(BARE));
      const registered = (
        { status }: { status?: { conditions?: readonly { type: string; status: string }[] } },
      ) =>
        status?.conditions?.some(({ type, status }) =>
          type === "Registered" && status === "True"
        ) === true;
      await real.pool(BARE, registered as never);
      if (tenancy === "isolated") return;
      await real.event("bare", "NetworkAlreadyServed");
      strictEqual(
        (await tenant.kubectl(["delete", "ippool", "bare", "--namespace=tenant-a"])).code,
        0,
      );
    });

    if (tenancy === "isolated") {
      await t.step("a namespace that the network names gets its addresses", async () => {
        await real.patch(NETWORK_ATTACHMENT_DEFINITIONS, LAB, {
          metadata: { annotations: { "network.harvesterhci.io/allowed-namespaces": "tenant-a" } },
        });
        await real.config("tenant-a/evil", reasonIs("DuplicateMAC"));
        const nic = [{ networkName: LAB, macAddress: mac(2) }];
        await tenant.apply(VMNETCFGS, reservation("tenant-a/good", nic));
        await real.config(
          "tenant-a/good",
          ({ status }) => status?.networkConfig?.[0]?.state === "Allocated",
        );
      });
    }
    await t.step("the other tenant's VM is as before", async () => {
      deepStrictEqual(await shownByB(), before);
    });
  });
}
