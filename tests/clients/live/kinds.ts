/**
 * The clients that are run.
 *
 * @module
 */
import type { ClientKind } from "./client_kind.ts";
import { dhclient } from "./dhclient.ts";
import { dhcpcd } from "./dhcpcd.ts";
import { networkManager } from "./network_manager.ts";
import { networkd } from "./networkd.ts";
import { udhcpc } from "./udhcpc.ts";

/** All of them. */
export const KINDS: readonly ClientKind[] = [udhcpc, dhclient, dhcpcd, networkd, networkManager];
