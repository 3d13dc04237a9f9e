/**
 * One host without Kubernetes: embedded API, controller and agent in one process, fed by manifest files.
 *
 * @module
 */
export { runStandalone } from "./run.ts";
export type { RunningStandalone, StandaloneOptions } from "./types.ts";
export type { WatchTiming } from "./manifests/watch_directory.ts";
export type { DatagramPort, OpenPort } from "../agent/datagram_port.ts";
export type {
  HostNetwork,
  HostState,
  InterfaceAddress,
  Link,
  LinkAddress,
} from "../agent/host_network.ts";
export type { ResolveHost } from "../controller/types.ts";
export type { HttpMethod, JsonValue, RequestOptions, RestClient } from "../kube/seam.ts";
export type { Clock, Random } from "../runtime/clock.ts";
export type { Logger, LogKeys, LogLevel } from "../runtime/log.ts";
export type { Listen } from "../runtime/ops_server.ts";
