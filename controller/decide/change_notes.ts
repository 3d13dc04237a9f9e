/**
 * What the owner of a VM is told by Events when the state of a NIC changes.
 *
 * @module
 */
import type { Note } from "../tell.ts";
import type { NicReason } from "./reasons.ts";
import type { NicChange } from "./vmnetcfg_status.ts";

/** Reasons that somebody wanted. */
const WANTED: ReadonlySet<NicReason> = new Set(["Released", "Paused", "PoolPaused"]);

/** One Event per NIC whose state changed. */
export function changeNotes(changes: readonly NicChange[]): readonly Note[] {
  return changes.map(({ nic, before, result }) => {
    const where = `${nic.macAddress} on ${nic.networkName}`;
    if (result.reason !== "Allocated") {
      const type = WANTED.has(result.reason) ? "Normal" : "Warning";
      return { type, reason: result.reason, message: result.message };
    }
    if (before?.address !== undefined && before.address !== result.address) {
      const message = `${where} has ${result.address} now, it had ${before.address}`;
      return { type: "Normal", reason: "AddressChanged", message };
    }
    return { type: "Normal", reason: "Allocated", message: `${where} has ${result.address}` };
  });
}
