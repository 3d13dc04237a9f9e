/**
 * A client that watches over what is shown: no VirtualMachineNetworkConfig may be sent to show an address that its pool does not
 * record at that moment. What changes while a write is on its way its sender cannot know, and writes anew. A write that the server
 * refuses shows nothing.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  networkStatusesOf,
  type VirtualMachineNetworkConfig,
  wholeNetworkName,
} from "../../core/api/mod.ts";
import { normalizeMac } from "../../core/net/mod.ts";
import { createKubeClient, IPPOOLS, type RestClient, toRestClient } from "../../kube/mod.ts";

const STATUS = /\/virtualmachinenetworkconfigs\/[^/]+\/status$/;

/** Wraps a client; every lie goes into `lies`. `record`: a client of the same server whose requests take no time. */
export function truthful(
  rest: RestClient,
  { lies, record = rest }: { readonly lies: string[]; readonly record?: RestClient },
): RestClient {
  return toRestClient(async (request) => {
    if (request.method !== "PUT" || !STATUS.test(request.path)) {
      return await rest.performRequest(request);
    }
    const config = request.bodyJson as unknown as VirtualMachineNetworkConfig;
    const lie = await check(record, config).then(() => undefined, String);
    const answer = await rest.performRequest(request);
    if (lie !== undefined) lies.push(lie);
    return answer;
  });
}

async function check(rest: RestClient, config: VirtualMachineNetworkConfig): Promise<void> {
  const pools = (await createKubeClient(rest).of(IPPOOLS).list()).items;
  for (
    const { state, networkName, macAddress, allocatedIPAddress = "" } of networkStatusesOf(config)
  ) {
    if (state !== "Allocated") continue;
    const network = wholeNetworkName(networkName, config.metadata.namespace);
    const recorded = pools.filter(({ spec }) => spec.networkName === network)
      .map(({ status }) => status?.ipv4?.allocated?.[allocatedIPAddress]);
    assert.ok(
      recorded.includes(normalizeMac(macAddress)),
      `${config.metadata.name} shows ${allocatedIPAddress}, recorded is ${recorded.join()}`,
    );
  }
}
