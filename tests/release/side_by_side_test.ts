/**
 * I13: an earlier version beside this one, as in a rolling update and on the way back: real programs of both on a real
 * kube-apiserver, each with the arguments and the environment that its own Deployment, or its own controller, gives it.
 *
 * @module
 */
import { deepStrictEqual, match, notStrictEqual } from "node:assert/strict";
import { parseAllDocuments } from "yaml";
import { getCondition } from "../../core/api/mod.ts";
import { formatIPv4 } from "../../core/net/mod.ts";
import {
  DEPLOYMENTS,
  IPPOOLS,
  NAMESPACES,
  NETWORK_ATTACHMENT_DEFINITIONS,
  VIRTUAL_MACHINES,
} from "../../kube/mod.ts";
import { Real } from "../controller_real/real.ts";
import { mac, nad, pool, vm } from "../controller/objects.ts";
import { Lab } from "../network/lab.ts";
import { enterPrivateNetwork } from "../network/namespaces.ts";
import { discover, RawClient } from "../network/raw_client.ts";
import { until } from "../network/wait.ts";
import { findPrograms, type RealCluster, startRealCluster } from "../real/mod.ts";
import { checkOut } from "./history.ts";
import { type Container, plugInterface, TestPod } from "./test_pod.ts";

const HERE = new URL("../../", import.meta.url).pathname.replace(/\/$/, "");
/** What `docs/versions.md` says is supported beside this version. */
const EARLIER = [
  { commit: "c5c51eadf85827032cf94e13c27ffcda5f2d7c4c", is: "0.1.0" },
];
const AGENT = "vm-dhcp/vm-dhcp-agent";
const POOL = "default/net-48";
const BRIDGE = "br-48";

/** The Deployments of a checkout's manifests. */
async function deploymentsOf(checkout: string): Promise<ReadonlyMap<string, Workload>> {
  const text = await Deno.readTextFile(`${checkout}/deploy/manifests/vm-dhcp.yaml`);
  const objects = parseAllDocuments(text).map((document) => document.toJS() as Workload | null);
  return new Map(
    objects.flatMap((object) =>
      object?.kind === "Deployment" ? [[object.metadata.name, object]] : []
    ),
  );
}

interface Workload {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly template: {
      readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
      readonly spec: { readonly containers: readonly [Container] };
    };
  };
}

/** Two checkouts and a cluster. */
class Scene {
  readonly real: Real;
  readonly #pods = new AsyncDisposableStack();
  readonly #started: TestPod[] = [];
  #clients = 0;
  #names = 0;

  constructor(readonly lab: Lab, readonly cluster: RealCluster) {
    this.real = new Real(cluster.rest);
  }

  /** Makes the template Deployment that of a checkout, as `deploy` does. */
  async template(checkout: string): Promise<void> {
    const deployment = (await deploymentsOf(checkout)).get("vm-dhcp-agent");
    const { code, stderr } = await this.cluster.kubectl(
      ["apply", "--server-side", "--force-conflicts", "-f", "-"],
      { stdin: JSON.stringify(deployment) },
    );
    deepStrictEqual([code, stderr], [0, ""]);
  }

  /** Starts a checkout's controller as its Deployment says. */
  async controller(checkout: string, as: string = checkout): Promise<TestPod> {
    const deployment = (await deploymentsOf(as)).get("vm-dhcp-controller");
    if (deployment === undefined) throw new Error(`No controller in the manifests of ${as}`);
    return await this.#start("controller", checkout, deployment);
  }

  /** Starts a checkout's agent as the controller wants it now. */
  async agent(checkout: string): Promise<TestPod> {
    const deployment = await this.wanted();
    const networks: string = deployment.spec.template.metadata.annotations
      ?.["k8s.v1.cni.cncf.io/networks"] ?? "";
    const [{ interface: name }] = JSON.parse(networks) as [{ readonly interface: string }];
    return await this.#start("agent", checkout, deployment, name);
  }

  /** The agents' Deployment, as soon as its pods are to serve the pool. */
  async wanted(differs?: Workload): Promise<Workload> {
    const before = JSON.stringify(differs?.spec.template);
    return await until(async () => {
      const found = await this.real.get(DEPLOYMENTS, AGENT) as unknown as Workload;
      const text = JSON.stringify(found.spec.template);
      return text.includes(POOL) && text !== before && found;
    }, { what: "the agents are planned", timeoutMs: 60_000 });
  }

  /** A VM's stand-in that is to get an address; what it is offered now. */
  async newVm(): Promise<{ readonly client: RawClient; readonly address: string }> {
    const number = ++this.#clients;
    const guest = await this.lab.guest({ bridge: BRIDGE, macAddress: mac(number) });
    const client = this.#pods.use(new RawClient(guest));
    await this.real.create(VIRTUAL_MACHINES, vm(`default/vm-${number}`, [{ mac: mac(number) }]));
    const config = await this.real.config(`default/vm-${number}`);
    const address = config.status?.networkConfig?.[0]?.allocatedIPAddress ?? "";
    match(address, /^192\.168\.48\.\d+$/);
    await this.offered(client, address);
    return { client, address };
  }

  /** Waits until a client is offered its address: it asks again and again, as clients do. */
  async offered(client: RawClient, address: string): Promise<void> {
    await until(async () => {
      const reply = await client.ask({ message: discover() }).catch(() => undefined);
      return reply !== undefined && formatIPv4(reply.message.yiaddr) === address;
    }, { what: `${address} is offered`, timeoutMs: 60_000, everyMs: 200 });
  }

  /** Waits until the pool says that it is served, and by whom. */
  async served(by: string): Promise<void> {
    await this.real.pool(
      POOL,
      ({ status }) =>
        getCondition(status?.conditions, "AgentReady")?.status === "True" &&
        status?.agentPodRef?.name?.startsWith(by) === true,
    );
  }

  async #start(
    role: string,
    checkout: string,
    { spec: { template: { spec: { containers: [container] } } } }: Workload,
    interfaceName?: string,
  ): Promise<TestPod> {
    const name = `${role}-${checkout === HERE ? "new" : "old"}-${++this.#names}`;
    const guest = await this.lab.guest({ bridge: BRIDGE, name: `p${this.#names}` });
    if (interfaceName !== undefined) await plugInterface(guest, interfaceName, BRIDGE);
    const { cluster } = this;
    const pod = await TestPod.start({ name, guest, cluster, checkout, container });
    this.#started.push(pod);
    return this.#pods.use(pod);
  }

  /** The last lines of every log, for a failure. */
  get evidence(): string {
    return this.#started.map(({ name, log }) => `${name}:\n${log.split("\n").slice(-8).join("\n")}`)
      .join("\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pods.disposeAsync();
  }
}

/** The whole way forth and back. */
async function play(
  t: Deno.TestContext,
  { scene, old }: { readonly scene: Scene; readonly old: string },
): Promise<void> {
  const { real } = scene;
  await real.create(NAMESPACES, { metadata: { name: "vm-dhcp" } });
  await real.create(NETWORK_ATTACHMENT_DEFINITIONS, nad(POOL));
  await real.create(IPPOOLS, pool(POOL));

  await scene.template(old);
  const oldController = await scene.controller(old);
  const oldWanted = await scene.wanted();
  const oldAgent = await scene.agent(old);
  const first = await scene.newVm();
  await t.step("the earlier version serves alone", () => scene.served("agent-old"));

  const newController = await scene.controller(HERE);
  await oldController.stop();
  await t.step("its agent serves under the new controller, new VMs too", async () => {
    const second = await scene.newVm();
    notStrictEqual(second.address, first.address);
    await scene.offered(first.client, first.address);
    await scene.served("agent-old");
  });

  await scene.template(HERE);
  const newWanted = await scene.wanted(oldWanted);
  const newAgent = await scene.agent(HERE);
  await oldAgent.stop();
  await t.step("the new agent follows it", async () => {
    await scene.offered(first.client, first.address);
    await scene.served("agent-new");
  });

  await newController.stop();
  const lastController = await scene.controller(old);
  await t.step(
    "on the way back the new agent serves under the earlier controller, new VMs too",
    async () => {
      await scene.newVm();
      await scene.offered(first.client, first.address);
      await scene.served("agent-new");
    },
  );

  await scene.template(old);
  await scene.wanted(newWanted);
  const lastAgent = await scene.agent(old);
  await newAgent.stop();
  await t.step("the earlier agent follows it, and every address is as it was", async () => {
    await scene.offered(first.client, first.address);
    await scene.served("agent-old");
  });

  await scene.controller(HERE, old);
  await lastController.stop();
  await scene.agent(HERE);
  await lastAgent.stop();
  await t.step(
    "programs of the new image serve under the arguments of the earlier Deployments",
    async () => {
      await scene.newVm();
      await scene.offered(first.client, first.address);
      await scene.served("agent-new");
    },
  );
}

for (const { commit, is } of EARLIER) {
  Deno.test(`I13: beside ${is}, agents and controllers of both versions serve on, forth and back`, async (t) => {
    await findPrograms();
    const folder = await Deno.makeTempDir({ prefix: "vm-dhcp-history-" });
    await using cleaning = new AsyncDisposableStack();
    cleaning.defer(() => Deno.remove(folder, { recursive: true }));
    const old = `${folder}/old`;
    await checkOut(commit, old);
    using _ = enterPrivateNetwork();
    await using lab = await Lab.open();
    await lab.bridge(BRIDGE);
    await using cluster = await startRealCluster();
    await using scene = new Scene(lab, cluster);
    await play(t, { scene, old }).catch((error) => {
      throw new Error(`${error.message}\n${scene.evidence}`, { cause: error });
    });
  });
}
