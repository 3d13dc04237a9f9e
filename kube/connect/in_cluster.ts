/**
 * Reaches the cluster that the program runs in.
 *
 * Source: Kubernetes documentation, "Accessing the API from within a Pod".
 *
 * @module
 */
import type { Clock } from "../../runtime/clock.ts";
import type { FetchClientOptions } from "../http/fetch_transport.ts";
import { fileCredentials, readFile } from "./file_credentials.ts";
import type { Machine } from "./machine.ts";

const FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount";
const FILES = { token: `${FOLDER}/token`, authorities: `${FOLDER}/ca.crt` };

/** What {@linkcode inClusterOptions} needs. */
interface InClusterOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly machine: Machine;
  readonly clock: Clock;
}

/** Whether the environment is that of a pod. */
export function isInCluster(env: InClusterOptions["env"]): boolean {
  return (env.KUBERNETES_SERVICE_HOST ?? "") !== "" && (env.KUBERNETES_SERVICE_PORT ?? "") !== "";
}

/**
 * How to reach the API server from a pod: the address from the environment, the certificate authority and the token
 * (both read again at least once a minute) and the namespace from the service account's files.
 */
export async function inClusterOptions(options: InClusterOptions): Promise<FetchClientOptions> {
  const { env, machine, clock } = options;
  const { KUBERNETES_SERVICE_HOST: host = "", KUBERNETES_SERVICE_PORT: port = "" } = env;
  if (!isInCluster(env)) {
    throw new TypeError(
      `Cannot reach the cluster from within, this is no pod: KUBERNETES_SERVICE_HOST=${host} KUBERNETES_SERVICE_PORT=${port}`,
    );
  }
  const namespace = (await readFile(machine, `${FOLDER}/namespace`)).trim();
  return {
    server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
    caCertificates: [await readFile(machine, FILES.authorities)],
    credentials: fileCredentials({ files: FILES, machine, clock }),
    ...(namespace === "" ? {} : { defaultNamespace: namespace }),
  };
}
