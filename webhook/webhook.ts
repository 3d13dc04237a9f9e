/**
 * The webhook as a service: its view of the cluster, its certificates, its HTTPS server.
 *
 * @module
 */
import type { Tenancy } from "../core/api/tenancy.ts";
import { addKubeMetrics } from "../kube/kube_metrics.ts";
import { createKubeClient, type RestClient } from "../kube/mod.ts";
import { untilAborted } from "../runtime/abort.ts";
import type { Clock, Random } from "../runtime/clock.ts";
import type { Logger } from "../runtime/log.ts";
import { createMetrics, type Metrics } from "../runtime/metrics.ts";
import type { ServerBounds } from "../runtime/http/bounded_server.ts";
import { serveOperations } from "../runtime/http/operations.ts";
import type { LogLevels } from "../runtime/log_levels.ts";
import type { Listen } from "../runtime/ops_server.ts";
import { keepCertificates } from "./tls/keep_certificates.ts";
import {
  mutatingConfiguration,
  validatingConfiguration,
  type WebhookConfiguration,
} from "./cluster/configurations.ts";
import { assertPair } from "./tls/certificates.ts";
import { followMountedCertificates } from "./tls/mounted_certificates.ts";
import { createWebhook } from "./http/handler.ts";
import { followCluster } from "./cluster/informer_view.ts";
import { registerConfigurations } from "./cluster/registration.ts";
import type { OwnAddress } from "./judge/decision.ts";
import { addWebhookMetrics } from "./webhook_metrics.ts";

/** Everything the service is given. */
export interface ServiceOptions {
  readonly rest: RestClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** How much of it is written, to be changed over HTTP. Unset: it cannot be. */
  readonly levels?: LogLevels;
  /** Name of Service and configurations; the Secret is `<name>-tls`. */
  readonly name: string;
  readonly namespace: string;
  readonly listen: Listen;
  readonly serviceCidrs: readonly string[];
  /** Unset: `shared`. */
  readonly tenancy?: Tenancy;
  /** Addresses that the cluster needs itself. */
  readonly ownAddresses?: readonly OwnAddress[];
  readonly controllerUser: string;
  readonly gcUser: string;
  /** Present: outside a cluster; both configurations are made, calling this address. */
  readonly url?: URL;
  /** Present: certificates that somebody else keeps, and API servers know of. */
  readonly mounted?: {
    /** Folder with `tls.crt` and `tls.key`. */
    readonly folder: string;
    /** Reads a text file. */
    readonly read: (path: string) => Promise<string>;
  };
  /** Unset: no `/metrics`. */
  readonly metrics?: Metrics;
  /** What differs from the bounds of a webhook's server. */
  readonly bounds?: Partial<ServerBounds>;
}

/** A service that runs. */
export interface RunningWebhook {
  /** The bound address, with the real port. */
  readonly listen: Listen;
  /** Resolves when the signal aborted and everything has ended; rejects where it cannot go on. */
  readonly done: Promise<void>;
}

/** How long a pod still answers after it was told to end: so long API servers may not know it yet. */
const LINGER_MS = 3_000;
/** How long taking the configurations away may take. */
const UNREGISTER_MS = 3_000;
/** Several API servers ask at once, each by as many connections as it has requests, and keep them for 90 s. */
const BOUNDS: Partial<ServerBounds> = { connections: 256, idleMs: 100_000 };

/** Starts the service. Rejects where it cannot listen. */
export async function runWebhook(
  options: ServiceOptions,
  signal: AbortSignal,
): Promise<RunningWebhook> {
  const { rest, clock, random, log, name, namespace, url } = options;
  const kube = createKubeClient(rest);
  const cluster = followCluster({ kube, clock, random, log });
  const notReady = () => [
    ...cluster.notReady(),
    ...(signal.aborted ? ["the webhook stops"] : []),
  ];
  const metrics = options.metrics ?? createMetrics();
  const meter = addWebhookMetrics(metrics, () => notReady().length === 0);
  addKubeMetrics(metrics, "vmdhcpwebhook", { informers: () => cluster.informers });
  const handle = createWebhook({
    cluster,
    serviceCidrs: options.serviceCidrs,
    ...(options.tenancy && { tenancy: options.tenancy }),
    ...(options.ownAddresses && { ownAddresses: options.ownAddresses }),
    ...(options.metrics && { metrics: options.metrics }),
    trustedUsers: [options.controllerUser, options.gcUser],
    notReady,
    log,
    onJudged: meter.judged,
    now: () => clock.monotonic(),
  });
  const closing = new AbortController();
  const server = await serveOperations({
    listen: options.listen,
    levels: options.levels,
    handle,
    tls: "later",
    bounds: { ...BOUNDS, ...options.bounds },
    clock,
    logger: log,
  }, closing.signal);
  const certified = {
    clock,
    random,
    log,
    install: ({ certificate, key }: { readonly certificate: string; readonly key: string }) => {
      server.useCertificate({ cert: certificate, key });
      meter.serves(certificate);
    },
    // Outside a cluster they are made at the start. Who takes everything away ends the pods, too: they make nothing any more.
    wanted: () => url !== undefined || signal.aborted ? [] : configurationsOf(options),
  };
  const certify = (signal: AbortSignal) =>
    options.mounted === undefined
      ? keepCertificates({
        ...certified,
        kube,
        namespace,
        name,
        names: namesOf({ name, namespace, url }),
      }, signal)
      : followMountedCertificates({
        ...certified,
        ...options.mounted,
        install: (pair) => {
          assertPair(pair);
          certified.install(pair);
        },
      }, signal);
  const work = async () => {
    const stop = new AbortController();
    const running: Promise<void>[] = [];
    try {
      const unregister = url === undefined ? undefined : await register(options, signal);
      running.push(cluster.run(stop.signal), certify(stop.signal));
      await untilAborted(signal);
      if (unregister === undefined) await clock.sleep(LINGER_MS);
      else await unregister(AbortSignal.timeout(UNREGISTER_MS));
    } finally {
      stop.abort();
      await Promise.all(running);
      closing.abort();
      await server.done;
    }
  };
  return { listen: server.listen, done: work() };
}

/** The names under which API servers call the webhook. */
function namesOf(
  { name, namespace, url }: {
    readonly name: string;
    readonly namespace: string;
    readonly url?: URL | undefined;
  },
): readonly string[] {
  const names = [
    `${name}.${namespace}.svc`,
    name,
    `${name}.${namespace}`,
    `${name}.${namespace}.svc.cluster.local`,
  ];
  return url === undefined ? names : [...names, url.hostname];
}

function register(
  options: ServiceOptions,
  signal: AbortSignal,
): Promise<(signal: AbortSignal) => Promise<void>> {
  const kube = createKubeClient(options.rest);
  return registerConfigurations(kube, configurationsOf(options), signal);
}

/** Both configurations: calling the Service or, outside a cluster, the address. */
function configurationsOf(
  { name, namespace, controllerUser, gcUser, url }: ServiceOptions,
): readonly WebhookConfiguration[] {
  const parts = {
    name,
    controllerUser,
    gcUser,
    clientConfig: (path: string) =>
      url === undefined
        ? { service: { namespace, name, path, port: 443 } }
        : { url: `${url.origin}${path}` },
  };
  return [mutatingConfiguration(parts), validatingConfiguration(parts)];
}
