/**
 * What people do to networks and pools that are in use.
 *
 * @module
 */
import { attachment, ipPool, onBridge } from "../cluster/cluster.ts";
import type { Fault } from "./fault.ts";
import type { ChaosScene } from "./scene.ts";

const NETWORK = "blue";
const POOL = { cidr: "192.168.10.0/24", serverIP: "192.168.10.2" };
/** Whom the webhook does not judge: everybody else may not delete a pool that is in use. */
const COLLECTOR = "--as=system:serviceaccount:kube-system:generic-garbage-collector";

/** They need no more than kubectl. */
export const PEOPLE_FAULTS: readonly Fault[] = [
  {
    name: "network-edited",
    about: "a network's MTU is changed: its agents are replaced",
    seconds: 0,
    begin: async ({ cluster }) => {
      const before = await cluster.agentPods();
      const path = "jsonpath={.spec.config}";
      const config = await cluster.node.kubectl(["get", "network-attachment-definitions"].concat(
        NETWORK,
        ["-o", path],
      ));
      const mtu = JSON.parse(config).mtu === 1_450 ? 1_500 : 1_450;
      await cluster.apply([attachment(`default/${NETWORK}`, { ...onBridge(NETWORK), mtu })]);
      const isOver = async () => {
        const pods = await cluster.agentPods();
        return pods.length === before.length && !pods.some((pod) => before.includes(pod));
      };
      return { isOver };
    },
  },
  {
    name: "pool-replaced",
    about: "a pool is deleted by force, though VMs use it, and applied again",
    seconds: 0,
    begin: async (scene) => {
      await deleteByForce(scene);
      await scene.cluster.apply([ipPool(`default/${NETWORK}`, POOL)]);
    },
  },
];

async function deleteByForce({ cluster: { node } }: ChaosScene): Promise<void> {
  await node.kubectl([COLLECTOR, "delete", "ippool", NETWORK, "--wait=false"]);
  const finalizers = JSON.stringify({ metadata: { finalizers: [] } });
  await node.kubectl([COLLECTOR, "patch", "ippool", NETWORK, "--type=merge", "-p", finalizers]);
}
