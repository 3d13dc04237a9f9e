/**
 * Takes a deployment away.
 *
 * @module
 */
import type { KubeObject } from "../core/api/types.ts";
import { DEPLOYMENTS, IPPOOLS, NAMESPACES, VMNETCFGS } from "../kube/resources.ts";
import type { Resource } from "../kube/types.ts";
import { type ApplyOptions, deleteObjects } from "./apply.ts";
import { crdObjects, type DeployOptions, reportTo } from "./deploy.ts";
import { leaveForGo } from "./leave_for_go.ts";
import { AGENT, CONTROLLER, MADE_BY, selectorOf } from "./names.ts";
import { renderParts } from "./render.ts";

/** Time that the controller has to end. */
const GONE_MS = 30_000;

/**
 * Deletes what `deploy` applied and the agents that the controller made, controller first. Without `purge` the CRDs stay, and
 * with them every record of an address: a later deployment goes on where this one ended. With it the records go first,
 * their finalizers with them, since nobody is left to honour these.
 */
export async function uninstall(
  options: Omit<DeployOptions, "wait"> & {
    readonly purge: boolean;
    /** Leave the records in the form of the Go version. */
    readonly toGo: boolean;
  },
): Promise<void> {
  const { client, settings, dryRun, print, signal, purge, toGo } = options;
  const how: ApplyOptions = { client, dryRun, signal, report: reportTo(print) };
  const [last = [], ...parts] = renderParts(settings).map((part) =>
    part.objects as readonly KubeObject[]
  );
  await deleteObjects(parts.flat(), how);
  if (!dryRun) await controllerGone(options);
  await deleteObjects(await madeAgents(options), how);
  await deleteObjects(last, how);
  if (toGo) await leaveForGo(options);
  if (purge) {
    await purgeRecords(options, VMNETCFGS, how);
    await purgeRecords(options, IPPOOLS, how);
    await deleteObjects(crdObjects(), how);
  } else {
    print("The CRDs and all records stay; --purge takes them away too");
  }
  const namespace = await client.of(NAMESPACES).get({ name: settings.namespace }, { signal });
  if (namespace?.metadata.annotations?.[MADE_BY] === undefined) return;
  await deleteObjects([{ ...namespace, apiVersion: "v1", kind: "Namespace" }], how);
}

/** Waits until no controller is left that could make agents again. */
async function controllerGone(
  { client, clock, settings, signal }: Pick<
    DeployOptions,
    "client" | "clock" | "settings" | "signal"
  >,
): Promise<void> {
  const { namespace } = settings;
  const deadline = clock.monotonic() + GONE_MS;
  while (clock.monotonic() < deadline) {
    if (!await client.of(DEPLOYMENTS).get({ namespace, name: CONTROLLER }, { signal })) return;
    await clock.sleep(250, signal);
  }
}

/** Deployments that the controller rendered for cluster networks. */
async function madeAgents(
  { client, settings, signal }: Pick<DeployOptions, "client" | "settings" | "signal">,
): Promise<readonly KubeObject[]> {
  const labelSelector = Object.entries(selectorOf(AGENT)).map((pair) => pair.join("=")).join(",");
  const { namespace } = settings;
  const { items } = await client.of(DEPLOYMENTS).list({ namespace, labelSelector, signal });
  return items;
}

async function purgeRecords<T extends KubeObject>(
  { client, dryRun, signal }: Pick<DeployOptions, "client" | "dryRun" | "signal">,
  resource: Resource<T>,
  how: ApplyOptions,
): Promise<void> {
  if (!await client.serves(resource, signal)) return;
  const records = client.of(resource);
  const { items } = await records.list({ signal });
  for (const { metadata: { namespace = "", name = "", finalizers = [] } } of items) {
    if (finalizers.length === 0 || dryRun) continue;
    const body = { metadata: { finalizers: null } };
    await records.patch({ namespace, name }, { type: "merge", body }, { signal });
  }
  await deleteObjects(items, how);
}
