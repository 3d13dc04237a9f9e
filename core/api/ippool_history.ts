/**
 * What became of the addresses of a pool, change by change: the rows of an IPPoolHistory.
 *
 * @module
 */
import type { KubeObject } from "./types.ts";

/** What happened to an address. */
export type RecordEvent =
  /** A NIC that had none got it. */
  | "given"
  /** A NIC that had another one got it; `from` is the one that it had, and that ends with this. */
  | "moved"
  /** The NIC that had it has it no longer, and nobody else does: it gave it back, it is gone, or nobody claimed it. */
  | "released"
  /** The NIC that had it found another machine using it (DHCPDECLINE, confirmed); it rests. */
  | "declined"
  /** It is recorded for a NIC that had it already: in a pool that gave way to this one, or under another MAC address. */
  | "adopted"
  /** Nobody is given it: `macAddress` uses it without a lease, or got it before the record went back to an earlier time. */
  | "held"
  /** A declined or held address may be given to anybody again. */
  | "freed";

/** One change of the record of a pool. */
export interface RecordChange {
  /** When it was written, RFC 3339. */
  readonly at: string;
  /** What happened. */
  readonly event: RecordEvent;
  /** The address. */
  readonly address: string;
  /** Whose it is or was; of a `freed` address who declined or used it. Empty where nobody is known. */
  readonly macAddress: string;
  /** The VirtualMachine, `namespace/name`; absent where none is known. */
  readonly vm?: string;
  /** UID of the VirtualMachine; absent where none is known, as of a reservation. */
  readonly uid?: string;
  /** Of `moved`: the address that the NIC had. */
  readonly from?: string;
  /** Stable, for programs: a reason of an outcome or of an Event, or one of {@linkcode RecordChangeReason}. */
  readonly why: string;
}

/** Why a record changed, beside the reasons that outcomes and Events have. */
export type RecordChangeReason =
  /** The NIC asks for this address by name. */
  | "Requested"
  /** The NIC had it before. */
  | "FormerAddress"
  /** The NIC has another MAC address now, and took its address along. */
  | "MacAddressChanged"
  /** The time is over for which the address was kept, or nobody else uses it any more. */
  | "ConflictEnded";

/** The last changes of the record of the IPPool of the same name, the oldest first. Nobody owns it: it outlives its pool. */
export interface IPPoolHistory extends KubeObject {
  /** At most 2,000, and at most 512 KiB of JSON. */
  readonly changes: readonly RecordChange[];
}
