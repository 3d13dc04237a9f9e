/**
 * `deno task node`: starts a whole one-node cluster and keeps it until Ctrl-C, for people.
 *
 * @module
 */
import { taskFlags } from "../../tools/task_flags.ts";
import { ClusterNode } from "./node.ts";

taskFlags({
  usage: "deno task node",
  about:
    "Starts a whole one-node Kubernetes cluster with containerd and Multus (root) and keeps it until Ctrl-C.",
  settings: {},
}, { args: Deno.args });
const print = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
await using node = await ClusterNode.start(print);
print(`The node is ready. In another terminal:
  nsenter --target=${node.pid} --net ${
  node.programs.paths["kubectl"]
} --kubeconfig=${node.kubeconfig} get pods -A
Logs are in ${node.folder}/log. Ctrl-C ends it and removes everything.`);
await new Promise<void>((resolve) => {
  Deno.addSignalListener("SIGINT", resolve);
  Deno.addSignalListener("SIGTERM", resolve);
});
