import { deepStrictEqual } from "node:assert/strict";
import { memoryLogger } from "../runtime/testing/memory_logger.ts";
import { keepToPodInterface } from "./pod_interface.ts";
import { MemoryHost } from "./testing/memory_host.ts";

const POD = "10.42.0.9";

interface Case {
  /** Empty: it is not told. */
  readonly podIp?: string;
  readonly hostIp?: string;
  readonly listensOn?: string;
  readonly served?: string;
  /** On which interface the pod has its address. */
  readonly has?: string;
}

/** The interfaces that listeners would be kept to: there are none, so that the log says of each that it cannot. */
function keptTo(
  { podIp = POD, hostIp = "10.0.0.1", listensOn = POD, served = "eth1", has = "eth0" }: Case,
): readonly unknown[] {
  const host = new MemoryHost();
  const links = new Map(["lo", "eth0", "eth1"].map((name) => [name, host.link(name)]));
  const link = links.get(has);
  if (link !== undefined) host.address(link, `${POD}/24`);
  const log = memoryLogger();
  keepToPodInterface(
    { listen: { hostname: listensOn, port: 1 }, loopback: { hostname: "127.0.0.1", port: 1 } },
    {
      podIp: podIp === "" ? undefined : podIp,
      hostIp: hostIp === "" ? undefined : hostIp,
      host,
      networks: [{ interfaceName: served, pool: "default/net-48" }],
      log,
    },
  );
  return log.lines.map(({ keys }) => keys["interface"]);
}

Deno.test("T12: keepToPodInterface keeps what listens on the pod's address to its interface, and what listens on the loopback address to that one", () => {
  deepStrictEqual(keptTo({}), ["eth0", "lo"]);
});

const LEFT: Readonly<Record<string, Case>> = {
  "the pod's address is not told": { podIp: "" },
  "the node's address is not told": { hostIp: "" },
  "the pod has the node's address": { hostIp: POD },
  "the pod's address is no IPv4 address": { podIp: "fd00::9", listensOn: "fd00::9" },
  "it was told to listen elsewhere": { listensOn: "127.0.0.2" },
  "no interface has the pod's address": { has: "eth7" },
  "the interface of the pod's address is served": { served: "eth0" },
};

for (const [where, given] of Object.entries(LEFT)) {
  Deno.test(`T12: keepToPodInterface leaves what listens as it is where ${where}: nobody could ask the agent`, () => {
    deepStrictEqual(keptTo(given), []);
  });
}
