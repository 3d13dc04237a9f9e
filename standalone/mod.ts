/**
 * One host without Kubernetes: embedded API, controller and agent in one process, fed by manifest files.
 * `examples/embed_standalone.ts` runs it in a program of one's own.
 *
 * @module
 */
export { runStandalone } from "./run.ts";
export type { RunningStandalone, StandaloneOptions } from "./types.ts";
export type { WatchTiming } from "./manifests/watch_directory.ts";
export type { DatagramPort, OpenPort } from "../agent/datagram_port.ts";
export type {
  AddressOwner,
  HostNetwork,
  HostState,
  InterfaceAddress,
  Link,
  LinkAddress,
} from "../agent/host_network.ts";
export type { ResolveHost } from "../controller/types.ts";
export { type Datagram, Destination, type Reply, Verdict } from "../core/dhcp/mod.ts";
export type { HttpMethod, JsonValue, RequestOptions, RestClient } from "../kube/seam.ts";
export type { Clock, Random } from "../runtime/clock.ts";
export {
  createLogger,
  type Logger,
  type LoggerOptions,
  type LogKeys,
  type LogLevel,
} from "../runtime/log.ts";
export type { Listen } from "../runtime/ops_server.ts";
