/**
 * A real kube-apiserver with vm-dhcp deployed by `deno task deploy`. No pod runs: there is no kubelet.
 *
 * @module
 */
import { taskCommand } from "../../standalone/demo/task_command.ts";
import {
  type CommandResult,
  findGoProgram,
  mustRun,
  type RealCluster,
  runCommand,
} from "../real/mod.ts";

const ROOT = new URL("../../", import.meta.url).pathname.replace(/\/$/, "");

/** Path of Helm. */
export function helmProgram(): Promise<string> {
  return findGoProgram({ path: "helm.sh/helm/v3/cmd/helm", version: "v3.19.4" });
}

/** Runs `deno task deploy` with its own permissions. */
export function runDeploy(
  cluster: RealCluster,
  args: readonly string[] = [],
): Promise<CommandResult> {
  return runTask("deploy", cluster, args);
}

/** Runs a task that takes a kubeconfig, with its own permissions. */
export async function runTask(
  task: string,
  cluster: RealCluster,
  args: readonly string[] = [],
): Promise<CommandResult> {
  const [program = "", ...rest] = await taskCommand(`${ROOT}/deno.json`, {
    task,
    deno: Deno.execPath(),
    root: ROOT,
  });
  return await runCommand(program, [...rest, `--kubeconfig=${cluster.kubeconfig}`, ...args], {
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  });
}

/** Runs `deno task deploy`, and gives the lines that it printed. Throws with its errors where it fails. */
export async function deployed(
  cluster: RealCluster,
  args: readonly string[] = [],
): Promise<readonly string[]> {
  const { code, stdout, stderr } = await runDeploy(cluster, args);
  if (code !== 0) throw new Error(`Cannot deploy: it ended with ${code}: ${stderr}`);
  return stdout.trimEnd().split("\n");
}

/** Runs kubectl as the administrator, and gives what it printed. Throws with its errors where it fails. */
export function kubectl(
  cluster: RealCluster,
  args: readonly string[],
  stdin?: string,
): Promise<string> {
  return mustRun(cluster.programs.kubectl, args, {
    env: { KUBECONFIG: cluster.kubeconfig, KUBECACHEDIR: `${cluster.folder}/kubectl-cache` },
    ...(stdin === undefined ? {} : { stdin }),
  });
}

/** Names of everything that `deno task deploy` and the controller make, as `kind/name`, sorted. */
export async function present(cluster: RealCluster, namespace: string): Promise<readonly string[]> {
  const kinds = {
    everywhere: "clusterroles,clusterrolebindings,mutatingwebhookconfigurations," +
      "validatingwebhookconfigurations,namespaces,customresourcedefinitions," +
      "validatingadmissionpolicies,validatingadmissionpolicybindings",
    inside: "serviceaccounts,roles,rolebindings,services,deployments,poddisruptionbudgets," +
      "networkpolicies",
  };
  const names = async (...args: readonly string[]): Promise<readonly string[]> =>
    (await kubectl(cluster, ["get", "-o", "name", ...args])).split("\n");
  const found = [
    ...await names(kinds.everywhere),
    ...await names(kinds.inside, `--namespace=${namespace}`),
    ...await names("roles,rolebindings", "--namespace=kube-system"),
  ];
  return found.filter((name) => /vm-dhcp|network\.harvesterhci\.io/.test(name)).sort();
}
