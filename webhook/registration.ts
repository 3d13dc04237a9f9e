/**
 * Makes API servers call the webhook: the CA bundle in both configurations and, outside a cluster, the configurations
 * themselves.
 *
 * @module
 */
import {
  isAlreadyExists,
  isConflict,
  type JsonValue,
  type KubeClient,
  type Resource,
} from "../kube/mod.ts";
import { MUTATING, VALIDATING, type WebhookConfiguration } from "./configurations.ts";

const KINDS: readonly Resource<WebhookConfiguration>[] = [MUTATING, VALIDATING];

/** Which configurations, and with which CA. */
export interface BundleOptions {
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
  const wanted = new TextEncoder().encode(caBundle).toBase64();
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

/** Creates the configurations, or corrects those that call another address. Returns what takes away those it created. */
export async function registerConfigurations(
  kube: KubeClient,
  configurations: readonly WebhookConfiguration[],
  signal: AbortSignal,
): Promise<(signal: AbortSignal) => Promise<void>> {
  const created: WebhookConfiguration[] = [];
  for (const configuration of configurations) {
    if (await registerOne(kube, configuration, signal)) created.push(configuration);
  }
  return async (signal) => {
    for (const { kind, metadata } of created) {
      await kube.of(resourceOf(kind)).delete({ name: metadata.name ?? "" }, { signal });
    }
  };
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
