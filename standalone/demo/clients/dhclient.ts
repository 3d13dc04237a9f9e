/**
 * dhclient of the ISC: Debian, Ubuntu and the Red Hat family for many years.
 *
 * @module
 */
import type { CommandLine } from "../process.ts";
import type { ClientKind, ClientNic } from "./client_kind.ts";

const CONFIGURATION = `timeout 10;
retry 1;
reboot 1;
initial-delay 0;
initial-interval 1;
backoff-cutoff 2;
request subnet-mask, broadcast-address, routers, domain-name, domain-name-servers, domain-search, ntp-servers;
`;

function command({ interfaceName, directory, script }: ClientNic, ...flags: string[]): CommandLine {
  return [
    "dhclient",
    "-4",
    "-v",
    ...flags,
    "-cf",
    `${directory}/dhclient.conf`,
    "-lf",
    `${directory}/dhclient.leases`,
    "-pf",
    `${directory}/pid`,
    "-sf",
    script,
    interfaceName,
  ];
}

/** See dhclient(8). It renews at its time only. */
export const dhclient: ClientKind = {
  name: "dhclient",
  files: { "dhclient.conf": CONFIGURATION, "dhclient.leases": "" },
  start: (nic) => command(nic, "-d"),
  releaseBy: (nic) => command(nic, "-r"),
};
