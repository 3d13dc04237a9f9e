/**
 * Brings CRDs up to date that somebody else made: the Go version, an earlier chart, a person.
 *
 * @module
 */
import { customResourceDefinitions } from "../../core/api/mod.ts";
import type { KubeObject } from "../../core/api/types.ts";
import { errorText } from "../../core/error_text.ts";
import type { JsonValue } from "../../kube/rest_client.ts";
import type { KubeClient, Resource } from "../../kube/types.ts";
import type { Logger } from "../../runtime/log.ts";

/** What to update, and who is to have it. */
interface UpdateOptions {
  readonly kube: KubeClient;
  readonly log: Logger;
  /** The Helm release that takes CRDs which no release has: its next upgrade brings them along. */
  readonly release?: { readonly name: string; readonly namespace: string };
}

const CRDS: Resource<KubeObject> = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  namespaced: false,
};
const RELEASE_NAME = "meta.helm.sh/release-name";
const RELEASE_NAMESPACE = "meta.helm.sh/release-namespace";

/** Applies each CRD that is there; those that are not are nobody's business here. Rejects with the failure of each that is not done. */
export async function updateCrds(options: UpdateOptions, signal: AbortSignal): Promise<void> {
  const failures: string[] = [];
  for (const crd of customResourceDefinitions() as readonly unknown[] as readonly KubeObject[]) {
    try {
      await updateCrd(options, crd, signal);
    } catch (error) {
      failures.push(`${crd.metadata.name}: ${errorText(error)}`);
    }
  }
  if (failures.length > 0) throw new Error(failures.join("; "));
}

async function updateCrd(
  { kube, log, release }: UpdateOptions,
  crd: KubeObject,
  signal: AbortSignal,
): Promise<void> {
  const client = kube.of(CRDS);
  const name = crd.metadata.name ?? "";
  const found = await client.get({ name }, { signal });
  if (found === undefined) return;
  const owner = ownerOf(found, release);
  const body = { ...crd, metadata: { name, ...owner } } as unknown as JsonValue;
  const patch = { type: "apply", body, fieldManager: "vm-dhcp-crds", force: true } as const;
  await client.patch({ name }, patch, { signal });
  log.info("The CRD is up to date", { crd: name, release: owner["annotations"]?.[RELEASE_NAME] });
}

/** Metadata that hands a CRD to the release; nothing where it has one already. Helm keeps what it so got when the release goes. */
function ownerOf(
  { metadata }: KubeObject,
  release: UpdateOptions["release"],
): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const owner = metadata.annotations?.[RELEASE_NAME];
  if (release === undefined || (owner !== undefined && owner !== release.name)) return {};
  return {
    labels: { "app.kubernetes.io/managed-by": "Helm" },
    annotations: {
      [RELEASE_NAME]: release.name,
      [RELEASE_NAMESPACE]: release.namespace,
      "helm.sh/resource-policy": "keep",
    },
  };
}
