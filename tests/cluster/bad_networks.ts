/**
 * Networks that are broken, edited and deleted beside good ones, on a real node: a scene of `cluster_test.ts`.
 *
 * @module
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import type { Lab } from "../network/lab.ts";
import { attachment, type Cluster, ipPool, onBridge } from "./cluster.ts";

/** What the scene plays with. */
interface Scene {
  readonly cluster: Cluster;
  readonly lab: Lab;
  /** Compares what the clients have seen since the last call; `only`: on these networks. */
  account(
    what: string,
    limits: { readonly lost?: number; readonly only?: readonly string[] },
  ): Promise<void>;
  /** Waits until each client is answered. */
  answered(): Promise<void>;
}

/** A way in which a network is broken. */
interface Broken {
  readonly key: string;
  readonly config?: object;
  readonly annotations?: Readonly<Record<string, string>>;
  /** The condition that tells it, and its words. */
  readonly condition: "AgentReady" | "Registered";
  readonly says: RegExp;
  /** Mends it. */
  mend(cluster: Cluster, lab: Lab): Promise<void>;
}

const DEVICE = "example.com/nic";

const BROKEN: readonly Broken[] = [
  {
    key: "default/typo",
    config: {
      cniVersion: "0.3.1",
      name: "typo",
      plugins: [onBridge("typo"), { "type:": "vrf", vrfname: "blue" }],
    },
    condition: "Registered",
    says: /^NetworkInvalid: .*default\/typo .*spec\.config\.plugins\[1\]\.type: is required/,
    mend: (cluster) => reconfigure(cluster, "typo"),
  },
  {
    key: "default/bare",
    condition: "AgentReady",
    says: /^AgentNotRunning: .*no network available in the name bare/,
    mend: (cluster) => reconfigure(cluster, "bare"),
  },
  {
    key: "default/master",
    config: { cniVersion: "0.3.1", type: "macvlan", master: "uplink9", mode: "bridge", ipam: {} },
    condition: "AgentReady",
    // The plugin's words: some versions name the master, others say what the kernel says.
    says: /^NetworkNotAttached: .*network "master": .*(uplink9|Link not found)/,
    mend: async (_, lab) => void await lab.bridge("uplink9"),
  },
  {
    key: "default/binary",
    config: { cniVersion: "0.3.1", name: "binary", type: "nowhere", ipam: {} },
    condition: "AgentReady",
    says: /^NetworkNotAttached: .*failed to find plugin "nowhere"/,
    mend: (cluster) => reconfigure(cluster, "binary"),
  },
  {
    // Speaks of itself by the name of a network that is served.
    key: "default/liar",
    config: { ...onBridge("liar"), name: "net-48", type: "nowhere" },
    condition: "AgentReady",
    says: /^NetworkNotAttached: .*failed to find plugin "nowhere"/,
    mend: (cluster) => reconfigure(cluster, "liar"),
  },
  {
    key: "default/device",
    config: onBridge("device"),
    annotations: { "k8s.v1.cni.cncf.io/resourceName": DEVICE },
    condition: "AgentReady",
    says: /^NoAgentScheduled: .*Insufficient example\.com\/nic/,
    // A node that had the device would need its plugin, too: so the network does without it.
    mend: async (cluster) => {
      const binding = "mutatingadmissionpolicybinding";
      await cluster.node.kubectl(["delete", binding, "network-resources-injector"]);
      await cluster.until(async () => !await injects(cluster), "pods are left as they are");
      await reconfigure(cluster, "device");
    },
  },
  {
    key: "closed/isolated",
    config: onBridge("isolated"),
    condition: "AgentReady",
    says: /^NetworkIsolated: .*add closed to its globalNamespaces/,
    mend: ({ node }) => node.shareNetworksOf("closed"),
  },
];

/** Plays it. The networks that are served at its start are to lose nothing. */
export async function badNetworks(t: Deno.TestContext, scene: Scene): Promise<void> {
  await t.step(
    "S3: networks that are broken in every way cost themselves alone",
    (t) => breakThem(t, scene),
  );
  await t.step("S8: an edited network is followed, and the others lose nothing", () => edit(scene));
  await t.step("S9: of a deleted network the agents stay", () => remove(scene));
}

async function breakThem(t: Deno.TestContext, { cluster, lab, account }: Scene): Promise<void> {
  await cluster.apply([namespace("closed"), ...injector()]);
  await lab.bridge("br-late-1");
  const began = performance.now();
  const seconds = () => ((performance.now() - began) / 1000).toFixed(1);
  await cluster.apply(BROKEN.flatMap(({ key, config, annotations }, index) => [
    attachment(key, config, annotations),
    ipPool(key, { cidr: `172.20.${index}.0/24`, serverIP: `172.20.${index}.2` }),
  ]));
  await cluster.network({ name: "late-1", cidr: "172.16.1.0/24", serverIP: "172.16.1.2" });
  await cluster.poolServed("late-1");
  cluster.say(`Networks broken: a good one beside ${BROKEN.length} is served after ${seconds()} s`);
  for (const { key, condition, says } of BROKEN) {
    await t.step(`${key} says why`, async () => {
      let said = "";
      await cluster.until(async () => {
        said = await cluster.condition(key, condition);
        return says.test(said);
      }, `${key} says ${says}`).catch((error) => {
        throw new Error(`${key} says: ${said}`, { cause: error });
      });
      cluster.say(`${seconds()} s: ${key}: ${said}`);
    });
  }
  await account("Networks broken", { lost: 0 });
  // One after the other: fourteen pods that start at once take a small machine's processors from the API server.
  for (const { key, mend } of BROKEN) {
    await mend(cluster, lab);
    await cluster.poolServed(...(key.split("/").toReversed() as [string, string]));
    cluster.say(`${seconds()} s: ${key} is served`);
  }
  await account("Networks mended", { lost: 0 });
}

async function edit({ cluster, lab, account, answered }: Scene): Promise<void> {
  const others = ["net-48", "wide"];
  await lab.bridge("br-other");
  for (const bridge of ["br-other", "br-twin-48"]) {
    const before = await cluster.agentPods();
    await cluster.apply([attachment("default/twin-48", { ...onBridge("twin-48"), bridge })]);
    await cluster.until(async () => {
      const pods = await cluster.agentPods();
      return pods.length === 2 && !pods.some((pod) => before.includes(pod));
    }, "all agents of the edited network are others");
    await account(`Network on ${bridge}`, { lost: 0, only: others });
  }
  await answered();
  await account("Network edited and put back", { lost: 0, only: others });
}

async function remove({ cluster, lab, account, answered }: Scene): Promise<void> {
  await answered();
  await account("Before a network is deleted", {});
  const before = await cluster.agentPods();
  await cluster.node.kubectl(["delete", "network-attachment-definitions", "net-48"]);
  await lab.bridge("br-late-2");
  await cluster.network({ name: "late-2", cidr: "172.16.2.0/24", serverIP: "172.16.2.2" });
  await cluster.poolServed("late-2");
  const said = await cluster.condition("default/net-48", "Registered");
  ok(said.startsWith("NetworkNotFound: "), said);
  await account("Network deleted, another added", { lost: 0 });
  deepStrictEqual(await cluster.agentPods(), before);
  await cluster.apply([attachment("default/net-48", onBridge("net-48"))]);
  await cluster.until(
    async () => (await cluster.condition("default/net-48", "Registered")).startsWith("Registered"),
    "the network is back",
  );
  await account("Network back", { lost: 0 });
  deepStrictEqual(await cluster.agentPods(), before);
}

/** Whether a pod with the network `device` would be made to ask for the device: a moment longer than the binding is there. */
async function injects(cluster: Cluster): Promise<boolean> {
  const annotation = 'k8s.v1.cni.cncf.io/networks=[{"name":"device"}]';
  const pod = ["run", "asks", "--image=none", `--annotations=${annotation}`];
  const said = await cluster.node.kubectl([...pod, "--dry-run=server", "--output=yaml"]);
  return said.includes(DEVICE);
}

async function reconfigure(cluster: Cluster, name: string): Promise<void> {
  await cluster.apply([attachment(`default/${name}`, onBridge(name))]);
}

function namespace(name: string): object {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name } };
}

/** Has pods ask for the device of the network `device`, as the network resources injector of SR-IOV does. */
function injector(): readonly object[] {
  const name = "network-resources-injector";
  const apiVersion = "admissionregistration.k8s.io/v1";
  const request = `Object.spec.containers.resources{requests: {"${DEVICE}": "1"}, limits: ` +
    `{"${DEVICE}": "1"}}`;
  return [
    {
      apiVersion,
      kind: "MutatingAdmissionPolicy",
      metadata: { name },
      spec: {
        matchConstraints: {
          resourceRules: [{
            apiGroups: [""],
            apiVersions: ["v1"],
            operations: ["CREATE"],
            resources: ["pods"],
          }],
        },
        matchConditions: [{
          name: "device",
          expression: 'object.metadata.?annotations[?"k8s.v1.cni.cncf.io/networks"].orValue("")' +
            `.contains('"name":"device"')`,
        }],
        failurePolicy: "Fail",
        reinvocationPolicy: "Never",
        mutations: [{
          patchType: "ApplyConfiguration",
          applyConfiguration: {
            expression: "Object{spec: Object.spec{containers: object.spec.containers.map(c, " +
              `Object.spec.containers{name: c.name, resources: ${request}})}}`,
          },
        }],
      },
    },
    {
      apiVersion,
      kind: "MutatingAdmissionPolicyBinding",
      metadata: { name },
      spec: { policyName: name },
    },
  ];
}
