/**
 * The way back to the Go version: the records in the form that it knows.
 *
 * @module
 */
import { networkConfigsOf, networkStatusesOf } from "../core/api/network_configs.ts";
import type { IPPool, VirtualMachineNetworkConfig } from "../core/api/types.ts";
import { isNotFound } from "../kube/errors.ts";
import { IPPOOLS, keyOf, parseKey, VMNETCFGS } from "../kube/objects/resources.ts";
import type { JsonValue } from "../kube/rest_client.ts";
import type { KubeClient } from "../kube/types.ts";

/** What the Go version's CRDs allow. */
const MAX_NICS = 4;
const MAX_NAME = 64;

/** What the work needs. */
interface LeaveOptions {
  readonly client: KubeClient;
  readonly dryRun: boolean;
  readonly print: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Gives every VirtualMachineNetworkConfig the spelling that the Go version reads, `networkConfigs`, in spec and status, so that it
 * finds every address where it left it; and says which objects it cannot take. Nothing may be running that writes them.
 */
export async function leaveForGo(
  { client, dryRun, print, signal }: LeaveOptions,
): Promise<void> {
  for (const config of (await client.of(VMNETCFGS).list({ signal })).items) {
    const name = `${VMNETCFGS.kind} ${keyOf(config)}`;
    for (const problem of configProblems(config)) print(`! ${name}: ${problem}`);
    if (await respell(config, { client, dryRun, signal })) print(`respelled ${name}`);
  }
  for (const pool of (await client.of(IPPOOLS).list({ signal })).items) {
    for (const problem of poolProblems(pool)) print(`! IPPool ${keyOf(pool)}: ${problem}`);
  }
}

/** Whether there was something to respell. Spec and status each for itself: who was stopped in between goes on where that was. */
async function respell(
  config: VirtualMachineNetworkConfig,
  { client, dryRun, signal }: Omit<LeaveOptions, "print">,
): Promise<boolean> {
  const { spec, status } = config;
  const isWanted = spec.networkConfig !== undefined;
  const isShown = status?.networkConfig !== undefined;
  const configs = client.of(VMNETCFGS);
  const key = parseKey(keyOf(config));
  try {
    if (isWanted) {
      const nics = { networkConfig: null, networkConfigs: networkConfigsOf(config) };
      const body = { spec: nics } as unknown as JsonValue;
      await configs.patch(key, { type: "merge", body }, { dryRun, signal });
    }
    if (isShown) {
      const shown = { networkConfig: null, networkConfigs: networkStatusesOf(config) };
      const body = { status: shown } as unknown as JsonValue;
      await configs.patch(key, { type: "merge", body }, { subresource: "status", dryRun, signal });
    }
  } catch (error) {
    // Its VM was deleted meanwhile.
    if (!isNotFound(error)) throw error;
    return false;
  }
  return isWanted || isShown;
}

/** Why the Go version's CRD would refuse an object. */
export function configProblems(config: VirtualMachineNetworkConfig): readonly string[] {
  const nics = networkConfigsOf(config);
  const names = [config.spec.vmName, ...nics.map(({ networkName }) => networkName)];
  return [
    ...(nics.length > MAX_NICS ? [`the Go version takes at most ${MAX_NICS} NICs`] : []),
    ...tooLong(names),
  ];
}

/** Why the Go version's CRD would refuse a pool. */
export function poolProblems(pool: IPPool): readonly string[] {
  return tooLong([pool.spec.networkName]);
}

function tooLong(names: readonly string[]): readonly string[] {
  return names.filter((name) => name.length > MAX_NAME).map((name) =>
    `the Go version takes names of at most ${MAX_NAME} characters: ${name}`
  );
}
