/**
 * NetworkManager with its internal DHCP client, and a system bus, alone in a guest.
 *
 * @module
 */
import { type ClientKind, fileScript, HEARS_AT_REBINDING, SYSTEM_BUS } from "./client_kind.ts";

const CONFIGURATION = `[main]
plugins=keyfile
dhcp=internal
rc-manager=file
no-auto-default=*
[connectivity]
enabled=false
[logging]
level=INFO
domains=DHCP4,DEVICE,IP4`;

const PROFILE = "/etc/NetworkManager/system-connections/eth0.nmconnection";

/** The client of NetworkManager. */
export const networkManager: ClientKind = {
  name: "NetworkManager",
  package: "network-manager",
  prepare: ({ clientId, probes }) =>
    fileScript("/etc/NetworkManager/NetworkManager.conf", CONFIGURATION) +
    fileScript(
      PROFILE,
      `[connection]
id=eth0
uuid=6e0d2f3c-0b51-4e0c-9f0a-52540000a001
type=ethernet
interface-name=eth0
[ipv4]
method=auto
dad-timeout=${probes ? 500 : 0}
${clientId === undefined ? "" : `dhcp-client-id=${clientId}`}
[ipv6]
method=disabled`,
    ) + `mkdir -p /var/lib/NetworkManager\nchmod 700 /var/lib/NetworkManager\n${SYSTEM_BUS}`,
  command: () => ["NetworkManager", "--no-daemon"],
  release: async ({ guest }) => void await guest.run("nmcli", "device", "disconnect", "eth0"),
  remarks: { nak: HEARS_AT_REBINDING },
  cannot: {
    release: "sends no RELEASE before version 1.48: it takes the address away and says nothing",
  },
};
