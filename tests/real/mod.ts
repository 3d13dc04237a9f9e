/**
 * A real kube-apiserver for tests and benches.
 *
 * @module
 */
export { type CommandResult, findProgram, mustRun, runCommand } from "./command.ts";
export { installCrds } from "./install_crds.ts";
export { cacheFolder, findPrograms, type Programs } from "./programs.ts";
export {
  type KubeconfigSubject,
  type KubectlOptions,
  RealCluster,
  type RealClusterOptions,
  startRealCluster,
  type TestUser,
} from "./real_cluster.ts";
export { ServiceProcess } from "./service_process.ts";
