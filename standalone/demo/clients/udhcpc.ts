/**
 * udhcpc, the client of busybox: Alpine, CirrOS, many small systems.
 *
 * @module
 */
import type { ClientKind } from "./client_kind.ts";

/** See busybox's `udhcpc --help`. */
export const udhcpc: ClientKind = {
  name: "udhcpc",
  start: ({ interfaceName, script, directory }) => [
    "udhcpc",
    "-f",
    "-i",
    interfaceName,
    "-s",
    script,
    "-p",
    `${directory}/pid`,
    // Three DISCOVERs a second apart, then again after a second.
    "-t",
    "3",
    "-T",
    "1",
    "-A",
    "1",
  ],
  renew: "SIGUSR1",
  release: "SIGUSR2",
  end: "SIGTERM",
};
