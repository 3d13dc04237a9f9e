/**
 * `leases`: who has which address, and which NICs have none.
 *
 * @module
 */
import { networkOfPool } from "../../core/api/network.ts";
import type { IPPool } from "../../core/api/types.ts";
import { nameOf } from "../../core/inspect/world.ts";
import { formatMac, readIPv4, readMac } from "../../core/net/mod.ts";
import { readEntries } from "../../core/record/entries.ts";
import { nicKey, shownNics } from "../../core/vmnetcfg/nics.ts";
import { vmKeyOf } from "../../core/vmnetcfg/vm_owner.ts";
import type { InspectSource } from "../source.ts";
import { doubts, poolsMeant } from "../world_of.ts";
import type { Verb } from "./verb.ts";

/** One address, or one NIC without any. */
interface LeaseRow {
  readonly pool: string;
  readonly address?: string;
  readonly macAddress?: string;
  /** `namespace/name`, whether it is there or not. */
  readonly vm?: string;
  /** `Allocated`, `EXCLUDED`, `RESERVED`, `CONFLICT`, `Released` (kept for who had it), `Pending`, `Unserved` (not even asked for). */
  readonly state: string;
  /** When what keeps the address from others ends, RFC 3339. */
  readonly until?: string;
  readonly reason?: string;
  readonly message?: string;
}

/** Every address of the pools that are meant that is somebody's, or nobody's for a reason, and every NIC that waits. */
export const leases: Verb = {
  about: "Who has which address of an IPPool, or of all, and which NICs have none",
  parameters: ["of", "namespace"],
  answer: ({ source, query }) => {
    const owners = ownersOf(source);
    const rows = poolsMeant(source, query).flatMap((pool) => leasesOf(pool, owners));
    return {
      data: { leases: rows },
      columns: ["ADDRESS", "MAC", "VM", "POOL", "STATE", "UNTIL", "REASON"],
      rows: rows.map(({ address, macAddress, vm, pool, state, until, reason }) => [
        address,
        macAddress,
        vm,
        pool,
        state,
        until,
        reason,
      ]),
      notes: doubts(source),
    };
  },
};

/** Who asks for addresses of a network. */
interface Owners {
  /** Network and MAC address -> `namespace/name` of the VM. */
  readonly vms: ReadonlyMap<string, string>;
  /** Network -> NICs that wait for an address. */
  readonly waiting: ReadonlyMap<string, readonly Omit<LeaseRow, "pool">[]>;
}

/** Who has, or waits for, which NIC, by what vmnetcfgs show. */
export function ownersOf(source: Pick<InspectSource, "configs">): Owners {
  const vms = new Map<string, string>();
  const waiting = new Map<string, Omit<LeaseRow, "pool">[]>();
  for (const config of source.configs()) {
    const vm = vmKeyOf(config);
    const wait = (network: string, row: Omit<LeaseRow, "pool">) => {
      const list = waiting.get(network) ?? [];
      waiting.set(network, list);
      list.push(row);
    };
    for (const { networkName = "", macAddress, reason, message } of config.status?.unserved ?? []) {
      wait(networkName, {
        ...(macAddress === undefined ? {} : { macAddress }),
        ...(vm === undefined ? {} : { vm }),
        state: "Unserved",
        reason,
        message,
      });
    }
    for (const nic of shownNics(config)) {
      if (vm !== undefined) vms.set(nic.key, vm);
      if (nic.state === "Allocated" || nic.network === undefined) continue;
      wait(nic.network, {
        macAddress: nic.macAddress,
        ...(vm === undefined ? {} : { vm }),
        state: "Pending",
        ...(nic.reason === undefined ? {} : { reason: nic.reason }),
        ...(nic.message === undefined ? {} : { message: nic.message }),
      });
    }
  }
  return { vms, waiting };
}

function leasesOf(pool: IPPool, { vms, waiting }: Owners): readonly LeaseRow[] {
  const name = nameOf(pool);
  const network = networkOfPool(pool) ?? "";
  const { allocated, released = {}, conflicts = {} } = pool.status?.ipv4 ?? {};
  const rows = readEntries(allocated).map(({ key, value, mac, mark }): LeaseRow => {
    if (mark !== undefined || mac < 0) {
      const { usedBy, until } = conflicts[key] ?? {};
      return {
        pool: name,
        address: key,
        ...(usedBy === undefined ? {} : { macAddress: usedBy }),
        state: mark ?? value,
        ...(until === undefined ? {} : { until }),
      };
    }
    const macAddress = formatMac(mac);
    const vm = vms.get(nicKey(network, macAddress));
    return {
      pool: name,
      address: key,
      macAddress,
      ...(vm === undefined ? {} : { vm }),
      state: "Allocated",
    };
  });
  const marked = new Set(rows.map(({ address }) => address));
  const kept = Object.entries(released).filter(([address]) => !marked.has(address)).map((
    [address, { macAddress = "", until }],
  ): LeaseRow => {
    const vm = vms.get(nicKey(network, macAddress));
    return {
      pool: name,
      address,
      ...(readMac(macAddress) < 0 ? {} : { macAddress }),
      ...(vm === undefined ? {} : { vm }),
      state: "Released",
      until,
    };
  });
  const inOrder = [...rows, ...kept].sort((one, other) =>
    readIPv4(one.address ?? "") - readIPv4(other.address ?? "")
  );
  return [...inOrder, ...(waiting.get(network) ?? []).map((row) => ({ pool: name, ...row }))];
}
