/**
 * What a cluster should have, and what it means when it has not.
 *
 * @module
 */
import { NETWORK_ATTACHMENT_DEFINITIONS, VIRTUAL_MACHINES } from "../kube/objects/resources.ts";
import type { KubeClient } from "../kube/types.ts";

/** The oldest minor version of Kubernetes 1 that has admission policies, and `matchConditions` of webhooks, for good. */
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
      `Kubernetes is ${version}: before v1.${OLDEST_MINOR} there are no admission policies, which keep each role from what is not its own, ` +
        "and the webhook may be asked about the controller's own writes, which then fail while it does not answer",
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
