/**
 * Deploys vm-dhcp into a cluster.
 *
 * @module
 */
import { customResourceDefinitions } from "../core/api/mod.ts";
import type { KubeObject } from "../core/api/types.ts";
import { NAMESPACES } from "../kube/resources.ts";
import type { KubeClient } from "../kube/types.ts";
import type { Clock } from "../runtime/clock.ts";
import { applyObjects, type Report } from "./apply.ts";
import { CONTROLLER, MADE_BY, WEBHOOK } from "./names.ts";
import { namespacePart, renderParts } from "./render.ts";
import { missingRequirements } from "./requirements.ts";
import type { DeploySettings } from "./settings.ts";
import { waitReady } from "./wait_ready.ts";

/** How to deploy. */
export interface DeployOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly settings: DeploySettings;
  /** Say what would change, and change nothing. */
  readonly dryRun: boolean;
  /** Wait until everything is ready. */
  readonly wait: boolean;
  /** Called with every line of progress. */
  readonly print: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Time that the pods have to become ready. */
const READY_MS = 180_000;

/** Applies everything by server-side apply. A second run with the same settings changes nothing. */
export async function deploy(options: DeployOptions): Promise<void> {
  const { client, settings, dryRun, print, signal } = options;
  for (const line of await missingRequirements(client, signal)) print(`! ${line}`);
  const parts = renderParts(settings).flatMap((part) => part.objects as readonly KubeObject[]);
  const objects = [...crdObjects(), ...await namespaceObjects(options), ...parts];
  await applyObjects(objects, { client, dryRun, signal, report: reportTo(print) });
  if (!options.wait || dryRun) return;
  await waitReady({
    client,
    clock: options.clock,
    namespace: settings.namespace,
    deployments: [WEBHOOK, CONTROLLER],
    timeoutMs: READY_MS,
    progress: print,
    signal,
  });
  print("Ready: apply an IPPool");
}

/** The CRDs, as objects. */
export function crdObjects(): readonly KubeObject[] {
  return customResourceDefinitions() as readonly unknown[] as readonly KubeObject[];
}

/** One line for every object. */
export function reportTo(print: (line: string) => void): Report {
  return (object, change) => print(`${change.padEnd(9)} ${object}`);
}

/** The namespace, unless somebody else made it: that one is left as it is. */
async function namespaceObjects(options: DeployOptions): Promise<readonly KubeObject[]> {
  const { client, settings, signal } = options;
  const found = await client.of(NAMESPACES).get({ name: settings.namespace }, { signal });
  const isForeign = found !== undefined && found.metadata.annotations?.[MADE_BY] === undefined;
  return isForeign ? [] : namespacePart(settings).objects as readonly KubeObject[];
}
