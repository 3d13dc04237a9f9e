/**
 * dhcpcd with Debian's hooks and configuration.
 *
 * @module
 */
import { until } from "../../network/wait.ts";
import { type ClientKind, HEARS_AT_REBINDING, type RunningClient } from "./client_kind.ts";

/** The client of Roy Marples. */
export const dhcpcd: ClientKind = {
  name: "dhcpcd",
  package: "dhcpcd-base",
  command: ({ clientId, probes }) => [
    "dhcpcd",
    "-B",
    "-4",
    ...(probes ? [] : ["--noarp"]),
    ...(clientId === undefined ? [] : [`--clientid=${clientId}`]),
    ..."-o domain_name_servers eth0".split(" "),
  ],
  renew: (client) => tell(client, "--renew", "received SIGUSR1, renewing"),
  release: (client) => tell(client, "--release", "received SIGALRM, releasing"),
  remarks: {
    nak: HEARS_AT_REBINDING,
    mtu: "sets it on its routes and leaves the link alone",
    renew: "forgets an order to renew that comes while its hook script runs",
  },
  cannot: {},
};

/**
 * Tells dhcpcd to do something until it says that it does. It forgets a signal that comes while it waits for its hook script
 * (its inner loop takes signals and calls nobody), which still runs when the name servers are written already.
 */
async function tell(
  client: RunningClient,
  order: "--renew" | "--release",
  answer: string,
): Promise<void> {
  const before = client.said.split(answer).length;
  const heard = () => client.said.split(answer).length > before;
  await until(async () => {
    // Fails where it ends by an earlier order meanwhile.
    await client.guest.run("dhcpcd", "-4", order, "eth0").catch(() => undefined);
    return await until(heard, { what: answer, timeoutMs: 500 }).catch(() => undefined);
  }, { what: `dhcpcd says: ${answer}`, timeoutMs: 20_000 });
}
