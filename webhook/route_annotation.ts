/**
 * What Harvester notes about a network's layer 3 on its NetworkAttachmentDefinition.
 *
 * @module
 */
import type { NetworkAttachmentDefinition } from "../core/api/types.ts";

/** JSON: `mode`, `serverIPAddr`, `cidr`, `gateway`, `connectivity`. */
export const ROUTE_ANNOTATION = "network.harvesterhci.io/route";

/** Modes in which Harvester asked a DHCP server for the route. */
const BY_DHCP: readonly unknown[] = ["auto", "dhcp"];

/** Address of the DHCP server that Harvester found on the network; `undefined` where it knows none. */
export function foreignDhcpServer(nad: NetworkAttachmentDefinition): string | undefined {
  const text = nad.metadata.annotations?.[ROUTE_ANNOTATION];
  if (text === undefined) return undefined;
  try {
    const { mode, serverIPAddr } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    if (!BY_DHCP.includes(mode) || typeof serverIPAddr !== "string") return undefined;
    return serverIPAddr === "" ? undefined : serverIPAddr;
  } catch {
    // Somebody else's note, and no JSON object: it says nothing.
    return undefined;
  }
}
