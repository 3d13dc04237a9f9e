/**
 * Makes API servers call the webhook: the CA bundle in both configurations and, outside a cluster, the configurations
 * themselves.
 *
 * @module
 */
import {
  ApiError,
  isAlreadyExists,
  isConflict,
  type JsonValue,
  type KubeClient,
  type Resource,
  type ResourceClient,
} from "../../kube/mod.ts";
import { GROUP } from "../../core/api/names.ts";
import { encodeBundle, MUTATING, VALIDATING, type WebhookConfiguration } from "./configurations.ts";

const FIELD_MANAGER = "vm-dhcp-webhook";
const KINDS: readonly Resource<WebhookConfiguration>[] = [MUTATING, VALIDATING];

/** Which configurations, and with which CA. */
interface BundleOptions {
  readonly kube: KubeClient;
  /** Name of both configurations. */
  readonly name: string;
  /** PEM. */
  readonly caBundle: string;
  readonly signal: AbortSignal;
}

/**
 * Writes the CA bundle into every entry of both configurations that has another one. Only that field is written, so whoever
 * applies the configurations keeps all others.
 *
 * @returns The kinds of which there is no configuration yet.
 */
export async function writeCaBundle(options: BundleOptions): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const kind of KINDS) if (!await writeInto(kind, options)) missing.push(kind.kind);
  return missing;
}

async function writeInto(
  kind: Resource<WebhookConfiguration>,
  { kube, name, caBundle, signal }: BundleOptions,
): Promise<boolean> {
  const client = kube.of(kind);
  const wanted = encodeBundle(caBundle);
  const found = await client.get({ name }, { signal });
  if (found === undefined) return false;
  const body: JsonValue[] = (found.webhooks ?? []).flatMap((entry, index) =>
    entry.clientConfig.caBundle === wanted ? [] : [
      // The entries may have moved since they were read: then the patch fails and is made anew.
      { op: "test", path: `/webhooks/${index}/name`, value: entry.name },
      { op: "add", path: `/webhooks/${index}/clientConfig/caBundle`, value: wanted },
    ]
  );
  if (body.length > 0) await client.patch({ name }, { type: "json", body }, { signal });
  return true;
}

/** Makes configurations that somebody deleted, as they are given; the `webhooks` of one that is there again become these. */
export async function putBack(
  kube: KubeClient,
  configurations: readonly WebhookConfiguration[],
  signal: AbortSignal,
): Promise<void> {
  for (const body of configurations) {
    // By apply: of all ways to make an object, this is the one for which a role can name it.
    const patch = { type: "apply", body, fieldManager: FIELD_MANAGER, force: true } as const;
    await kube.of(resourceOf(body.kind)).patch({ name: body.metadata.name ?? "" }, patch, {
      signal,
    });
  }
}

/**
 * Creates the configurations, or corrects those that call another address. Returns what takes away those it created.
 *
 * @throws {Error} where the cluster has a webhook for our kinds already: two of them would both judge, and the one that is deployed
 * must not be turned away from its pods.
 */
export async function registerConfigurations(
  kube: KubeClient,
  configurations: readonly WebhookConfiguration[],
  signal: AbortSignal,
): Promise<(signal: AbortSignal) => Promise<void>> {
  const created: WebhookConfiguration[] = [];
  for (const kind of KINDS) await refuseDeployed(kube.of(kind), configurations, signal);
  for (const configuration of configurations) {
    if (await registerOne(kube, configuration, signal)) created.push(configuration);
  }
  return async (signal) => {
    for (const { kind, metadata } of created) {
      await kube.of(resourceOf(kind)).delete({ name: metadata.name ?? "" }, { signal });
    }
  };
}

async function refuseDeployed(
  client: ResourceClient<WebhookConfiguration>,
  wanted: readonly WebhookConfiguration[],
  signal: AbortSignal,
): Promise<void> {
  const own = new Set(wanted.map(({ metadata }) => metadata.name));
  for (const { kind, metadata, webhooks = [] } of await configurationsOf(client, own, signal)) {
    const ours = webhooks.find(({ rules = [] }) =>
      rules.some(({ apiGroups }) => apiGroups?.includes(GROUP))
    );
    const { service } = ours?.clientConfig ?? {};
    if (ours === undefined || (own.has(metadata.name) && service === undefined)) continue;
    const calls = service === undefined
      ? ours.clientConfig.url
      : `Service ${service.namespace}/${service.name}`;
    throw new Error(
      `The cluster has a webhook for ${GROUP} already: ${kind} ${metadata.name} calls ${calls}; use another cluster, or delete it first`,
    );
  }
}

/** All configurations; for who may not list them, those of the names. */
async function configurationsOf(
  client: ResourceClient<WebhookConfiguration>,
  names: ReadonlySet<string | undefined>,
  signal: AbortSignal,
): Promise<readonly WebhookConfiguration[]> {
  try {
    return (await client.list({ signal })).items;
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 403) throw error;
    const named = [...names].map((name = "") => client.get({ name }, { signal }));
    return (await Promise.all(named)).filter((found) => found !== undefined);
  }
}

/** Whether it was created. */
async function registerOne(
  kube: KubeClient,
  wanted: WebhookConfiguration,
  signal: AbortSignal,
): Promise<boolean> {
  const client = kube.of(resourceOf(wanted.kind));
  for (;;) {
    const found = await client.get({ name: wanted.metadata.name ?? "" }, { signal });
    try {
      if (found === undefined) {
        await client.create(wanted, { signal });
        return true;
      }
      if (!callsSame(found, wanted)) {
        await client.update({ ...found, webhooks: wanted.webhooks ?? [] }, { signal });
      }
      return false;
    } catch (error) {
      if (!isAlreadyExists(error) && !isConflict(error)) throw error;
    }
  }
}

function callsSame(found: WebhookConfiguration, wanted: WebhookConfiguration): boolean {
  const urls = (configuration: WebhookConfiguration) =>
    (configuration.webhooks ?? []).map(({ clientConfig }) => clientConfig.url).join(" ");
  return urls(found) === urls(wanted);
}

function resourceOf(kind: string): Resource<WebhookConfiguration> {
  return kind === MUTATING.kind ? MUTATING : VALIDATING;
}
