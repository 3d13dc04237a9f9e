/**
 * What the node and its control plane suffer: API server, etcd, kubelet, containerd.
 *
 * @module
 */
import { NAMESPACES } from "../../kube/mod.ts";
import { mustRun } from "../real/command.ts";
import { type Fault, programsOf, signal } from "./fault.ts";
import type { Component } from "../cluster/node.ts";
import type { ChaosScene } from "./scene.ts";

/** Writes between a backup and its return: resourceVersions are far beyond those of the backup then. */
const WRITES = 300;
/** What of Kubernetes itself does not notice that etcd went back, and is to be started anew with it, as its documentation says. */
const FOLLOWERS = ["kube-controller-manager", "kube-scheduler", "kubelet"] as const;

/** They need components of the node. */
export const MACHINE_FAULTS: readonly Fault[] = [
  away("api-server-killed", "kube-apiserver: SIGKILL, started again", {
    seconds: 5,
    component: "kube-apiserver",
  }),
  away("api-server-away", "kube-apiserver: away for a minute", {
    seconds: 60,
    component: "kube-apiserver",
  }),
  away("etcd-killed", "etcd: SIGKILL, started again", { seconds: 2, component: "etcd" }),
  away("kubelet-away", "kubelet: away", { seconds: 30, component: "kubelet" }),
  away("containerd-killed", "containerd: SIGKILL, started again", {
    seconds: 2,
    component: "containerd",
  }),
  {
    name: "agents-killed-without-api",
    about: "both agents: SIGKILL while kube-apiserver is away",
    seconds: 10,
    begin: async (scene) => {
      const { node } = scene.cluster;
      const agents = await programsOf(scene, "agent");
      await node.stop("kube-apiserver");
      signal(agents, "SIGKILL");
      return { end: () => node.restart("kube-apiserver") };
    },
  },
  {
    name: "etcd-restored",
    about: "etcd: put back to a backup, before which everything had its address",
    seconds: 1,
    prepare: async (scene) => {
      const { node } = scene.cluster;
      await node.stop("etcd");
      await mustRun("cp", ["-rT", `${node.folder}/etcd`, backupOf(scene)]);
      await node.restart("etcd");
      await scene.healed(performance.now());
      for (let n = 0; n < WRITES; n++) {
        const body = { metadata: { labels: { "chaos.test/write": String(n) } } };
        await scene.kube.of(NAMESPACES).patch({ name: "default" }, { type: "merge", body });
      }
    },
    begin: async (scene) => {
      const { node } = scene.cluster;
      for (const component of [...FOLLOWERS, "kube-apiserver", "etcd"] as const) {
        await node.stop(component);
      }
      await mustRun("rm", ["-r", `${node.folder}/etcd`]);
      await mustRun("mv", [backupOf(scene), `${node.folder}/etcd`]);
      const end = async () => {
        await node.restart("etcd");
        await node.restart("kube-apiserver");
        // They end where it does not answer.
        await scene.cluster.apiReady();
        for (const component of FOLLOWERS) await node.restart(component);
      };
      return { end };
    },
  },
];

function backupOf({ cluster: { node } }: ChaosScene): string {
  return `${node.folder}/etcd-backup`;
}

/** A component that is killed and started again. */
function away(
  name: string,
  about: string,
  { seconds, component }: {
    readonly seconds: number;
    readonly component: Component;
  },
): Fault {
  return {
    name,
    about,
    seconds,
    begin: async ({ cluster: { node } }) => {
      await node.stop(component);
      return { end: () => node.restart(component) };
    },
  };
}
