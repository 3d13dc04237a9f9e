/**
 * Whether all of vm-dhcp is well, asked of everything that could know.
 *
 * @module
 */
import { errorText } from "../../core/error_text.ts";
import type { IPPool } from "../../core/api/mod.ts";
import {
  DEPLOYMENTS,
  IPPOOLS,
  type KubeClient,
  type Lease,
  LEASES,
  PODS,
  VMNETCFGS,
} from "../../kube/mod.ts";

const NAMESPACE = "vm-dhcp";
const CONDITIONS = ["AgentReady", "Registered", "CacheReady"];
/** How long each answer may take. */
const PATIENCE_MS = 2_000;
/** Port of controller and agents for operators. */
const HTTP_PORT = 8080;

/** What is looked at. */
interface Looked {
  readonly kube: KubeClient;
  /** Name of a VirtualMachineNetworkConfig that is to have an address. */
  readonly newcomer: string;
  /** What the clients do not see yet; empty where all is well. */
  readonly clients: () => readonly string[];
}

/** What is not well; empty where all is. */
export async function problemsOf({ kube, newcomer, clients }: Looked): Promise<readonly string[]> {
  const looks = [
    deploymentProblems(kube),
    podProblems(kube),
    poolProblems(kube),
    leaseProblems(kube),
    newcomerProblems(kube, newcomer),
    webhookProblems(kube),
  ].map((look) => look.catch((error) => [errorText(error)]));
  return [...(await Promise.all(looks)).flat(), ...clients()];
}

async function deploymentProblems(kube: KubeClient): Promise<string[]> {
  const { items } = await kube.of(DEPLOYMENTS).list({ namespace: NAMESPACE, signal: limit() });
  return items.flatMap(({ metadata, spec, status = {} }) => {
    const wanted = spec?.replicas ?? 1;
    const there = [
      status.replicas,
      status.updatedReplicas,
      status.readyReplicas,
      status.availableReplicas,
    ].map((count = 0) => count);
    const isWell = status.observedGeneration === metadata.generation &&
      there.every((count) => count === wanted);
    return isWell ? [] : [`${metadata.name} has ${there.join("/")} of ${wanted} pods`];
  });
}

/** Controllers and agents are asked themselves: what the kubelet says of them is some seconds old. */
async function podProblems(kube: KubeClient): Promise<string[]> {
  const { items } = await kube.of(PODS).list({ namespace: NAMESPACE, signal: limit() });
  const asked = items.map(async ({ metadata, spec, status }): Promise<string[]> => {
    if (metadata.deletionTimestamp !== undefined) return [`${metadata.name} is going`];
    const ready = status?.conditions?.find(({ type }) => type === "Ready");
    if (ready?.status !== "True") return [`${metadata.name} is not Ready`];
    if (spec?.containers?.some(({ name }) => name === "webhook")) return [];
    const answer = await fetch(`http://${status?.podIP}:${HTTP_PORT}/readyz`, { signal: limit() });
    const text = await answer.text();
    return answer.ok ? [] : [`${metadata.name} says: ${text.trim()}`];
  });
  return (await Promise.all(asked)).flat();
}

async function poolProblems(kube: KubeClient): Promise<string[]> {
  const { items } = await kube.of(IPPOOLS).list({ namespace: "default", signal: limit() });
  return items.flatMap(({ metadata, status }) =>
    CONDITIONS.flatMap((type) => {
      const condition = status?.conditions?.find((one) => one.type === type);
      if (condition?.status === "True") return [];
      return [`pool ${metadata.name}: ${type} is ${condition?.status}: ${condition?.message}`];
    })
  );
}

async function leaseProblems(kube: KubeClient): Promise<string[]> {
  const leases = [
    await kube.of(LEASES).get({ namespace: NAMESPACE, name: "vm-dhcp-agent" }, { signal: limit() }),
    await kube.of(LEASES)
      .get({ namespace: "kube-system", name: "vm-dhcp-controllers" }, { signal: limit() }),
  ];
  return leases.flatMap((lease) => isHeld(lease) ? [] : [`Lease ${lease?.metadata.name} is free`]);
}

function isHeld(lease: Lease | undefined): boolean {
  const { holderIdentity = "", renewTime = "", leaseDurationSeconds = 0 } = lease?.spec ?? {};
  const ageSeconds = (Date.now() - Date.parse(renewTime)) / 1_000;
  return holderIdentity !== "" && ageSeconds < leaseDurationSeconds;
}

/** The controller gives addresses. */
async function newcomerProblems(kube: KubeClient, name: string): Promise<string[]> {
  const configs = kube.of(VMNETCFGS);
  const config = await configs.get({ namespace: "default", name }, { signal: limit() });
  const address = config?.status?.networkConfig?.[0]?.allocatedIPAddress ?? "";
  return address === "" ? [`${name} has no address`] : [];
}

/** The webhook refuses what no CRD does: a second pool of a network. */
async function webhookProblems(kube: KubeClient): Promise<string[]> {
  const second: IPPool = {
    apiVersion: IPPOOLS.apiVersion,
    kind: IPPOOLS.kind,
    metadata: { namespace: "default", name: "second" },
    spec: {
      networkName: "default/blue",
      ipv4Config: { cidr: "192.168.10.0/24", serverIP: "192.168.10.3" },
    },
  };
  try {
    await kube.of(IPPOOLS).create(second, { dryRun: true, signal: limit() });
  } catch (error) {
    return errorText(error).includes("denied the request") ? [] : [errorText(error)];
  }
  return ["the webhook refuses nothing"];
}

function limit(): AbortSignal {
  return AbortSignal.timeout(PATIENCE_MS);
}
