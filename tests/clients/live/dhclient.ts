/**
 * ISC dhclient with Debian's script and configuration.
 *
 * @module
 */
import { until } from "../../network/wait.ts";
import type { ClientKind } from "./client_kind.ts";

const CONFIGURATION = "/run/dhclient.conf";
const FILES = ["-pf", "/run/dhclient.pid", "-lf", "/var/lib/dhcp/dhclient.leases"];

/** The client of ISC DHCP. */
export const dhclient: ClientKind = {
  name: "dhclient",
  package: "isc-dhcp-client",
  prepare: ({ clientId }) => `
cp /etc/dhcp/dhclient.conf ${CONFIGURATION}
${
    clientId === undefined
      ? ""
      : `echo 'send dhcp-client-identifier "${clientId}";' >> ${CONFIGURATION}`
  }
`,
  command: () => [
    "dhclient",
    "-4",
    "-d",
    ...FILES,
    "-cf",
    CONFIGURATION,
    "eth0",
  ],
  release: async ({ guest }) => {
    // It writes its number down only once it is bound.
    await until(() => guest.run("cat", "/run/dhclient.pid").catch(() => undefined), {
      what: "dhclient is bound",
    });
    await guest.run("dhclient", "-4", "-r", ...FILES, "eth0");
  },
  cannot: { decline: "Debian's script asks nobody before it takes an address" },
};
