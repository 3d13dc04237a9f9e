/**
 * What all three servers' files come down to: networks and machines.
 *
 * @module
 */
import type { AddressRange, Cidr } from "../../core/net/mod.ts";
import type { Setting } from "../options/setting.ts";
import type { Statement } from "./ledger.ts";

/** A range of addresses, and where it is said. */
export interface DraftRange extends AddressRange {
  readonly statement: Statement;
}

/** A subnet that was served: one IPPool. */
export interface DraftPool {
  readonly statement: Statement;
  readonly cidr: Cidr;
  readonly ranges: readonly DraftRange[];
  /** Every setting that its clients get, each once. */
  readonly settings: readonly Setting[];
}

/** A machine with a MAC address: one VirtualMachineNetworkConfig. */
export interface DraftHost {
  readonly statement: Statement;
  /** Its name; empty where it has none. */
  readonly name: string;
  /** Whether clients are to be told the name. */
  readonly isToldName?: boolean;
  /** Further statements that say who and where it is. */
  readonly statements: readonly Statement[];
  readonly mac: number;
  readonly addresses: readonly number[];
  /** Its subnet, where the file says so. */
  readonly pool?: DraftPool;
  /** What it is told in place of its network's words. */
  readonly settings: readonly Setting[];
}

/** All of a file. */
export interface Draft {
  readonly pools: readonly DraftPool[];
  readonly hosts: readonly DraftHost[];
  /** Addresses of machines that nothing here knows: they stay out of the pools. */
  readonly withheld: readonly number[];
}
