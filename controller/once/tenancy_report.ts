/**
 * What an administrator wants to know before tenants are isolated: who uses networks of others, and keeps what they have.
 *
 * @module
 */
import { networkOfPool } from "../../core/api/network.ts";
import { namespaceProblem, networkAccess, type Tenancy } from "../../core/api/tenancy.ts";
import type { KubeObject } from "../../core/api/types.ts";
import { hasAddresses } from "../../core/ipam/pool/elect_pool.ts";
import { shownNics } from "../../core/vmnetcfg/nics.ts";
import { isNotFound } from "../../kube/errors.ts";
import { createKubeClient } from "../../kube/objects/client.ts";
import {
  IPPOOLS,
  keyOf,
  NETWORK_ATTACHMENT_DEFINITIONS,
  VMNETCFGS,
} from "../../kube/objects/resources.ts";
import type { RestClient } from "../../kube/rest_client.ts";
import type { Resource } from "../../kube/types.ts";

/** One line for each pool and each NIC that is served though its namespace may not use the network, and their number. */
export async function tenancyReport(rest: RestClient, tenancy: Tenancy): Promise<string> {
  if (tenancy === "shared") return "";
  const nads = new Map((await listOf(rest, NETWORK_ATTACHMENT_DEFINITIONS)).map((nad) => [
    keyOf(nad),
    nad,
  ]));
  const problem = (network: string, namespace: string | undefined) =>
    namespaceProblem(networkAccess(network, { tenancy, nad: nads.get(network) }), namespace);
  const lines: string[] = [];
  const tell = (what: string, network: string | undefined, namespace: string | undefined) => {
    const why = network === undefined ? undefined : problem(network, namespace);
    if (why !== undefined) lines.push(`  ${what}: ${why}\n`);
  };
  for (const pool of await listOf(rest, IPPOOLS)) {
    if (!hasAddresses(pool)) continue;
    tell(`ippools ${keyOf(pool)} keeps what it gave`, networkOfPool(pool), pool.metadata.namespace);
  }
  for (const config of await listOf(rest, VMNETCFGS)) {
    for (const { state, address, network, macAddress } of shownNics(config)) {
      if (state !== "Allocated" || address === undefined) continue;
      const what = `virtualmachinenetworkconfigs ${keyOf(config)}: ${macAddress} keeps ${address}`;
      tell(what, network, config.metadata.namespace);
    }
  }
  return lines.length === 0
    ? "Tenants: nobody uses a network that is not theirs\n"
    : `Tenants: ${lines.length} use a network that is not theirs, and keep what they have\n${
      lines.sort().join("")
    }`;
}

async function listOf<T extends KubeObject>(
  rest: RestClient,
  resource: Resource<T>,
): Promise<readonly T[]> {
  try {
    return (await createKubeClient(rest).of(resource).list()).items;
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}
