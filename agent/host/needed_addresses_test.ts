import assert from "node:assert/strict";
import { parseIPv4 } from "../../core/net/mod.ts";
import { MemoryHost } from "../testing/memory_host.ts";
import { neededProblem } from "./needed_addresses.ts";

/** A pod: eth0 is its own, net1 and net2 are served. */
function problem(text: string): string | undefined {
  const host = new MemoryHost();
  const eth0 = host.link("eth0");
  const link = host.link("net1");
  const net2 = host.link("net2");
  host.address(eth0, "10.42.0.9/24");
  host.address(link, "192.168.48.5/24");
  host.address(net2, "192.168.48.77/32", true);
  host.address(net2, "192.168.48.6/24");
  host.routes = { ...host.routes, gateways: [parseIPv4("10.42.0.1")] };
  return neededProblem(parseIPv4(text), {
    host: host.read(),
    link,
    needed: [{ address: parseIPv4("10.43.0.1"), owner: "the API server" }],
    served: new Set(["net1", "net2"]),
  });
}

for (
  const [text, owner] of [
    ["10.43.0.1", "the API server"],
    ["10.42.0.1", "a gateway"],
    ["10.42.0.9", "this machine on eth0"],
    ["127.0.0.1", "this machine (loopback)"],
    ["127.9.9.9", "this machine (loopback)"],
  ] as const
) {
  Deno.test(`T9: neededProblem names ${owner}, whose address ${text} is`, () => {
    assert.equal(
      problem(text),
      `${text} is the address of ${owner}, which this process needs: choose another spec.ipv4Config.serverIP`,
    );
  });
}

for (
  const [text, what] of [
    ["10.42.0.2", "a neighbour of what is needed"],
    ["192.168.48.5", "what somebody put on the interface before"],
    ["192.168.48.77", "what the agent has on another network that it serves"],
    ["192.168.48.6", "what somebody put on another interface that is served"],
  ] as const
) {
  Deno.test(`neededProblem has nothing against ${what}`, () => {
    assert.equal(problem(text), undefined);
  });
}
