/**
 * One host without Kubernetes: embedded API, controller and agent in one process, fed by manifest files.
 *
 * @module
 */
export { runStandalone } from "./run.ts";
export type { RunningStandalone, StandaloneOptions } from "./types.ts";
