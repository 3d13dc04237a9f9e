/**
 * BusyBox udhcpc with Debian's script.
 *
 * @module
 */
import type { ClientKind } from "./client_kind.ts";

/** The client of BusyBox. */
export const udhcpc: ClientKind = {
  name: "udhcpc",
  package: "udhcpc",
  // Asks again every second, and releases when it is told to.
  command: ({ clientId, probes, wanted }) => [
    ..."udhcpc -f -i eth0 -A 1 -T 1 -t 10 -O mtu -O staticroutes".split(" "),
    ...(clientId === undefined ? [] : ["-x", `0x3d:00${toHex(clientId)}`]),
    ...(probes ? ["-a500"] : []),
    ...(wanted === undefined ? [] : ["-r", wanted]),
  ],
  renew: (client) => client.signal("USR1"),
  release: (client) => client.signal("USR2"),
  cannot: {
    reboot: "begins anew with DISCOVER, and asks there for the address that it is told (-r)",
    routes: "Debian's script sets no routes, not with -O staticroutes either",
    hostname: "Debian's script sets no host name",
  },
  remarks: { mtu: "only where it is started with -O mtu" },
};

function toHex(text: string): string {
  return new TextEncoder().encode(text).toHex();
}
