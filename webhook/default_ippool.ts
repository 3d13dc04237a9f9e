/**
 * Fills in what a new IPPool leaves out.
 *
 * @module
 */
import { readIPPool } from "../core/api/ippool.ts";
import type { KubeObject } from "../core/api/types.ts";
import { defaultRange, defaultServerIP } from "../core/ipam/defaults.ts";
import { AddressError } from "../core/net/mod.ts";
import type { JsonPatchOperation } from "./decision.ts";

const CONFIG = "/spec/ipv4Config";

/**
 * The patch that gives a pool its `serverIP`, `pool.start` and `pool.end` where they are empty. Nothing where the pool
 * cannot be understood: validation says why.
 */
export function defaultIPPool(object: KubeObject): readonly JsonPatchOperation[] {
  const checked = readIPPool(object);
  if (!checked.ok) return [];
  const config = checked.value.spec.ipv4Config;
  try {
    const serverIP = config.serverIP ? undefined : defaultServerIP(config);
    const range = defaultRange(config);
    return [
      ...(serverIP === undefined ? [] : [set("serverIP", serverIP)]),
      ...(config.pool === undefined ? [set("pool", range)] : (["start", "end"] as const).flatMap(
        (end) => config.pool?.[end] ? [] : [set(`pool/${end}`, range[end])],
      )),
    ];
  } catch (error) {
    if (error instanceof AddressError) return [];
    throw error;
  }
}

function set(field: string, value: unknown): JsonPatchOperation {
  return { op: "add", path: `${CONFIG}/${field}`, value };
}
