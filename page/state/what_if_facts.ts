/**
 * What an answer to "what if" is made from.
 *
 * @module
 */
import { networkOfPool } from "../../core/api/network.ts";
import { networkAccess } from "../../core/api/tenancy.ts";
import type { IPPool, VirtualMachineNetworkConfig } from "../../core/api/types.ts";
import { named, nameOf, poolsOfNetwork, type World } from "../../core/inspect/world.ts";
import { interfacesOf } from "../../core/ipam/vm/interfaces_of.ts";
import { isRunning } from "../../core/ipam/vm/vm_state.ts";
import type { ClaimVm } from "../../core/ipam/types.ts";
import { formatMac, readMac } from "../../core/net/mac.ts";
import { claimsOf } from "../../core/vmnetcfg/claims.ts";
import { wantedNics } from "../../core/vmnetcfg/nics.ts";
import { vmKeyOf, vmOwnerOf } from "../../core/vmnetcfg/vm_owner.ts";
import { configsOn } from "./owners.ts";
import type { WayToAsk, WhatIfFacts } from "../what_if/what_if.ts";

/** Gathers what is claimed of a pool, and how more could be. */
export function whatIfFacts(world: World, pool: IPPool): WhatIfFacts {
  const network = networkOfPool(pool);
  if (network === undefined) return { pool: trimmed(pool), claims: [], ways: {}, now: world.now };
  const vms = new Map(world.vms.map((vm) => [nameOf(vm), vm]));
  const vmis = new Map(world.vmis.map((vmi) => [nameOf(vmi), vmi]));
  const configs = configsOn(world.configs, network);
  const claimVm = (config: VirtualMachineNetworkConfig): ClaimVm | undefined => {
    const key = vmKeyOf(config);
    const vm = key === undefined ? undefined : vms.get(key);
    const owner = vmOwnerOf(config);
    const namespace = config.metadata.namespace ?? "";
    if (key === undefined || vm === undefined) {
      return owner && { namespace, name: owner.name, uid: owner.uid, running: false };
    }
    const { name = "", uid } = vm.metadata;
    const running = isRunning(vm, vmis.get(key));
    return { namespace, name, ...(uid === undefined ? {} : { uid }), running };
  };
  const ways: Record<string, WayToAsk> = {};
  for (const config of configs) {
    const key = vmKeyOf(config) ?? "";
    const vm = vms.get(key);
    const vmi = vmis.get(key);
    const nics = vm === undefined || vmOwnerOf(config) === undefined
      ? undefined
      : interfacesOf(vm, vmi === undefined ? {} : { vmi }).nics;
    for (const [index, nic] of wantedNics(config).entries()) {
      const mac = readMac(nic.macAddress);
      if (nic.network !== network || mac < 0) continue;
      const name = nics?.find((one) => readMac(one.macAddress ?? "") === mac)?.name;
      const list = config.spec.networkConfigs === undefined ? "networkConfig" : "networkConfigs";
      ways[formatMac(mac)] = name !== undefined ? { by: "annotation", vm: key, nic: name } : {
        by: "field",
        config: nameOf(config),
        path: `/spec/${list}/${index}/ipAddress`,
      };
    }
  }
  const { serving } = poolsOfNetwork(world, network);
  const servedBy = serving === undefined || nameOf(serving) === nameOf(pool)
    ? undefined
    : nameOf(serving);
  const { tenancy } = world;
  const access = networkAccess(network, { tenancy, nad: named(world.networks, network) });
  return {
    pool: trimmed(pool),
    claims: configs.flatMap((config) => claimsOf({ config, vm: claimVm(config) }, network)),
    access: { ...access, allowed: [...access.allowed] },
    ...(servedBy === undefined ? {} : { servedBy }),
    ways,
    now: world.now,
  };
}

/** A pool without what only the API server needs. */
function trimmed(pool: IPPool): IPPool {
  const { name, namespace, uid, creationTimestamp } = pool.metadata;
  const metadata = {
    ...(name === undefined ? {} : { name }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
    ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
  };
  const { conditions: _, ...status } = pool.status ?? {};
  return { ...pool, metadata, status };
}
