/**
 * What agents last heard of clients.
 *
 * @module
 */

/** What an agent last heard of one client on one network. Times are RFC 3339, UTC. */
export interface ClientHeard {
  /** `namespace/name` of the pool on whose network it was heard. */
  readonly pool: string;
  /** Such as `52:54:00:12:34:56`. */
  readonly macAddress: string;
  /** Whether the pool has a record for it. */
  readonly known: boolean;
  /** When its last packet came. */
  readonly at: string;
  /** Type of its last packet: `DISCOVER`, `REQUEST`... */
  readonly asked: string;
  /** `OFFER`, `ACK`, `NAK`, or empty: silence. */
  readonly answer: string;
  /** Why the answer is silence or NAK; else empty. */
  readonly why: string;
  /** The address that was offered or acknowledged; else empty. */
  readonly address: string;
  /** OFFERs since its last REQUEST. */
  readonly offersUntaken: number;
  /** When it was last acknowledged, or empty. */
  readonly ackedAt: string;
  /** The relay by which it asked, or empty. */
  readonly relay: string;
}

/** What one agent answers on `GET /clients`. */
export interface HeardAnswer {
  /** The agent's pod. */
  readonly pod: string;
  /** Since when it listens. */
  readonly since: string;
  readonly clients: readonly ClientHeard[];
}
