/**
 * Keeps the webhook's certificates good and known to the API servers.
 *
 * @module
 */
import { type KubeClient, SECRETS } from "../../kube/mod.ts";
import { backoff } from "../../runtime/backoff.ts";
import type { Clock, Random } from "../../runtime/clock.ts";
import type { Logger } from "../../runtime/log.ts";
import { sharedCertificates } from "./shared_certificates.ts";
import type { Certificates } from "./certificates.ts";
import { type WebhookConfiguration, withBundle } from "../cluster/configurations.ts";
import { putBack, writeCaBundle } from "../cluster/registration.ts";

/** What is kept, where, and with what. */
interface KeeperOptions {
  readonly kube: KubeClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly namespace: string;
  /** Name of both configurations; the Secret is `<name>-tls`. */
  readonly name: string;
  /** Names and IPv4 addresses under which the webhook is called. */
  readonly names: readonly string[];
  /** The configurations that should be there now: those that stay missing are put back. */
  readonly wanted: () => readonly WebhookConfiguration[];
  /** Serves with this certificate from now on. */
  readonly install: (certificates: Certificates) => void;
}

/** How often everything is looked at again: what somebody deleted is soon there again. */
const CHECK_MS = 30_000;
/** How long it may take until all API servers know a new CA bundle. */
const HEARD_MS = 5_000;
/** How long a configuration is missing before it is put back: who takes the whole deployment away begins with it. */
const PATIENCE_MS = 10_000;
/** Waits after a failure, and while a configuration is missing. */
const RETRY = { base: 500, max: 10_000 };

/**
 * Runs until the signal aborts: reads or makes the certificates, installs them, writes the CA bundle into the
 * configurations, and does so again and again. A new CA is trusted by the API servers before its first certificate is served.
 */
export async function keepCertificates(options: KeeperOptions, signal: AbortSignal): Promise<void> {
  const { clock, log, random } = options;
  const wait = backoff({ ...RETRY, random });
  let state: KeeperState = { known: undefined, missing: [], missingSince: undefined };
  let failures = 0;
  while (!signal.aborted) {
    let waitMs = CHECK_MS;
    try {
      state = await keepOnce(state, options, signal);
      failures = state.missing.length === 0 ? 0 : failures + 1;
      if (failures > 0) waitMs = wait(failures);
    } catch (error) {
      if (signal.aborted) return;
      failures++;
      waitMs = wait(failures);
      log.warn("Certificates cannot be kept, trying again", { error, waitMs });
    }
    await clock.sleep(waitMs, signal).catch(() => undefined);
  }
}

interface KeeperState {
  readonly known: Certificates | undefined;
  /** Kinds of the configurations that are missing. */
  readonly missing: readonly string[];
  /** Since when some are, by the monotonic clock. */
  readonly missingSince: number | undefined;
}

async function keepOnce(
  { known, missing: missed, missingSince: before }: KeeperState,
  options: KeeperOptions,
  signal: AbortSignal,
): Promise<KeeperState> {
  const { kube, clock, log, namespace, name, names, install } = options;
  const secret = `${name}-tls`;
  const certificates = await sharedCertificates({
    secrets: kube.of(SECRETS),
    namespace,
    name: secret,
    names,
    now: clock.now(),
    known,
    signal,
  });
  const isNew = certificates.certificate !== known?.certificate;
  const isFirst = known === undefined;
  if (isFirst) install(certificates);
  const missing = await writeCaBundle({ kube, name, caBundle: certificates.caBundle, signal });
  if (isNew && !isFirst) {
    // A certificate of a new CA waits until every API server has heard of it.
    if (certificates.caBundle !== known.caBundle) await clock.sleep(HEARD_MS, signal);
    install(certificates);
  }
  if (isNew) log.info("Serving with a certificate", { namespace, secret, names });
  if (missing.length > 0 && missed.length === 0) {
    log.warn("Nobody calls the webhook: its configurations are missing", { name, missing });
  }
  const missingSince = missing.length === 0 ? undefined : before ?? clock.monotonic();
  const isLong = missingSince !== undefined && clock.monotonic() - missingSince >= PATIENCE_MS;
  const wanted = isLong ? options.wanted().filter(({ kind }) => missing.includes(kind)) : [];
  if (wanted.length === 0) return { known: certificates, missing, missingSince };
  await putBack(kube, wanted.map((one) => withBundle(one, certificates.caBundle)), signal);
  log.warn("The webhook's configurations were missing and are put back", { name, missing });
  return { known: certificates, missing: [], missingSince: undefined };
}
