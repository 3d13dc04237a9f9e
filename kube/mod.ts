/**
 * The Kubernetes client: one seam to any cluster, typed resources over it, informers, work queues, Events.
 *
 * @module
 */
export * from "./seam.ts";
export * from "./types.ts";
export * from "./errors.ts";
export * from "./builtin_types.ts";
export * from "./resources.ts";
export * from "./client.ts";
export * from "./fetch_client.ts";
export * from "./informer.ts";
export * from "./work_queue.ts";
export * from "./connect.ts";
export * from "./flow_control.ts";
export * from "./events.ts";
export * from "./leader_election.ts";
export type { IndexFunction } from "./indexed_store.ts";
export type { CommandResult, Machine } from "./machine.ts";
export type { Clock, Random } from "../runtime/clock.ts";
export type { Logger, LogKeys, LogLevel } from "../runtime/log.ts";
export type { KubeObject, ObjectMeta, OwnerReference } from "../core/api/types.ts";
