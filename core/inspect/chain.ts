/**
 * Why a NIC has, or has not, its address: a chain of links from the VM to the last packets.
 *
 * @module
 */

/** What a link of a {@linkcode Chain} is about, in the order of the chain. */
export type LinkKind = "VM" | "NIC" | "Network" | "Pool" | "Record" | "Agent" | "Packets";

/**
 * - `ok`: as it is to be
 * - `broken`: this keeps the NIC from its address
 * - `unknown`: nobody can tell
 * - `off`: somebody wants it so (a VM that is stopped, a NIC that is opted out, a pool that is paused), or it is not needed
 */
export type LinkState = "ok" | "broken" | "unknown" | "off";

/** One link of a {@linkcode Chain}. */
export interface Link {
  readonly kind: LinkKind;
  /** Whom it is about, such as `default/net-48`; empty where nothing is known. */
  readonly name: string;
  readonly state: LinkState;
  /** Stable, for programs: a reason of `docs/events.md`, or one of `docs/vmdhcp.md`; absent where nothing is wrong. */
  readonly reason?: string;
  /** One sentence for people, with the values in it. */
  readonly says: string;
  /** What to do about it; absent where there is nothing to do. */
  readonly todo?: string;
}

/** Why one NIC has, or has not, its address. */
export interface Chain {
  /** Whom it is about, such as `VM default/web, NIC nic-1`. */
  readonly subject: string;
  readonly links: readonly Link[];
  /** The state of the whole: that of {@linkcode decidingLink}, or `ok`. */
  readonly state: LinkState;
  /** One sentence: what keeps the NIC from its address, or that nothing does. */
  readonly verdict: string;
  /** What to do first; absent where there is nothing to do. */
  readonly todo?: string;
}

/**
 * The link that says how the whole is: the first that is broken, or that somebody wants so, as nothing behind it matters then. That a VM
 * is stopped says nothing of what is broken behind it; what is not known comes last. `undefined` where all are `ok`.
 */
export function decidingLink(links: readonly Link[]): Link | undefined {
  const ends = ({ state, kind }: Link) =>
    state === "broken" || state === "off" && kind !== "VM" && kind !== "Packets";
  return links.find(ends) ??
    links.find(({ state }) => state === "off") ??
    links.find(({ state }) => state === "unknown");
}
