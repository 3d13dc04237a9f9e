/**
 * A real etcd and kube-apiserver behind an address that can be ill, and the three programs that use it.
 *
 * @module
 */
import type { KubeObject } from "../../core/api/mod.ts";
import {
  IPPOOLS,
  LEASES,
  NETWORK_ATTACHMENT_DEFINITIONS,
  type Resource,
  SECRETS,
  VIRTUAL_MACHINES,
  VMNETCFGS,
} from "../../kube/mod.ts";
import { MUTATING, VALIDATING } from "../../webhook/cluster/configurations.ts";
import { mac, nad, pool, vm } from "../controller/objects.ts";
import { Real } from "../controller_real/real.ts";
import { Lab } from "../network/lab.ts";
import { until } from "../network/wait.ts";
import { type RealCluster, startRealCluster } from "../real/mod.ts";
import { freePorts } from "../real/ports.ts";
import { ApiAddress } from "./api_address.ts";
import { Role } from "./role.ts";
import { askWebhook } from "./webhook_client.ts";

const WEBHOOK = "vm-dhcp-webhook";
const AGENT = "agent-of-test";
/** The controller's pool, and the agent's. */
const VMS = "default/vms";
const LAN = "default/lan";
/** Networks on which the webhook is asked, one for each fault. */
const NETWORKS = ["default/net-1", "default/net-2", "default/net-3"];

const BINDING: Resource<KubeObject> = {
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRoleBinding",
  plural: "clusterrolebindings",
  namespaced: false,
};

/** Longest wait for anything here: the roles are asked for much less. */
const WAIT_MS = 120_000;

/** Everything that runs. Enter a private network before it is opened. */
export class Scene implements AsyncDisposable {
  readonly cluster: RealCluster;
  readonly address: ApiAddress;
  readonly real: Real;
  readonly roles: Role[] = [];
  readonly #running: AsyncDisposableStack;
  /** What the webhook's certificate is signed by, PEM. */
  #ca = "";

  private constructor(
    { cluster, address }: { readonly cluster: RealCluster; readonly address: ApiAddress },
    running: AsyncDisposableStack,
  ) {
    this.cluster = cluster;
    this.address = address;
    this.real = new Real(cluster.rest);
    this.#running = running;
  }

  /** Starts everything, and waits until all roles are ready. */
  static async open(): Promise<Scene> {
    const running = new AsyncDisposableStack();
    try {
      const lab = running.use(await Lab.open());
      await lab.bridge("br0");
      const cluster = running.use(await startRealCluster({ users: [{ name: "controller" }] }));
      const port = Number(new URL(cluster.url).port);
      const address = running.use(await ApiAddress.open(lab, port));
      const scene = new Scene({ cluster, address }, running);
      await scene.#makeObjects();
      await scene.#startRoles();
      return scene;
    } catch (cause) {
      await running.disposeAsync();
      throw cause;
    }
  }

  /** A program by its name. */
  role(name: Role["name"]): Role {
    const role = this.roles.find((one) => one.name === name);
    if (role === undefined) throw new Error(`No such role: ${name}`);
    return role;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running.disposeAsync();
  }

  /** Makes a VM, and waits until it has its address. */
  async controllerWorks(name: string): Promise<void> {
    await this.makeVm(name);
    await until(async () => {
      const config = await this.real.get(VMNETCFGS, `default/${name}`);
      return config?.status?.networkConfigs?.[0]?.state === "Allocated" ||
        config?.status?.networkConfig?.[0]?.state === "Allocated";
    }, { what: `${name} has its address`, timeoutMs: WAIT_MS });
  }

  async makeVm(name: string): Promise<void> {
    const number = 1 + Number(/\d+$/.exec(name)?.[0] ?? 0);
    const nics = [{ network: VMS, mac: mac(number) }];
    await this.real.create(VIRTUAL_MACHINES, vm(`default/${name}`, nics));
  }

  /** Pauses the agent's pool or lets it go on, unless it is so; waits until the agent does so and renews its Lease again. */
  async agentWorks({ paused, change = true }: {
    readonly paused: boolean;
    readonly change?: boolean;
  }): Promise<void> {
    const before = await this.#renewTime();
    if (change) await this.real.patch(IPPOOLS, LAN, { spec: { paused } });
    const isPaused = `vmdhcpagent_pool_state{ippool="${LAN}",reason="Paused"} 1`;
    await until(async () => {
      const { text } = await this.role("agent").ask("/metrics");
      return text.includes(isPaused) === paused && await this.#renewTime() !== before;
    }, { what: `the agent sees paused: ${paused}`, timeoutMs: WAIT_MS, everyMs: 100 });
  }

  /** Has a NIC use a network, and waits until the webhook refuses to delete a pool of it. */
  async webhookWorks(number: number): Promise<void> {
    const network = NETWORKS[number] ?? "";
    const { metadata } = pool(network) as KubeObject;
    const networkConfig = [{ networkName: network, macAddress: mac(100 + number) }];
    await this.real.create(VMNETCFGS, {
      metadata,
      spec: { vmName: `vm-of-${metadata.name}`, networkConfig },
    });
    const oldObject = { apiVersion: IPPOOLS.apiVersion, kind: IPPOOLS.kind, ...pool(network) };
    const [group, version] = IPPOOLS.apiVersion.split("/");
    const review = {
      apiVersion: "admission.k8s.io/v1",
      kind: "AdmissionReview",
      request: {
        uid: "1",
        kind: { group, version, kind: IPPOOLS.kind },
        operation: "DELETE",
        namespace: "default",
        name: metadata.name,
        oldObject,
      },
    };
    await until(async () => {
      const { text } = await this.role("webhook").ask("/validate", review);
      return text.includes(`"allowed":false`);
    }, { what: "the webhook sees who uses the network", timeoutMs: WAIT_MS, everyMs: 100 });
  }

  /** Gives the controller its rights, or takes them. */
  async setRights(given: boolean): Promise<void> {
    const name = "controller-of-test";
    if (!given) return await this.real.delete(BINDING, name);
    await this.real.create(BINDING, {
      metadata: { name },
      roleRef: {
        apiGroup: "rbac.authorization.k8s.io",
        kind: "ClusterRole",
        name: "cluster-admin",
      },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "controller" }],
    });
  }

  async #renewTime(): Promise<string | undefined> {
    return (await this.real.get(LEASES, `default/${AGENT}`))?.spec?.renewTime;
  }

  async #makeObjects(): Promise<void> {
    const { real } = this;
    await this.setRights(true);
    await real.network(VMS);
    await real.network(LAN, { cidr: "192.168.60.0/24", serverIP: "192.168.60.2", pool: {} });
    for (const network of NETWORKS) {
      await real.create(NETWORK_ATTACHMENT_DEFINITIONS, nad(network));
    }
    // The API server asks no webhook here; the webhook keeps its certificate as if it did.
    for (const kind of [MUTATING, VALIDATING]) {
      await real.create(kind, { metadata: { name: WEBHOOK }, webhooks: [] });
    }
  }

  async #startRoles(): Promise<void> {
    const { cluster, address } = this;
    const [controllerPort = 0, agentPort = 0, webhookPort = 0] = freePorts(3);
    const through = async (kubeconfig: string, name: string): Promise<string> => {
      const text = (await Deno.readTextFile(kubeconfig)).replace(cluster.url, address.url);
      await Deno.writeTextFile(`${cluster.folder}/${name}.kubeconfig`, text);
      return `--kubeconfig=${cluster.folder}/${name}.kubeconfig`;
    };
    const byPort = (port: number) => async (path: string) => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`);
      return { status: answer.status, text: await answer.text() };
    };
    const ofController = await cluster.kubeconfigFor({ user: "controller" });
    const starting = [
      Role.start({
        task: "controller",
        args: [
          await through(ofController, "role-controller"),
          `--listen=127.0.0.1:${controllerPort}`,
          "--no-agent",
        ],
        env: { POD_NAME: "controller-0" },
        log: `${cluster.folder}/controller.log`,
        ask: byPort(controllerPort),
      }),
      Role.start({
        task: "agent",
        args: [
          await through(cluster.kubeconfig, "role-agent"),
          `--listen=127.0.0.1:${agentPort}`,
          `--name=${AGENT}`,
        ],
        env: {
          POD_NAME: "agent-0",
          POD_NAMESPACE: "default",
          AGENT_NETWORK_CONFIGS: JSON.stringify([{ interfaceName: "br0", ipPoolRef: LAN }]),
        },
        log: `${cluster.folder}/agent.log`,
        ask: byPort(agentPort),
      }),
      Role.start({
        task: "webhook",
        args: [
          await through(cluster.kubeconfig, "role-webhook"),
          `--https-port=${webhookPort}`,
          "--namespace=default",
          `--name=${WEBHOOK}`,
        ],
        env: { POD_IP: "127.0.0.1" },
        log: `${cluster.folder}/webhook.log`,
        ask: async (path, review) => {
          if (this.#ca === "") {
            const secret = await this.real.get(SECRETS, `default/${WEBHOOK}-tls`);
            this.#ca = atob(secret?.data?.["ca.crt"] ?? "");
          }
          const name = `${WEBHOOK}.default.svc`;
          return await askWebhook({ port: webhookPort, name, ca: this.#ca }, path, review);
        },
      }),
    ];
    for (const started of starting) this.roles.push(this.#running.use(await started));
  }
}
