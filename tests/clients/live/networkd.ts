/**
 * systemd-networkd without systemd: the daemon and a system bus, alone in a guest.
 *
 * @module
 */
import { type ClientKind, fileScript, HEARS_AT_REBINDING, SYSTEM_BUS } from "./client_kind.ts";

const CONFIGURATION = `[Match]
Name=eth0
[Network]
DHCP=ipv4
LinkLocalAddressing=no
IPv6AcceptRA=no
[DHCPv4]
UseMTU=yes
UseHostname=yes
SendRelease=yes`;

/** The client of systemd. */
export const networkd: ClientKind = {
  name: "systemd-networkd",
  package: "systemd",
  prepare: ({ clientId, probes }) =>
    fileScript(
      "/run/systemd/network/eth0.network",
      `${CONFIGURATION}${probes ? "\nSendDecline=yes" : ""}${
        // Its identifier is made of the machine's number, which a copied disk brings along, and of an IAID.
        clientId === undefined ? "" : "\nIAID=1"}`,
    ) + `
chmod 755 /run/systemd /run/systemd/network
chmod 644 /run/systemd/network/eth0.network
mkdir -p /run/systemd/netif
chown systemd-network:systemd-network /run/systemd/netif
${SYSTEM_BUS}
/lib/systemd/systemd-hostnamed < /dev/null > /run/hostnamed.log 2>&1 &
`,
  command: () => ["/lib/systemd/systemd-networkd"],
  renew: async ({ guest }) => void await guest.run("networkctl", "renew", "eth0"),
  // Told to end, not to take the link down: it says nothing on a link that is down.
  release: (client) => client.signal("TERM"),
  cannot: {
    decline:
      "finds the other machine and drops its lease, but version 252 has no way left to send the DECLINE (network is unreachable)",
    reboot: "keeps its lease in memory only: when it is started anew it begins with DISCOVER",
  },
  remarks: { nak: HEARS_AT_REBINDING },
  nameServers: ["sh", "-c", "sed -n 's/^DNS=/nameserver /p' /run/systemd/netif/leases/* || true"],
};
