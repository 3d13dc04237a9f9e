/**
 * What agents last heard of each client, as they tell it over HTTP.
 *
 * @module
 */

/** What an agent last heard of one client on one network. Times are RFC 3339, UTC. */
export interface ClientHeard {
  /** `namespace/name` of the pool on whose network it was heard. */
  readonly pool: string;
  /** Lower case, with colons. */
  readonly macAddress: string;
  /** Whether the pool had a record for it when it asked. */
  readonly known: boolean;
  /** Its last packet. */
  readonly at: string;
  /** What that was: `DISCOVER`, `REQUEST`, `DECLINE`, `RELEASE`, `INFORM`, `BOOTP`, or `OTHER` for what no client sends. */
  readonly asked: string;
  /** What it was answered: `OFFER`, `ACK`, `NAK`, `BOOTREPLY`, or nothing: silence. */
  readonly answer: string;
  /**
   * Why, where the answer is silence or NAK, else empty: a verdict of `core/dhcp`, such as `unknown_client`; `dry_run` where the agent
   * answers nobody; `not_sent` where the system took no reply.
   */
  readonly why: string;
  /** The address that was offered, acknowledged or given back, else empty. */
  readonly address: string;
  /** OFFERs since its last REQUEST; 65,535 stands for that many and more. */
  readonly offersUntaken: number;
  /** Its last ACK, or empty. */
  readonly ackedAt: string;
  /** The relay that its last packet came by, or empty. */
  readonly relay: string;
}

/** How much an agent's word on one pool is worth. */
export interface PoolHeard {
  /** `namespace/name`. */
  readonly pool: string;
  /** Since when this agent hears the network, RFC 3339; empty: it does not, since another one answers, or none. */
  readonly since: string;
  /** Clients without a record that were forgotten because others came: what is not told of them, nobody can tell any more. */
  readonly forgotten: number;
}

/** What one agent answers on `GET /clients`. */
export interface HeardAnswer {
  /** Name of its pod. */
  readonly pod: string;
  /** Since when it runs, RFC 3339: what was before, it does not know. */
  readonly since: string;
  /** The pools that were asked for. */
  readonly pools: readonly PoolHeard[];
  /** The clients that were asked for. */
  readonly clients: readonly ClientHeard[];
  /** Clients that were left out because there are too many for one answer; ask by pool, or by MAC address. */
  readonly leftOut: number;
}

/** Which clients are asked for. */
export interface HeardQuery {
  /** `namespace/name` of a pool; unset: of all. */
  readonly pool?: string;
  /** MAC addresses, lower case with colons; empty: all. */
  readonly macAddresses?: readonly string[];
}

/** What of all agents was heard, and who did not answer. */
export interface HeardAnswers {
  /** One of each agent that answered. */
  readonly answers: readonly HeardAnswer[];
  /** Which agents did not answer and why, one sentence each. */
  readonly problems: readonly string[];
}

/** Which packets are asked for, as they come. */
export interface PacketsQuery extends HeardQuery {
  /** For how long: 1 to 600. */
  readonly seconds: number;
  /** `text`: for people. `pcap`: a capture file, which Wireshark, tshark and tcpdump read. */
  readonly format: "text" | "pcap";
}
