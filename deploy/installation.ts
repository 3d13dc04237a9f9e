/**
 * What is installed already. A cluster has one vm-dhcp: its webhook, its roles and the record of who has which address are the
 * whole cluster's.
 *
 * @module
 */
import type { KubeObject } from "../core/api/types.ts";
import { LEGACY_AGENT_SELECTOR } from "../controller/agents/legacy_pods.ts";
import { DEPLOYMENTS, PODS } from "../kube/objects/resources.ts";
import { defined } from "../runtime/defined.ts";
import type { KubeClient } from "../kube/types.ts";
import { describe, objectKey, resourceOf } from "./apply.ts";
import { CONTROLLER, PART_OF } from "./names.ts";
import type { DeploySettings, Running } from "./settings.ts";

/** The controller's flag and variable that a later deployment keeps: `deploy/objects/controller.ts`. */
const TENANCY = "--tenancy=";
const LOCK_NAMESPACE_VARIABLE = "VM_DHCP_LOCK_NAMESPACE";

/** The Helm release that an object belongs to. */
interface Release {
  readonly name: string;
  readonly namespace: string;
}

/** A vm-dhcp in the cluster. */
export interface Installation {
  readonly namespace: string;
  /** The Helm release that it is; unset: none. */
  readonly release?: Release;
}

/**
 * Every vm-dhcp in the cluster, however it was installed: by namespaces with Deployments of ours. What is being deleted does not
 * count, and neither do the agents that a controller made, which go with their template.
 */
export async function installations(
  client: KubeClient,
  signal: AbortSignal,
): Promise<readonly Installation[]> {
  const labelSelector = `${PART_OF.label}=${PART_OF.value}`;
  const { items } = await client.of(DEPLOYMENTS).list({ labelSelector, signal });
  const found = new Map<string, Installation>();
  for (const { metadata } of items) {
    const { namespace = "", deletionTimestamp, ownerReferences = [] } = metadata;
    if (deletionTimestamp !== undefined || ownerReferences.length > 0) continue;
    const release = releaseOf({ metadata });
    const known = found.get(namespace)?.release;
    const either = release ?? known;
    found.set(namespace, { namespace, ...(either && { release: either }) });
  }
  return [...found.values()];
}

/**
 * Refuses to deploy where that would take something away from somebody: from a vm-dhcp in another namespace, from Helm, or from the Go
 * version.
 *
 * @param objects What would be applied, without CRDs: those are everybody's.
 * @throws {Error} that says who is there, and the way.
 */
export async function refuseOthers(
  objects: readonly KubeObject[],
  { client, settings: { namespace }, signal }: {
    readonly client: KubeClient;
    readonly settings: Pick<DeploySettings, "namespace">;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const all = await installations(client, signal);
  const here = all.find((one) => one.namespace === namespace);
  if (here?.release !== undefined) throw new Error(heldByHelm(here.release));
  const other = all.find((one) => one.namespace !== namespace);
  if (other !== undefined) throw new Error(elsewhere(other, namespace));
  await refuseGoVersion(namespace, { client, signal });
  const present = await Promise.all(
    objects.map((object) => client.of(resourceOf(object)).get(objectKey(object), { signal })),
  );
  for (const found of present) {
    if (found === undefined || found.metadata.deletionTimestamp !== undefined) continue;
    const release = releaseOf(found);
    if (release !== undefined) throw new Error(`${describe(found)}: ${heldByHelm(release)}`);
    if (found.kind === "Deployment" && found.metadata.labels?.[PART_OF.label] !== PART_OF.value) {
      throw new Error(
        `Cannot deploy over ${
          describe(found)
        }, which is not of vm-dhcp: if it is the Go version's, docs/migrate.md has the way, else choose another --namespace`,
      );
    }
  }
}

/** Our controller looks for agent pods of the Go version in its own namespace only: those elsewhere would answer beside ours. */
async function refuseGoVersion(
  namespace: string,
  { client, signal }: { readonly client: KubeClient; readonly signal: AbortSignal },
): Promise<void> {
  const { items } = await client.of(PODS).list({ labelSelector: LEGACY_AGENT_SELECTOR, signal });
  const elsewhere = items.find(({ metadata }) => metadata.namespace !== namespace);
  if (elsewhere === undefined) return;
  const there = elsewhere.metadata.namespace ?? "";
  throw new Error(
    `The Go version runs in namespace ${there} (${
      describe(elsewhere)
    }): to take over from it, deploy with --namespace ${there}, as docs/migrate.md says`,
  );
}

function releaseOf({ metadata }: Pick<KubeObject, "metadata">): Release | undefined {
  const { namespace = "", annotations = {} } = metadata;
  const name = annotations["meta.helm.sh/release-name"];
  if (name === undefined) return undefined;
  return { name, namespace: annotations["meta.helm.sh/release-namespace"] ?? namespace };
}

/** Why `deploy` keeps its hands off a Helm release, and the ways. */
export function heldByHelm({ name, namespace }: Release): string {
  return `Helm made this (release ${name} in namespace ${namespace}): change it by \`helm upgrade ${name} --namespace ${namespace}\`, ` +
    `take it away by \`helm uninstall ${name} --namespace ${namespace}\`; the CRDs and all records stay`;
}

function elsewhere({ namespace, release }: Installation, wanted: string): string {
  const away = release === undefined
    ? `\`deno task deploy --uninstall --namespace ${namespace}\``
    : `\`helm uninstall ${release.name} --namespace ${release.namespace}\``;
  return `vm-dhcp is installed in namespace ${namespace} already, and a cluster has one: change it with --namespace ${namespace}; ` +
    `to move it to ${wanted}, take it away there by ${away} (all records stay) and deploy again`;
}

/** What runs of a deployment, as far as a later one keeps it where nobody says otherwise; empty where nothing runs. */
export async function runningSettings(
  namespace: string,
  { client, signal }: { readonly client: KubeClient; readonly signal: AbortSignal },
): Promise<Running> {
  const found = await client.of(DEPLOYMENTS).get({ namespace, name: CONTROLLER }, { signal });
  if (found === undefined || found.metadata.deletionTimestamp !== undefined) return {};
  const { containers } = (found.spec?.template.spec ?? {}) as unknown as {
    readonly containers?: readonly {
      readonly image?: string;
      readonly args?: readonly string[];
      readonly env?: readonly { readonly name: string; readonly value?: string }[];
    }[];
  };
  const { image, args = [], env = [] } = containers?.[0] ?? {};
  const tenancy = args.find((arg) => arg.startsWith(TENANCY))?.slice(TENANCY.length) as
    | DeploySettings["tenancy"]
    | undefined;
  const lock = env.find(({ name }) => name === LOCK_NAMESPACE_VARIABLE)?.value;
  return defined({
    image,
    tenancy,
    leaderElection: lock === undefined ? lock : { namespace: lock },
  });
}
