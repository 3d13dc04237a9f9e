/**
 * Waits until what was deployed works.
 *
 * @module
 */
import { DEPLOYMENTS } from "../kube/resources.ts";
import type { KubeClient } from "../kube/types.ts";
import type { Clock } from "../runtime/clock.ts";

/** What to wait for. */
export interface WaitOptions {
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

/**
 * Waits until all pods of the Deployments are of the newest revision and ready.
 *
 * @throws {Error} that names what is not ready when the time is over.
 */
export async function waitReady(options: WaitOptions): Promise<void> {
  const { client, clock, namespace, signal } = options;
  const deadline = clock.monotonic() + options.timeoutMs;
  const said = new Map<string, string>();
  for (;;) {
    const waiting: string[] = [];
    for (const name of options.deployments) {
      const deployment = await client.of(DEPLOYMENTS).get({ namespace, name }, { signal });
      const { state, ready } = stateOf(deployment);
      if (!ready) waiting.push(`${name} (${state})`);
      if (said.get(name) !== state) options.progress(`  ${name}: ${state}`);
      said.set(name, state);
    }
    if (waiting.length === 0) return;
    if (clock.monotonic() > deadline) {
      throw new Error(
        `Wait for the deployment: not ready after ${options.timeoutMs / 1000} s: ${
          waiting.join(", ")
        }; see \`kubectl -n ${namespace} describe pods\``,
      );
    }
    await clock.sleep(500, signal);
  }
}

interface DeploymentState {
  readonly metadata: { readonly generation?: number };
  readonly spec?: { readonly replicas?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
    readonly replicas?: number;
  };
}

function stateOf(deployment: DeploymentState | undefined): { state: string; ready: boolean } {
  if (deployment === undefined) return { state: "missing", ready: false };
  const wanted = deployment.spec?.replicas ?? 1;
  const { observedGeneration, updatedReplicas = 0, readyReplicas = 0, replicas = 0 } =
    deployment.status ?? {};
  const ready = observedGeneration === deployment.metadata.generation &&
    updatedReplicas === wanted && readyReplicas === wanted && replicas === wanted;
  return { state: `${Math.min(readyReplicas, updatedReplicas)} of ${wanted} ready`, ready };
}
