/**
 * One change of a pool's record.
 *
 * @module
 */

/** What became of an address. Times are RFC 3339, UTC. */
export interface RecordChange {
  readonly at: string;
  /**
   * - `given`: to a MAC address that had none
   * - `moved`: to the same NIC, in place of another one
   * - `released`: given back
   * - `declined`: its guest found another machine there
   * - `adopted`: what was in the record already is now claimed
   * - `held`: kept from others
   * - `freed`: may be given to others again
   */
  readonly event: "given" | "moved" | "released" | "declined" | "adopted" | "held" | "freed";
  readonly address: string;
  readonly macAddress: string;
  /** `namespace/name`. */
  readonly vm?: string;
  /** Of the VM. */
  readonly uid?: string;
  /** The former address of `moved`. */
  readonly from?: string;
  /** A reason, or a short constant. */
  readonly why: string;
}
