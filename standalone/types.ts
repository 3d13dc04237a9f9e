/**
 * What a standalone server is given, and what can be asked of it while it runs.
 *
 * @module
 */
import type { HostNetwork } from "../agent/host/host_network.ts";
import type { OpenPort } from "../agent/socket/datagram_port.ts";
import type { ResolveHost } from "../controller/types.ts";
import type { RestClient } from "../kube/rest_client.ts";
import type { Clock, Random } from "../runtime/clock.ts";
import type { Logger } from "../runtime/log.ts";
import type { LogLevels } from "../runtime/log_levels.ts";
import type { Listen } from "../runtime/ops_server.ts";
import type { ManifestDirectory, WatchTiming } from "./manifests/watch_directory.ts";

/** Everything a standalone server needs from outside. */
export interface StandaloneOptions {
  /** Directory of manifest files, which is watched. Unset: what is in the state, and what comes through the API. */
  readonly manifests?: string;
  /** `namespace/name` of a NetworkAttachmentDefinition -> interface; wins over what the object says. */
  readonly interfaces?: ReadonlyMap<string, string>;
  /** SQLite file that keeps the objects. Unset: they end with the server. */
  readonly state?: string;
  /** Where to serve the API, the page (`/ui/`), `/readyz`, `/healthz` and `/metrics`: a loopback address. Unset: nowhere. */
  readonly listen?: Listen;
  /** What happens, line by line. */
  readonly log: Logger;
  /** How much of it is written, to be changed at `/debug/log`. Unset: it cannot be. */
  readonly levels?: LogLevels;
  /** Name of this machine, for Events and `status.agentPodRef`. */
  readonly hostname?: string;
  /** Unset: the machine's. */
  readonly clock?: Clock;
  /** Unset: `Math.random`. */
  readonly random?: Random;
  /** Resolves the names of NTP servers. Unset: by the machine's DNS. */
  readonly resolveHost?: ResolveHost;
  /** The machine's interfaces and addresses. Unset: Linux'. The caller closes what he hands in. */
  readonly host?: HostNetwork;
  /** Opens the socket of an interface. Unset: the fast one. */
  readonly openPort?: OpenPort;
  /** Serves `/leases`, `/ipams/<network>` and `/caches/<network>`. */
  readonly enableCacheDump?: boolean;
  /** Opens the manifest directory. Unset: the machine's. */
  readonly openManifests?: (directory: string) => ManifestDirectory;
  /** Keeps an IPPoolHistory beside each pool. Unset: it does. */
  readonly history?: boolean;
  /** How soon changes of the manifests count. */
  readonly watchTiming?: Partial<WatchTiming>;
}

/** A running standalone server. */
export interface RunningStandalone {
  /** Resolves when the signal aborted, the addresses it added are removed and its state is closed; never rejects. */
  readonly done: Promise<void>;
  /** The API, for the same process. */
  readonly rest: RestClient;
  /** Where it listens, such as `http://127.0.0.1:8001`. */
  readonly url: string | undefined;
  /** Why not every valid, active pool whose interface exists answers packets, one sentence each; none: all do. */
  notReady(): readonly string[];
  /** Resolves when all do. Rejects with the signal's reason. */
  whenReady(signal: AbortSignal): Promise<void>;
  /** What is wrong in the manifest files now, `file:line:column: field: message` each. */
  readonly manifestProblems: readonly string[];
  /** Answers a request as its HTTP port does: the API, the page, `/readyz`, `/healthz`, `/metrics`. */
  handle(request: Request): Promise<Response>;
}
