/**
 * What must hold whenever everything has settled.
 *
 * @module
 */
import assert from "node:assert/strict";
import { networkConfigsOf, networkStatusesOf, wholeNetworkName } from "../../core/api/mod.ts";
import { normalizeMac } from "../../core/net/mod.ts";
import { IPPOOLS, keyOf, VIRTUAL_MACHINES, VMNETCFGS } from "../../kube/mod.ts";
import type { Lab } from "./lab.ts";

/**
 * No address is given twice, none is lost, none is kept by nobody, and nobody without one is told anything: what the pools record is exactly what the
 * VirtualMachineNetworkConfigs show, and these are exactly those of the present VMs and the reservations.
 */
export async function assertConsistent(
  lab: Lab,
  reservations: readonly string[] = [],
): Promise<void> {
  const shown = new Map<string, string>();
  const told = new Map<string, string>();
  const configs = (await lab.kube.of(VMNETCFGS).list()).items;
  for (const config of configs) {
    for (const nic of networkStatusesOf(config)) {
      if (nic.state !== "Allocated") continue;
      const network = wholeNetworkName(nic.networkName, config.metadata.namespace);
      const key = `${network} ${normalizeMac(nic.macAddress)}`;
      shown.set(key, nic.allocatedIPAddress ?? "");
      if (nic.options !== undefined) told.set(key, JSON.stringify(nic.options));
    }
    const wanted = networkConfigsOf(config).map(({ macAddress }) => macAddress);
    assert.deepEqual(
      networkStatusesOf(config).map(({ macAddress }) => macAddress),
      wanted,
      keyOf(config),
    );
  }
  const recorded = new Map<string, string>();
  const toTell = new Map<string, string>();
  for (const pool of (await lab.kube.of(IPPOOLS).list()).items) {
    const entries = Object.entries(pool.status?.ipv4?.allocated ?? {}).filter(([, mac]) =>
      mac.includes(":")
    );
    assert.equal(
      new Set(entries.map(([, mac]) => mac)).size,
      entries.length,
      "a MAC address twice",
    );
    assert.equal(pool.status?.ipv4?.used ?? 0, entries.length, "used");
    for (const [address, mac] of entries) recorded.set(`${pool.spec.networkName} ${mac}`, address);
    for (const [mac, { options }] of Object.entries(pool.status?.ipv4?.clients ?? {})) {
      const key = `${pool.spec.networkName} ${mac}`;
      assert.ok(recorded.has(key), `${mac} is told something, and has no address`);
      if (options !== undefined) toTell.set(key, JSON.stringify(options));
    }
  }
  assert.deepEqual(sorted(toTell), sorted(told));
  assert.deepEqual(sorted(recorded), sorted(shown));
  const vms = (await lab.kube.of(VIRTUAL_MACHINES).list()).items.map(keyOf);
  const names = configs.map(keyOf);
  for (const name of names) {
    assert.ok(vms.includes(name) || reservations.includes(name), `${name} is left`);
  }
}

function sorted(map: ReadonlyMap<string, string>): readonly (readonly [string, string])[] {
  return [...map].sort(([one], [other]) => one < other ? -1 : 1);
}
