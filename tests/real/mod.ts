/**
 * A real kube-apiserver for tests and benches.
 *
 * @module
 */
export type { AuditEvent } from "./audit.ts";
export { type CommandResult, mustRun, runCommand } from "./command.ts";
export { findGoProgram } from "./go_install.ts";
export { installCrds } from "./install_crds.ts";
export { findPrograms } from "./programs.ts";
export { RealCluster, startRealCluster } from "./real_cluster.ts";
export { ServiceProcess } from "./service_process.ts";
