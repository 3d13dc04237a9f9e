/**
 * What the owner of a VM is told by Events about its VirtualMachineNetworkConfig.
 *
 * @module
 */
import { fromTimestamp } from "../api/timestamp.ts";
import type { VirtualMachine } from "../api/types.ts";
import type { VmNic } from "../ipam/vm/vm_nic.ts";
import type { NicReason, Note } from "../reasons/reasons.ts";
import { addressChange, type NicChange } from "./vmnetcfg_status.ts";

/** For how long after its creation a VM is told that a network of its NICs has no pool: many never get one. */
const NEW_MS = 3_600_000;

/** The NICs of a new VM that are given no address because no pool serves their network. */
export function unmanagedNotes(
  vm: VirtualMachine,
  { nics, isManaged, now }: {
    readonly nics: readonly VmNic[];
    readonly isManaged: (network: string) => boolean;
    /** Milliseconds since the epoch. */
    readonly now: number;
  },
): readonly Note[] {
  const age = now - (fromTimestamp(vm.metadata.creationTimestamp) ?? 0);
  if (age > NEW_MS) return [];
  return nics.filter(({ network }) => !isManaged(network)).map(({ name, network }) => ({
    type: "Normal",
    reason: "NoPool",
    // While a pool goes, a NIC may still have its address.
    message: `No IPPool serves network ${network} of NIC ${name}`,
  }));
}

/** An object of the VM's name is for another VM. */
export function nameTaken(key: string): Note {
  const message = `VirtualMachineNetworkConfig ${key} is for another VirtualMachine`;
  return { type: "Warning", reason: "NameTaken", message };
}

/** A reservation was handed over to the VM. */
export function reservationAdopted(key: string): Note {
  const message =
    `VirtualMachineNetworkConfig ${key}, made by hand, belongs to this VirtualMachine now`;
  return { type: "Normal", reason: "ReservationAdopted", message };
}

/** The API server refuses the object, and why. */
export function writeRefused(why: string): Note {
  const message = `The VirtualMachineNetworkConfig cannot be written: ${why}`;
  return { type: "Warning", reason: "WriteRefused", message };
}

/** Reasons that somebody wanted. */
const WANTED: ReadonlySet<NicReason> = new Set(["Released", "Paused", "PoolPaused"]);

/** One Event per NIC whose state changed. */
export function changeNotes(changes: readonly NicChange[]): readonly Note[] {
  return changes.map((change) => {
    const { nic, result } = change;
    if (result.reason !== "Allocated") {
      const type = WANTED.has(result.reason) ? "Normal" : "Warning";
      return { type, reason: result.reason, message: result.message };
    }
    const message = addressChange(change);
    if (message !== undefined) {
      const type = result.instead === undefined ? "Normal" : "Warning";
      return { type, reason: "AddressChanged", message };
    }
    const where = `${nic.macAddress} on ${nic.networkName}`;
    return { type: "Normal", reason: "Allocated", message: `${where} has ${result.address}` };
  });
}
