/**
 * A real kube-apiserver for tests and benches.
 *
 * @module
 */
export type { AuditedObject, AuditEvent } from "./audit.ts";
export { type CommandResult, findProgram, mustRun, runCommand } from "./command.ts";
export type { TestUser } from "./credentials.ts";
export { findGoProgram, type GoProgram } from "./go_install.ts";
export { installCrds } from "./install_crds.ts";
export { cacheFolder, findPrograms, type Programs } from "./programs.ts";
export {
  type KubeconfigSubject,
  type KubectlOptions,
  RealCluster,
  type RealClusterOptions,
  startRealCluster,
} from "./real_cluster.ts";
export { ServiceProcess } from "./service_process.ts";
