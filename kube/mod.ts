/**
 * The Kubernetes client: one way to any cluster, typed resources over it, informers, work queues, Events.
 *
 * @module
 */
export * from "./rest_client.ts";
export * from "./types.ts";
export * from "./errors.ts";
export * from "./objects/builtin_types.ts";
export * from "./objects/resources.ts";
export * from "./objects/client.ts";
export * from "./http/fetch_client.ts";
export * from "./watch/informer.ts";
export * from "./queue/work_queue.ts";
export * from "./connect/connect.ts";
export * from "./http/flow_control.ts";
export * from "./events/events.ts";
export * from "./election/leader_election.ts";
export type { Leadership } from "./election/leadership.ts";
export type { IndexFunction } from "./watch/indexed_store.ts";
export type { CommandResult, Machine } from "./connect/machine.ts";
export type { Clock, Random } from "../runtime/clock.ts";
export type { Logger, LogKeys, LogLevel } from "../runtime/log.ts";
export type { KubeObject, ObjectMeta, OwnerReference } from "../core/api/types.ts";
