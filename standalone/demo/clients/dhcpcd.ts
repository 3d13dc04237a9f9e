/**
 * dhcpcd of Roy Marples: Raspberry Pi OS, Gentoo, NetBSD.
 *
 * @module
 */
import type { ClientKind } from "./client_kind.ts";

const CONFIGURATION = `duid
option subnet_mask, routers, domain_name_servers, domain_name, domain_search, ntp_servers
require dhcp_server_identifier
`;

/** See dhcpcd(8). Its leases, sockets and process id have fixed places, so it gets a mount namespace where these are its own. */
export const dhcpcd: ClientKind = {
  name: "dhcpcd",
  files: { "dhcpcd.conf": CONFIGURATION },
  start: ({ interfaceName, directory, script }) => [
    "unshare",
    "--mount",
    "sh",
    "-c",
    `mkdir -p "$1/lib/dhcpcd" "$1/run" /run/dhcpcd
mount --bind "$1/lib" /var/lib
mount --bind "$1/run" /run/dhcpcd
exec dhcpcd -B -4 --noarp --nodelay --noipv4ll -t 0 -f "$1/dhcpcd.conf" -c "$2" "$3"`,
    "sh",
    directory,
    script,
    interfaceName,
  ],
  renew: "SIGUSR1",
  release: "SIGALRM",
};
