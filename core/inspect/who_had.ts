/**
 * Who had an address, and which address somebody had, by the history of a pool.
 *
 * @module
 */
import type { RecordChange } from "../history/record_change.ts";

/** A time for which a MAC address had an address. Times are RFC 3339, UTC. */
interface Tenure {
  readonly address: string;
  readonly macAddress: string;
  /** `namespace/name`, where it was a VM's. */
  readonly vm?: string;
  readonly uid?: string;
  readonly from: string;
  /** Absent: it has it still. */
  readonly until?: string;
}

/** Changes after which the address is the MAC address's own. */
const TAKES: ReadonlySet<RecordChange["event"]> = new Set(["given", "moved", "adopted"]);
/** Changes after which it is nobody's. */
const ENDS: ReadonlySet<RecordChange["event"]> = new Set(["released", "declined", "held", "freed"]);

/** All times for which a MAC address had an address, by the changes of one pool, oldest first. */
export function tenuresOf(changes: readonly RecordChange[]): readonly Tenure[] {
  const open = new Map<string, Tenure>();
  const ended: Tenure[] = [];
  const end = (address: string, until: string) => {
    const tenure = open.get(address);
    if (tenure === undefined) return;
    open.delete(address);
    ended.push({ ...tenure, until });
  };
  for (const change of [...changes].sort((one, other) => one.at.localeCompare(other.at))) {
    const { at, event, address, macAddress, vm, uid, from } = change;
    // Somebody else may have it by now: of two that change places, each row names the other's.
    if (from !== undefined && open.get(from)?.macAddress === macAddress) end(from, at);
    if (ENDS.has(event)) end(address, at);
    if (!TAKES.has(event)) continue;
    const before = open.get(address);
    if (before?.macAddress === macAddress) {
      // Adopted by another object: the address has been the same client's all the time.
      open.set(address, {
        ...before,
        ...(vm === undefined ? {} : { vm }),
        ...(uid === undefined ? {} : { uid }),
      });
      continue;
    }
    end(address, at);
    open.set(address, {
      address,
      macAddress,
      ...(vm === undefined ? {} : { vm }),
      ...(uid === undefined ? {} : { uid }),
      from: at,
    });
  }
  return [...ended, ...open.values()].sort((one, other) => one.from.localeCompare(other.from));
}

/** Whether a tenure covers a moment (RFC 3339, UTC). */
export function coversTime({ from, until }: Tenure, at: string): boolean {
  return from <= at && (until === undefined || at < until);
}
