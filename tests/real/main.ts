/**
 * Runs a real etcd and kube-apiserver until Ctrl-C, for people: `deno task cluster`.
 *
 * @module
 */
import { taskFlags } from "../../tools/task_flags.ts";
import { startRealCluster } from "./real_cluster.ts";

const encoder = new TextEncoder();

function say(line: string): void {
  Deno.stdout.writeSync(encoder.encode(`${line}\n`));
}

async function main(): Promise<void> {
  await using cluster = await startRealCluster({ controllerManager: true, progress: say });
  const { promise: end, resolve } = Promise.withResolvers<void>();
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, resolve);
  say(`kube-apiserver is ready at ${cluster.url}, with the CRDs of vm-dhcp, KubeVirt and Multus.`);
  say("");
  say(`export KUBECONFIG=${cluster.kubeconfig}`);
  say(`${cluster.programs.kubectl} get crd`);
  say("");
  say("Ctrl-C ends it and removes everything.");
  await end;
}

taskFlags({
  usage: "deno task cluster",
  about: "Runs a real etcd and kube-apiserver with the CRDs until Ctrl-C; builds them once.",
  settings: {},
}, { args: Deno.args });
await main();
Deno.exit(0);
