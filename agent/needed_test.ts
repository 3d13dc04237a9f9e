import assert from "node:assert/strict";
import { formatIPv4 } from "../core/net/mod.ts";
import { ManualClock } from "../runtime/testing/manual_clock.ts";
import { silentLogger } from "../runtime/testing/memory_logger.ts";
import type { NeededAddress } from "./host/needed_addresses.ts";
import { followApiServer, neededAddresses } from "./needed.ts";

function text(needed: readonly NeededAddress[]): string[] {
  return needed.map(({ address, owner }) => `${formatIPv4(address)} ${owner}`);
}

Deno.test("T9: neededAddresses are those of the API server, the pod, the node and the name servers", () => {
  const needed = neededAddresses({
    apiServer: "10.43.0.1",
    podIp: "10.42.0.9",
    hostIp: "172.16.0.5",
    resolvConf:
      "search svc.cluster.local\nnameserver 10.43.0.10\n nameserver\tfd00::a\nnameserver 9.9.9.9 # x\n#nameserver 8.8.8.8\n",
  });
  assert.deepEqual(text(needed), [
    "10.43.0.1 the API server",
    "10.42.0.9 the agent's pod",
    "172.16.0.5 the agent's node",
    "10.43.0.10 a name server",
    "9.9.9.9 a name server",
  ]);
});

Deno.test("neededAddresses leave out what is not given, names, and IPv6", () => {
  const needed = neededAddresses({ apiServer: "api.example", podIp: "fd00::9", resolvConf: "" });
  assert.deepEqual(needed, []);
});

Deno.test("T9: followApiServer looks a name up again and again, also after a failure", async () => {
  const clock = new ManualClock();
  const stop = new AbortController();
  const answers = [["10.43.0.1"], undefined, ["10.43.0.2", "10.43.0.3"]];
  const told: string[][] = [];
  const following = followApiServer("api.example", {
    lookUp: () => {
      const answer = answers.shift();
      return answer === undefined ? Promise.reject(new Error("no")) : Promise.resolve(answer);
    },
    clock,
    log: silentLogger,
    onAddresses: (needed) => told.push(text(needed)),
  }, stop.signal);
  await clock.advance(120_000);
  assert.deepEqual(told, [["10.43.0.1 the API server"], [
    "10.43.0.2 the API server",
    "10.43.0.3 the API server",
  ]]);
  stop.abort();
  await following;
});

Deno.test("followApiServer does nothing where the API server has no name", async () => {
  for (const name of ["10.43.0.1", "[fd00::1]"]) {
    await followApiServer(name, {
      lookUp: () => Promise.reject(new Error("asked")),
      clock: new ManualClock(),
      log: silentLogger,
      onAddresses: () => assert.fail("told"),
    }, new AbortController().signal);
  }
});
