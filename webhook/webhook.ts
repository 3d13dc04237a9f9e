/**
 * The webhook as a service: its view of the cluster, its certificates, its HTTPS server.
 *
 * @module
 */
import { createKubeClient, type RestClient } from "../kube/mod.ts";
import { LinkedAbort } from "../runtime/abort.ts";
import type { Clock, Random } from "../runtime/clock.ts";
import type { Logger } from "../runtime/log.ts";
import type { Listen } from "../runtime/ops_server.ts";
import { keepCertificates } from "./certificate_keeper.ts";
import { mutatingConfiguration, validatingConfiguration } from "./configurations.ts";
import { createWebhook } from "./handler.ts";
import { followCluster } from "./informer_view.ts";
import { registerConfigurations } from "./registration.ts";
import { TlsServer } from "./tls_server.ts";

/** Everything the service is given. */
export interface ServiceOptions {
  readonly rest: RestClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Name of Service and configurations; the Secret is `<name>-tls`. */
  readonly name: string;
  readonly namespace: string;
  readonly listen: Listen;
  readonly serviceCidrs: readonly string[];
  readonly controllerUser: string;
  readonly gcUser: string;
  /** Present: outside a cluster; both configurations are made, calling this address. */
  readonly url?: URL;
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

/** Starts the service. Throws where it cannot listen. */
export function runWebhook(options: ServiceOptions, signal: AbortSignal): RunningWebhook {
  const { rest, clock, random, log, name, namespace, url } = options;
  const kube = createKubeClient(rest);
  const cluster = followCluster({ kube, clock, random, log });
  let certified = false;
  const handle = createWebhook({
    cluster,
    serviceCidrs: options.serviceCidrs,
    trustedUsers: [options.controllerUser, options.gcUser],
    notReady: () => [
      ...cluster.notReady(),
      ...(certified ? [] : ["there is no certificate yet"]),
      ...(signal.aborted ? ["the webhook stops"] : []),
    ],
    log,
  });
  const server = new TlsServer({ listen: options.listen, handle, clock, log });
  const install = ({ certificate, key }: { certificate: string; key: string }) => {
    server.use({ cert: certificate, key });
    certified = true;
  };
  const keeper = {
    kube,
    clock,
    random,
    log,
    namespace,
    name,
    names: namesOf({ name, namespace, url }),
    install,
  };
  const work = async () => {
    using stop = new LinkedAbort();
    try {
      const unregister = url === undefined ? undefined : await register(options, signal);
      const running = [cluster.run(stop.signal), keepCertificates(keeper, stop.signal)];
      await aborted(signal);
      if (unregister === undefined) await clock.sleep(LINGER_MS);
      else await unregister(AbortSignal.timeout(UNREGISTER_MS));
      stop.abort(signal.reason);
      await Promise.all(running);
    } finally {
      stop.abort(undefined);
      await server.close();
    }
  };
  return { listen: server.listen, done: work() };
}

/** The names under which API servers call the webhook. */
export function namesOf(
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
  const { rest, name, controllerUser, gcUser, url } = options;
  const parts = {
    name,
    controllerUser,
    gcUser,
    clientConfig: (path: string) => ({ url: `${url?.origin ?? ""}${path}` }),
  };
  const configurations = [mutatingConfiguration(parts), validatingConfiguration(parts)];
  return registerConfigurations(createKubeClient(rest), configurations, signal);
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => resolve(), { once: true });
  await promise;
}
