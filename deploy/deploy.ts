/**
 * Deploys vm-dhcp into a cluster.
 *
 * @module
 */
import { customResourceDefinitions } from "../core/api/mod.ts";
import type { KubeObject } from "../core/api/types.ts";
import { NAMESPACES } from "../kube/objects/resources.ts";
import type { KubeClient } from "../kube/types.ts";
import type { Clock } from "../runtime/clock.ts";
import { applyObjects, deleteObjects, type Report, resourceOf } from "./apply.ts";
import { refuseOthers } from "./installation.ts";
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

/**
 * Applies everything by server-side apply. A second run with the same settings changes nothing.
 *
 * @throws {Error} where somebody else has what would be deployed, where something does not go that is being deleted, or, with
 * `wait`, where the pods do not become ready.
 */
export async function deploy(options: DeployOptions): Promise<void> {
  const { client, clock, settings, dryRun, print, signal } = options;
  for (const line of await missingRequirements(client, signal)) print(`! ${line}`);
  const { wanted, unwanted } = await partsOf(options);
  await refuseOthers(wanted, options);
  print(`image     ${settings.image}`);
  const objects = [...crdObjects(), ...await namespaceObjects(options), ...wanted];
  const how = { client, clock, dryRun, signal };
  await applyObjects(objects, { ...how, report: reportTo(print) });
  const tell = reportTo(print);
  const report: Report = (object, change) => {
    if (change !== "absent") tell(object, change);
  };
  await deleteObjects(unwanted, { ...how, report });
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

/** The objects to apply, and those of a former deployment that the settings leave out now. */
async function partsOf(
  { client, settings, print, signal }: DeployOptions,
): Promise<{ readonly wanted: readonly KubeObject[]; readonly unwanted: readonly KubeObject[] }> {
  const wanted: KubeObject[] = [];
  const unwanted: KubeObject[] = [];
  for (const { name, objects, enabledBy, sinceMinor } of renderParts(settings)) {
    const all = objects as readonly KubeObject[];
    const isWanted = enabledBy === undefined || settings[enabledBy].enabled;
    const [first] = all;
    const isServed = sinceMinor === undefined || first === undefined ||
      await client.serves(resourceOf(first), signal);
    if (isServed) (isWanted ? wanted : unwanted).push(...all);
    else if (isWanted) {
      print(
        `! ${name} are left out: the cluster has no ${first.kind} (Kubernetes has it from v1.${sinceMinor} on)`,
      );
    }
  }
  return { wanted, unwanted };
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
