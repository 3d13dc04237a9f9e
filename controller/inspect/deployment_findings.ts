/**
 * Whether everything that is installed runs: controller, webhook, agents, each with its pods that stand by.
 *
 * @module
 */
import { errorText } from "../../core/error_text.ts";
import type { Finding } from "../../inspect/source.ts";
import type { Deployment } from "../../kube/objects/builtin_types.ts";
import { keyOf } from "../../kube/objects/resources.ts";
import type { ResourceClient } from "../../kube/types.ts";

/** Label of everything that is deployed. */
const PART_OF = "app.kubernetes.io/part-of=vm-dhcp";
/** Label by which a Deployment says what it is. */
const NAME = "app.kubernetes.io/name";

/** Looks at the Deployments of vm-dhcp's own namespace now. Never rejects. */
export async function deploymentFindings(
  client: Pick<ResourceClient<Deployment>, "list">,
  { namespace, signal }: { readonly namespace: string; readonly signal: AbortSignal },
): Promise<readonly Finding[]> {
  let items: readonly Deployment[];
  try {
    ({ items } = await client.list({ namespace, labelSelector: PART_OF, signal }));
  } catch (error) {
    return [{
      check: "Deployments",
      state: "unknown",
      says: `The Deployments in ${namespace} are not known: ${errorText(error)}`,
    }];
  }
  const findings = items.map(findingOf);
  const hasWebhook = items.some(({ metadata }) => metadata.labels?.[NAME]?.endsWith("-webhook"));
  return hasWebhook ? findings : [...findings, {
    check: "Webhook",
    state: "warning",
    says:
      `No webhook is installed in ${namespace}: what people write is neither defaulted nor checked`,
    todo: "Install it: docs/install.md.",
  }];
}

function findingOf(deployment: Deployment): Finding {
  const { spec, status, metadata } = deployment;
  const wanted = spec?.replicas ?? 1;
  const ready = status?.readyReplicas ?? 0;
  const check = metadata.labels?.[NAME]?.endsWith("-webhook") ? "Webhook" : "Deployments";
  const says = `${keyOf(deployment)}: ${ready} of ${wanted} pods are ready`;
  if (ready >= wanted) return { check, state: "ok", says };
  return {
    check,
    state: ready === 0 ? "failed" : "warning",
    says,
    todo: `kubectl -n ${metadata.namespace ?? ""} describe pod -l ${NAME}=${
      metadata.labels?.[NAME] ?? ""
    }`,
  };
}
