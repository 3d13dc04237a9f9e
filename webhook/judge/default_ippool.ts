/**
 * Fills in what an IPPool leaves out.
 *
 * @module
 */
import { withoutEmpty } from "../../core/api/fields/left_out.ts";
import { readIPPool } from "../../core/api/ippool.ts";
import { DEFAULT_SERVER_IP_ANNOTATION } from "../../core/api/names.ts";
import { networkOfPool } from "../../core/api/network.ts";
import { sameJson } from "../../core/api/same_json.ts";
import type { IPPool, IPv4Config } from "../../core/api/types.ts";
import { defaultRange, defaultServerIP } from "../../core/ipam/pool/defaults.ts";
import { AddressError, isUsable, parseCidr, readIPv4 } from "../../core/net/mod.ts";
import { NONE, readEntries } from "../../core/record/entries.ts";
import { shownAddresses } from "../../core/vmnetcfg/nics.ts";
import type { JsonPatchOperation, JudgeOptions } from "./decision.ts";
import { ownerInOwnWorld } from "./own_world.ts";

/**
 * The patch that takes from a pool what is null or empty, and gives it `serverIP`, `pool.start` and `pool.end` where they
 * are left out. A `serverIP` that was chosen here before stays as long as the author leaves that address to it, and gives
 * way where he wants it for something else; an annotation tells it from one that he wrote. Nothing is filled in where
 * the pool cannot be understood: validation says why.
 */
export async function defaultIPPool(
  pool: IPPool,
  old: IPPool | undefined,
  options: JudgeOptions,
): Promise<readonly JsonPatchOperation[]> {
  const spec = withoutEmpty(pool.spec) as IPPool["spec"];
  const cleaned = { ...pool, spec };
  const { config, annotations } = await filledIn(cleaned, old, options) ??
    { config: spec?.ipv4Config, annotations: pool.metadata.annotations };
  const next = config === spec?.ipv4Config ? spec : { ...spec, ipv4Config: config };
  return [
    ...(sameJson(next, pool.spec) ? [] : [set("/spec", next)]),
    ...(sameJson(annotations, pool.metadata.annotations)
      ? []
      : [set("/metadata/annotations", annotations)]),
  ];
}

interface FilledIn {
  readonly config: IPv4Config;
  readonly annotations: Readonly<Record<string, string>> | undefined;
}

async function filledIn(
  pool: IPPool,
  old: IPPool | undefined,
  options: JudgeOptions,
): Promise<FilledIn | undefined> {
  const checked = readIPPool(pool);
  if (!checked.ok) return undefined;
  const config = pool.spec.ipv4Config;
  try {
    const range = { ...config.pool, ...defaultRange(config) };
    const { annotations } = pool.metadata;
    const { [DEFAULT_SERVER_IP_ANNOTATION]: chosen, ...others } = annotations ?? {};
    const isWritten = config.serverIP !== undefined && config.serverIP !== chosen;
    const serverIP = isWritten ? undefined : await chooseServer(pool, old, options);
    if (serverIP === undefined) {
      return {
        config: { ...config, pool: range },
        annotations: chosen === undefined ? annotations : others,
      };
    }
    return {
      config: { ...config, serverIP, pool: range },
      annotations: { ...others, [DEFAULT_SERVER_IP_ANNOTATION]: serverIP },
    };
  } catch (error) {
    if (error instanceof AddressError) return undefined;
    throw error;
  }
}

/** The address that the pool's server has already, where the author wants it for nothing else; else the first free one. */
async function chooseServer(
  pool: IPPool,
  old: IPPool | undefined,
  options: JudgeOptions,
): Promise<string | undefined> {
  const config = pool.spec.ipv4Config;
  const { router = "", pool: { exclude = [] } = {} } = config;
  const had = config.serverIP ?? serverBefore(old);
  const wanted = new Set([router, ...exclude].map(readIPv4));
  if (had !== undefined && !wanted.has(readIPv4(had))) {
    if (isUsable(parseCidr(config.cidr), readIPv4(had))) return had;
  }
  const inUse = await addressesInUse(pool, old, options);
  return defaultServerIP(config, {
    isTaken: (address) => inUse.has(address) || ownerInOwnWorld(address, options) !== undefined,
  });
}

/** The server's address of a pool as it is: what its spec says, else what agents take without it. */
function serverBefore(old: IPPool | undefined): string | undefined {
  const checked = readIPPool(old);
  if (!checked.ok) return undefined;
  const { ipv4Config } = checked.value.spec;
  return ipv4Config.serverIP || defaultServerIP(ipv4Config);
}

/** Addresses that VMs have of the pool, or show on its network. */
async function addressesInUse(
  pool: IPPool,
  old: IPPool | undefined,
  { cluster }: JudgeOptions,
): Promise<ReadonlySet<number>> {
  const recorded = readEntries(old?.status?.ipv4?.allocated)
    .filter(({ mac }) => mac !== NONE).map(({ address }) => address);
  const network = networkOfPool(pool);
  const configs = network === undefined ? [] : await cluster.configsOn(network);
  return new Set([...recorded, ...configs.flatMap((config) => shownAddresses(config, network))]);
}

function set(path: string, value: unknown): JsonPatchOperation {
  return { op: "add", path, value };
}
