/**
 * `deno task node`: starts a whole one-node cluster and keeps it until Ctrl-C, for people.
 *
 * @module
 */
import { dirname } from "node:path";
import { taskFlags } from "../../tools/task_flags.ts";
import { FOREIGN_CRDS } from "../real/crds.ts";
import { ClusterNode } from "./node.ts";
import { CONTAINERD_SOCKET } from "./node_config.ts";

taskFlags({
  usage: "deno task node",
  about:
    "Starts a whole one-node Kubernetes cluster with containerd and Multus (root) and keeps it until Ctrl-C.",
  settings: {},
}, { args: Deno.args });
const print = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
await using node = await ClusterNode.start(print);
const definitions = { apiVersion: "v1", kind: "List", items: FOREIGN_CRDS };
await node.kubectl(["apply", "-f", "-"], JSON.stringify(definitions));
const kubectl = node.programs.paths["kubectl"] ?? "kubectl";
const enter = `nsenter --target=${node.pid} --net`;
print(
  `The node is ready, with the definitions of Multus and, without KubeVirt itself, of its VirtualMachines.
In another terminal, for a shell in which kubectl, and deno task deploy, talk to it:
  ${enter} env KUBECONFIG=${node.kubeconfig} PATH=${dirname(kubectl)}:$PATH sh
For an image of deno task image --output vm-dhcp.tar:
  ${enter} --mount --pid ctr --address=${CONTAINERD_SOCKET} --namespace=k8s.io images import $PWD/vm-dhcp.tar
Logs are in ${node.folder}/log. Ctrl-C ends it and removes everything.`,
);
await new Promise<void>((resolve) => {
  Deno.addSignalListener("SIGINT", resolve);
  Deno.addSignalListener("SIGTERM", resolve);
});
