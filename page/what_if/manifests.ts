/**
 * What to apply so that what was tried becomes so.
 *
 * @module
 */
import { stringify } from "yaml";
import { API_VERSION, STATIC_IP_ANNOTATION_PREFIX } from "../../core/api/names.ts";
import type { IPPool } from "../../core/api/types.ts";
import type { WhatIfResult } from "./what_if.ts";

/** One thing to copy. */
interface ToCopy {
  /** What it is. */
  readonly title: string;
  /** A manifest, or a command. */
  readonly text: string;
}

/** What to copy; nothing where nothing is changed. `pool` is the pool as it is. */
export function toCopy(pool: IPPool, result: WhatIfResult): readonly ToCopy[] {
  const found: ToCopy[] = [];
  if (result.pool !== undefined) {
    found.push({ title: "The IPPool, for kubectl apply -f -", text: poolManifest(result.pool) });
  }
  if (result.ask !== undefined) found.push(asking(pool, result.ask));
  return found;
}

/** A pool as its author writes it. */
function poolManifest({ apiVersion, kind, metadata, spec }: IPPool): string {
  const { name, namespace } = metadata;
  return yaml({ apiVersion, kind, metadata: { name, namespace }, spec });
}

function asking(
  pool: IPPool,
  { macAddress, address, way }: NonNullable<WhatIfResult["ask"]>,
): ToCopy {
  if (way === undefined) {
    const name = `reserved-${macAddress.replaceAll(":", "")}`;
    return {
      title: "A reservation, for kubectl apply -f -",
      text: yaml({
        apiVersion: API_VERSION,
        kind: "VirtualMachineNetworkConfig",
        metadata: { name, namespace: pool.metadata.namespace },
        spec: {
          vmName: name,
          networkConfig: [{
            networkName: pool.spec.networkName,
            macAddress,
            ipAddress: address,
          }],
        },
      }),
    };
  }
  if (way.by === "annotation") {
    const [namespace, name] = way.vm.split("/");
    const annotation = quoted(`${STATIC_IP_ANNOTATION_PREFIX}${way.nic}=${address}`);
    return {
      title: "The VM's annotation",
      text:
        `kubectl annotate virtualmachine --namespace ${namespace} ${name} --overwrite ${annotation}\n`,
    };
  }
  const [namespace, name] = way.config.split("/");
  const patch = JSON.stringify([{ op: "add", path: way.path, value: address }]);
  return {
    title: "The reservation",
    text: `kubectl patch vmnetcfg --namespace ${namespace} ${name} --type json --patch ${
      quoted(patch)
    }\n`,
  };
}

function yaml(object: unknown): string {
  return stringify(object, { lineWidth: 0, aliasDuplicateObjects: false, compat: "yaml-1.1" });
}

/** A word for a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
