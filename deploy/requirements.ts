/**
 * What a cluster should have, and what it means when it has not.
 *
 * @module
 */
import { NETWORK_ATTACHMENT_DEFINITIONS, VIRTUAL_MACHINES } from "../kube/resources.ts";
import type { KubeClient } from "../kube/types.ts";

/** The oldest minor version of Kubernetes 1 whose webhook configurations know `matchConditions` for good. */
const OLDEST_MINOR = 30;

/** One sentence for everything that is missing. */
export async function missingRequirements(
  client: KubeClient,
  signal: AbortSignal,
): Promise<string[]> {
  const missing: string[] = [];
  const version = await client.version(signal);
  const [, minor = "0"] = /^v1\.(\d+)/.exec(version) ?? [];
  if (Number(minor) < OLDEST_MINOR) {
    missing.push(
      `Kubernetes is ${version}: from v1.${OLDEST_MINOR} on, the webhook stays out of the controller's way`,
    );
  }
  if (!await client.serves(NETWORK_ATTACHMENT_DEFINITIONS, signal)) {
    missing.push(
      "Multus is missing: no agent can reach a network until NetworkAttachmentDefinitions exist; it is picked up when it appears",
    );
  }
  if (!await client.serves(VIRTUAL_MACHINES, signal)) {
    missing.push(
      "KubeVirt is missing: only VirtualMachineNetworkConfigs made by hand get addresses; it is picked up when it appears",
    );
  }
  return missing;
}
