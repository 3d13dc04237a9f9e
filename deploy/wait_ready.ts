/**
 * Waits until what was deployed works.
 *
 * @module
 */
import { deploymentTrouble, podTrouble } from "../controller/agents/agent_trouble.ts";
import type { IPPool } from "../core/api/types.ts";
import type { Deployment, Pod } from "../kube/objects/builtin_types.ts";
import { ApiError } from "../kube/errors.ts";
import { DEPLOYMENTS, IPPOOLS, PODS } from "../kube/objects/resources.ts";
import type { KubeClient } from "../kube/types.ts";
import type { Clock } from "../runtime/clock.ts";

/** What to wait for. */
interface WaitOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly namespace: string;
  /** Names of the Deployments. */
  readonly deployments: readonly string[];
  readonly timeoutMs: number;
  /** Called with a line whenever something changes. */
  readonly progress: (line: string) => void;
  readonly signal: AbortSignal;
}

const LOOK_MS = 500;

/**
 * Waits until all pods of the Deployments are of the newest revision and ready, and the API server gets an answer from the webhook.
 * Why a pod is not ready, is told as soon as Kubernetes says it: an image that cannot be pulled may come yet.
 *
 * @throws {Error} that names what is not ready, and why, when the time is over.
 */
export async function waitReady(options: WaitOptions): Promise<void> {
  const { clock, namespace, signal } = options;
  const deadline = clock.monotonic() + options.timeoutMs;
  const said = new Map<string, string>();
  for (;;) {
    const waiting: string[] = [];
    const tell = (name: string, { ready, text }: State) => {
      if (!ready) waiting.push(`${name}: ${text}`);
      if (said.get(name) !== text) options.progress(`  ${name}: ${text}`);
      said.set(name, text);
    };
    for (const name of options.deployments) tell(name, await look(name, options));
    if (waiting.length === 0) tell("admission", await askWebhook(options));
    if (waiting.length === 0) return;
    if (clock.monotonic() > deadline) {
      throw new Error(
        `Wait for the deployment: not ready after ${options.timeoutMs / 1000} s: ${
          waiting.join("; ")
        }; see \`kubectl -n ${namespace} describe pods\``,
      );
    }
    await clock.sleep(LOOK_MS, signal);
  }
}

/** How far something is. */
interface State {
  readonly ready: boolean;
  readonly text: string;
}

/**
 * Asks the API server for a pool that nobody keeps. Whatever is said of it, the webhook answered; or it could not be asked: its
 * Service has no address yet, its certificate is not trusted yet, or something is between it and the API server.
 */
async function askWebhook({ client, namespace, signal }: WaitOptions): Promise<State> {
  const pool: IPPool = {
    apiVersion: IPPOOLS.apiVersion,
    kind: IPPOOLS.kind,
    metadata: { namespace, name: "vm-dhcp-probe" },
    spec: { networkName: `${namespace}/vm-dhcp-probe`, ipv4Config: { cidr: "192.0.2.0/24" } },
  };
  try {
    await client.of(IPPOOLS).create(pool, { dryRun: true, signal });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status >= 500) return { ready: false, text: error.serverMessage };
  }
  return { ready: true, text: "the API server is answered" };
}

async function look(
  name: string,
  { client, namespace, signal }: WaitOptions,
): Promise<State> {
  const deployment = await client.of(DEPLOYMENTS).get({ namespace, name }, { signal });
  if (deployment === undefined) return { ready: false, text: "missing" };
  const { ready, text } = stateOf(deployment);
  if (ready) return { ready, text };
  const { matchLabels = {} } = deployment.spec?.selector ?? {};
  const labelSelector = Object.entries(matchLabels).map((pair) => pair.join("=")).join();
  const { items } = await client.of(PODS).list({ namespace, labelSelector, signal });
  const why = troubleOf(deployment, items);
  return { ready, text: why === undefined ? text : `${text}: ${why}` };
}

function stateOf(deployment: Deployment): State {
  const wanted = deployment.spec?.replicas ?? 1;
  const { observedGeneration, updatedReplicas = 0, readyReplicas = 0, replicas = 0 } =
    deployment.status ?? {};
  const ready = observedGeneration === deployment.metadata.generation &&
    updatedReplicas === wanted && readyReplicas === wanted && replicas === wanted;
  return { text: `${Math.min(readyReplicas, updatedReplicas)} of ${wanted} ready`, ready };
}

/** Why a Deployment has not all its pods; of several, what is said of the newest. Pods of before run on meanwhile. */
function troubleOf(deployment: Deployment, pods: readonly Pod[]): string | undefined {
  const newest = [...pods].sort((one, other) => createdAt(other) - createdAt(one));
  return newest.map((pod) => podTrouble([pod])?.message).find((message) => message !== undefined) ??
    deploymentTrouble(deployment)?.message;
}

function createdAt({ metadata }: Pod): number {
  return Date.parse(metadata.creationTimestamp ?? "") || 0;
}
