/**
 * Takes a deployment away.
 *
 * @module
 */
import { leaveRecords } from "../controller/leave/leave_records.ts";
import { AGENT_LEASE_LABEL } from "../core/api/names.ts";
import type { KubeObject } from "../core/api/types.ts";
import { isConflict, isNotFound } from "../kube/errors.ts";
import {
  DEPLOYMENTS,
  IPPOOL_HISTORIES,
  IPPOOLS,
  LEASES,
  NAMESPACES,
  POD_DISRUPTION_BUDGETS,
  SECRETS,
  VMNETCFGS,
} from "../kube/objects/resources.ts";
import type { ListOptions, Resource } from "../kube/types.ts";
import { type ApplyOptions, deleteObjects, describe, type Report } from "./apply.ts";
import { crdObjects, type DeployOptions, reportTo } from "./deploy.ts";
import { heldByHelm, type Installation, installations } from "./installation.ts";
import { leaveForGo } from "./leave_for_go.ts";
import { AGENT, LOCK_NAME, MADE_BY, selectorOf, WEBHOOK_SECRET } from "./names.ts";
import { renderParts } from "./render.ts";
import type { DeploySettings } from "./settings.ts";

/** How a deployment is taken away. */
interface UninstallOptions extends Omit<DeployOptions, "wait"> {
  /** Take the CRDs and all records away, too. */
  readonly purge: boolean;
  /** Leave the records in the form of the Go version. */
  readonly toGo: boolean;
}

/**
 * Deletes what `deploy` applied and what the programs made, controller first, and waits until it is gone. Without `purge` the CRDs
 * stay, and with them every record of an address: a later deployment goes on where this one ended; what is left can be deleted, and
 * says that nobody serves it. With it the records go first, their finalizers with them, since nobody is left to honour these.
 *
 * @throws {Error} where Helm has the deployment, where another one needs the records that are to be purged, and where something
 * does not go in time.
 */
export async function uninstall(options: UninstallOptions): Promise<void> {
  const { client, settings: { namespace }, print, purge } = options;
  const how: ApplyOptions = { ...options, report: reportTo(print) };
  const other = await otherInstallation(options);
  const goes = ({ metadata }: KubeObject) =>
    other === undefined || metadata.namespace === namespace;
  // The rights of the programs are the first part: they go last.
  const [rights = [], ...parts] = renderParts(options.settings).map(({ objects }) =>
    (objects as readonly KubeObject[]).filter(goes)
  );
  await deleteObjects(parts.flat(), how);
  const tell = how.report;
  const report: Report = (object, change) => change === "absent" ? undefined : tell(object, change);
  await deleteObjects(optionalObjects(options.settings).filter(goes), { ...how, report });
  await deleteObjects(await madeByPrograms(options), how);
  await deleteObjects(rights, how);
  if (other === undefined) await leaveCluster(options, how);
  else {
    print(
      `! vm-dhcp is installed in namespace ${other.namespace}, too, so what is the whole cluster's stays; \`deno task deploy ` +
        `--namespace ${other.namespace}\` gives it back what it may lack`,
    );
  }
  if (!purge) print("The CRDs and all records stay; --purge takes them away too");
  const found = await client.of(NAMESPACES).get({ name: namespace }, options);
  if (found?.metadata.annotations?.[MADE_BY] !== undefined) await deleteObjects([found], how);
}

/** Another installation, which needs the records and what is cluster-wide. */
async function otherInstallation(
  { client, settings: { namespace }, purge, toGo, signal }: UninstallOptions,
): Promise<Installation | undefined> {
  const all = await installations(client, signal);
  const here = all.find((one) => one.namespace === namespace);
  if (here?.release !== undefined) throw new Error(heldByHelm(here.release));
  const other = all.find((one) => one.namespace !== namespace);
  if (other !== undefined && (purge || toGo)) {
    throw new Error(
      `vm-dhcp is installed in namespace ${other.namespace}, which needs all records: use neither --purge nor --to-go, or --namespace ${other.namespace}`,
    );
  }
  return other;
}

/** What other settings than these would have made: nobody need remember with which it was deployed. */
function optionalObjects(settings: DeploySettings): readonly KubeObject[] {
  const { service, podMonitor, serviceMonitor, prometheusRule, dashboards } = settings.metrics;
  const all: DeploySettings = {
    ...settings,
    openshift: true,
    webhook: { ...settings.webhook, certificate: "cert-manager", issuerRef: {} },
    metrics: {
      service: { ...service, enabled: true },
      podMonitor: { ...podMonitor, enabled: true },
      serviceMonitor: { ...serviceMonitor, enabled: true },
      prometheusRule: { ...prometheusRule, enabled: true },
      dashboards: { ...dashboards, enabled: true },
    },
  };
  const own = { ...settings, webhook: { ...settings.webhook, certificate: "own" } } as const;
  const usual = new Set(objectsOf(settings).map(describe));
  const others = [...objectsOf(own), ...objectsOf(all)].map((one) => [describe(one), one] as const);
  return [...new Map(others)].flatMap(([name, object]) => usual.has(name) ? [] : [object]);
}

function objectsOf(settings: DeploySettings): readonly KubeObject[] {
  return renderParts(settings).flatMap(({ objects }) => objects as readonly KubeObject[]);
}

/** What controller, webhook and agents made for themselves in the namespace. */
async function madeByPrograms(
  { client, settings: { namespace }, signal }: UninstallOptions,
): Promise<readonly KubeObject[]> {
  const of = async <T extends KubeObject>(resource: Resource<T>, options: ListOptions<T>) =>
    (await client.of(resource).list({ namespace, signal, ...options })).items;
  const agents = Object.entries(selectorOf(AGENT)).map((pair) => pair.join("=")).join();
  return [
    ...await of(SECRETS, { fieldSelector: `metadata.name=${WEBHOOK_SECRET}` }),
    ...await of(LEASES, { labelSelector: `${AGENT_LEASE_LABEL}=true` }),
    ...await of(POD_DISRUPTION_BUDGETS, { labelSelector: agents }),
    ...await of(DEPLOYMENTS, { labelSelector: agents }),
  ];
}

/** What becomes of the records, of the CRDs and of the leader lock. */
async function leaveCluster(options: UninstallOptions, how: ApplyOptions): Promise<void> {
  const { clock, dryRun, print, purge, toGo } = options;
  if (purge) {
    await purgeRecords(VMNETCFGS, how);
    await purgeRecords(IPPOOLS, how);
    await purgeRecords(IPPOOL_HISTORIES, how);
    await deleteObjects(crdObjects(), how);
  } else if (toGo) await leaveForGo(options);
  else if (!dryRun) {
    const onLeft = (object: string) => print(`left      ${object}`);
    await leaveRecords({ ...options, now: () => clock.now(), onLeft });
  }
  if (!dryRun) await freeLock(options);
}

async function purgeRecords<T extends KubeObject>(
  resource: Resource<T>,
  how: ApplyOptions,
): Promise<void> {
  const { client, dryRun, signal } = how;
  if (!await client.serves(resource, signal)) return;
  const records = client.of(resource);
  const { items } = await records.list({ signal });
  for (const { metadata: { namespace = "", name = "", finalizers = [] } } of items) {
    if (finalizers.length === 0 || dryRun) continue;
    const body = { metadata: { finalizers: null } };
    try {
      await records.patch({ namespace, name }, { type: "merge", body }, { signal });
    } catch (error) {
      if (!isNotFound(error)) throw error; // Its VM was deleted meanwhile.
    }
  }
  await deleteObjects(items, how);
}

/** Deletes the leader lock, unless somebody holds it: then it is the Go version's. */
async function freeLock({ client, settings, signal }: UninstallOptions): Promise<void> {
  const leases = client.of(LEASES);
  const key = { namespace: settings.lockNamespace, name: LOCK_NAME };
  const lock = await leases.get(key, { signal });
  if (lock === undefined || (lock.spec?.holderIdentity ?? "") !== "") return;
  const { resourceVersion = "" } = lock.metadata;
  try {
    await leases.delete(key, { resourceVersion, signal });
  } catch (error) {
    if (!isConflict(error)) throw error; // Somebody has taken it meanwhile.
  }
}
