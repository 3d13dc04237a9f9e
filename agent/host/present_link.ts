/**
 * An interface that was seen before, as it is now.
 *
 * @module
 */
import type { HostState, Link } from "./host_network.ts";

/** The interface that `link` was, by whatever name; `undefined` where it is gone, or none was seen. */
export function presentLink(host: HostState, link: Link | undefined): Link | undefined {
  return [...host.links.values()].find(({ index }) => index === link?.index);
}
