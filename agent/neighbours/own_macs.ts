import { macFromBytes } from "../../core/net/mod.ts";
import type { HostState } from "../host/host_network.ts";

const known = new WeakMap<HostState, ReadonlySet<number>>();

/** The MAC addresses of this machine's interfaces, as 48-bit numbers: read once for each state. */
export function ownMacs(host: HostState): ReadonlySet<number> {
  let macs = known.get(host);
  if (macs === undefined) {
    macs = new Set([...host.links.values()].map((link) => macFromBytes(link.hardwareAddress)));
    known.set(host, macs);
  }
  return macs;
}
