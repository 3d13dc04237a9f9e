/**
 * One host without Kubernetes: embedded API, controller and agent in one process, fed by manifest files.
 * `examples/embed_standalone.ts` runs it in a program of one's own.
 *
 * @module
 */
export { runStandalone } from "./run.ts";
export type { RunningStandalone, StandaloneOptions } from "./types.ts";
export type { DirectoryContent } from "./manifests/read_directory.ts";
export type { ManifestFile, ManifestProblem, Place } from "./manifests/types.ts";
export type { ManifestDirectory, WatchTiming } from "./manifests/watch_directory.ts";
export type { DatagramPort, OpenPort } from "../agent/socket/datagram_port.ts";
export { PlainPort, type PlainPortOptions } from "../agent/socket/plain_port.ts";
export type {
  HeardReply,
  HostNetwork,
  HostState,
  InterfaceAddress,
  Link,
  LinkAddress,
  LinkSettings,
  Segment,
} from "../agent/host/host_network.ts";
export type { ArpClaim } from "../core/neighbours/survey.ts";
export type { ResolveHost } from "../controller/types.ts";
export { type Datagram, Destination, type Reply, Verdict } from "../core/dhcp/mod.ts";
export type { HttpMethod, JsonValue, RequestOptions, RestClient } from "../kube/rest_client.ts";
export type { Clock, Random } from "../runtime/clock.ts";
export {
  createLogger,
  type Logger,
  type LoggerOptions,
  type LogKeys,
  type LogLevel,
} from "../runtime/log.ts";
export {
  type ActiveOverride,
  LogLevels,
  type LogOverride,
  type LogState,
} from "../runtime/log_levels.ts";
export type { Listen } from "../runtime/ops_server.ts";
