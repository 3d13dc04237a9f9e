/**
 * Reaches a cluster the way kubectl does: by kubeconfig, or from within.
 *
 * @module
 */
import { errorText } from "../../core/error_text.ts";
import { type Clock, type Random, systemClock } from "../../runtime/clock.ts";
import { defined } from "../../runtime/defined.ts";
import type { Logger } from "../../runtime/log.ts";
import {
  createFetchClient,
  type FetchClient,
  type FetchClientOptions,
} from "../http/fetch_client.ts";
import { inClusterOptions, isInCluster } from "./in_cluster.ts";
import type { KubeconfigSource } from "./kubeconfig.ts";
import { denoMachine, type Machine } from "./machine.ts";

/** How to find the cluster. */
export interface ConnectOptions {
  /** A kubeconfig file, or several separated by colons as in `KUBECONFIG`. Unset: the cluster the program runs in. */
  readonly kubeconfig?: string;
  /** A context of the kubeconfig; unset: its current one. */
  readonly context?: string;
  /** `KUBERNETES_SERVICE_HOST` and `KUBERNETES_SERVICE_PORT` are read from it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Sent as `User-Agent`. */
  readonly userAgent?: string;
  /** Files and commands. Default: those of the machine that Deno runs on. */
  readonly machine?: Machine;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Default: `Math.random`. */
  readonly random?: Random;
  /** Is told of connections that are dead. Unset: nothing is logged. */
  readonly logger?: Logger;
}

/** Names of the environment variables by which a pod finds its cluster. */
export const CLUSTER_VARIABLES: readonly string[] = [
  "KUBERNETES_SERVICE_HOST",
  "KUBERNETES_SERVICE_PORT",
];

/**
 * A transport to the cluster that `kubeconfig` names, or, without one, to the cluster that the program runs in.
 * Dispose it to close its connections. Throws where there is neither, and for everything in the kubeconfig that cannot
 * be used, naming it.
 *
 * Needs `--allow-net`, `--allow-read` of the named files, `--allow-env=LOG_TOKENS,LOG_STREAM`
 * for a kubeconfig (the YAML library asks for them), and `--allow-run` of a credential plugin.
 *
 * @example Without a kubeconfig, and outside a cluster
 * ```ts
 * import { connect } from "@vm-dhcp/vm-dhcp/kube";
 *
 * const refusal = await connect({ env: {} }).then(() => "connected", (error) => error.message);
 * if (!refusal.startsWith("Cannot find a cluster")) throw new Error(refusal);
 * ```
 */
export async function connect(options: ConnectOptions): Promise<FetchClient> {
  const { clock = systemClock, random, userAgent, logger } = options;
  return createFetchClient({
    ...await connectionOf(options),
    clock,
    ...defined({ random, userAgent, logger }),
  });
}

async function connectionOf(options: ConnectOptions): Promise<FetchClientOptions> {
  const { kubeconfig = "", context, env, machine = denoMachine, clock = systemClock } = options;
  if (kubeconfig !== "") {
    // Loaded here alone: the YAML library costs 35 ms and 10 MB, which no pod needs.
    const [{ readKubeconfig }, { kubeconfigOptions }] = await Promise.all([
      import("./kubeconfig.ts"),
      import("./kubeconfig_options.ts"),
    ]);
    const sources = await readSources(kubeconfig.split(":").filter((path) => path !== ""), machine);
    const entry = readKubeconfig(sources, defined({ context }));
    return await kubeconfigOptions(entry, { machine, clock });
  }
  if (isInCluster(env)) return await inClusterOptions({ env, machine, clock });
  throw new TypeError(
    "Cannot find a cluster: no kubeconfig is named (--kubeconfig FILE, or KUBECONFIG), and this is no pod of a cluster",
  );
}

/** The files of the list; of several, those that do not exist are left out. */
async function readSources(
  paths: readonly string[],
  machine: Machine,
): Promise<readonly KubeconfigSource[]> {
  const sources: KubeconfigSource[] = [];
  const failures: unknown[] = [];
  for (const path of paths) {
    try {
      sources.push({ path, text: await machine.readTextFile(path) });
    } catch (cause) {
      const failure = new Error(`Cannot read the kubeconfig ${path}: ${errorText(cause)}`, {
        cause,
      });
      const missing = cause instanceof Error && cause.name === "NotFound";
      if (!missing || paths.length === 1) throw failure;
      failures.push(failure);
    }
  }
  if (sources.length === 0) throw failures[0];
  return sources;
}
