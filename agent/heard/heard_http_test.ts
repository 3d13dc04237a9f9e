import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import type { HeardAnswer } from "../../core/inspect/heard.ts";
import { MessageType } from "../../core/dhcp/mod.ts";
import { formatMac } from "../../core/net/mod.ts";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { answered } from "../testing/answered.ts";
import { CLIENT_MAC } from "../testing/dhcp.ts";
import { AgentHeard } from "./agent_heard.ts";
import { answerHeard } from "./heard_http.ts";
import { HeardMemory } from "./heard_memory.ts";

const discover = { mac: CLIENT_MAC, type: MessageType.Discover };

function setUp() {
  const clock = new ManualClock();
  const memories = new Map(
    ["default/net-48", "default/net-49"].map((pool) => [
      pool,
      new HeardMemory({ pool, dryRun: false }),
    ]),
  );
  const heard = new AgentHeard({
    pod: "agent-0",
    clock,
    memories: () => memories,
  }, new AbortController().signal);
  const [first, second] = memories.values();
  first?.hear(true, clock.now());
  first?.note(answered([discover]));
  second?.note(answered([discover], { pool: "none" }));
  const ask = (path: string, init: RequestInit = {}): Response =>
    answerHeard(new Request(`http://agent${path}`, init), heard);
  const clients = async (path: string) => await ask(path).json() as HeardAnswer;
  return { clock, heard, first, ask, clients };
}

Deno.test("GET /clients answers what was heard on all networks, and how much that is worth", async () => {
  const { heard, clients } = setUp();
  const answer = await clients("/clients");
  deepStrictEqual(answer, heard.answer({}));
  const { clients: all, ...rest } = answer;
  deepStrictEqual(rest, {
    pod: "agent-0",
    since: "2026-01-01T00:00:00Z",
    pools: [
      { pool: "default/net-48", since: "2026-01-01T00:00:00Z", forgotten: 0 },
      { pool: "default/net-49", since: "", forgotten: 0 },
    ],
    leftOut: 0,
  });
  deepStrictEqual(all.map(({ pool, answer }) => [pool, answer]), [
    ["default/net-48", "OFFER"],
    ["default/net-49", ""],
  ]);
});

Deno.test("GET /clients answers of one pool, and of some machines in any spelling, alone", async () => {
  const { clients } = setUp();
  const ofPool = await clients("/clients?pool=default/net-49");
  deepStrictEqual(ofPool.clients.map(({ pool }) => pool), ["default/net-49"]);
  const ofMachine = await clients("/clients?mac=52-54-00-00-00-01&mac=52:54:00:00:00:FF");
  deepStrictEqual(ofMachine.clients.map(({ macAddress }) => macAddress), [CLIENT_MAC, CLIENT_MAC]);
  deepStrictEqual((await clients("/clients?pool=default/other")).pools, []);
});

Deno.test("GET /clients answers no more than 20,000 clients, the same ones in pieces as at once, and says how many it left out", async () => {
  const { clients, first } = setUp();
  const pool = {
    apiVersion: "network.harvesterhci.io/v1alpha1",
    kind: "IPPool",
    metadata: { namespace: "default", name: "net-48" },
    spec: { networkName: "x/y", ipv4Config: { cidr: "10.0.0.0/16", serverIP: "10.0.255.254" } },
    status: {
      ipv4: {
        allocated: Object.fromEntries(
          Array.from({ length: 20_500 }, (_, n) => [
            `10.0.${(n + 1) >> 8}.${(n + 1) & 255}`,
            formatMac(0x5254_0100_0000 + n),
          ]),
        ),
        used: 0,
        available: 0,
      },
    },
  } as const;
  const askings = Array.from({ length: 20_500 }, (_, n) => ({
    mac: formatMac(0x5254_0100_0000 + n),
    type: MessageType.Discover,
  }));
  for (let at = 0; at < askings.length; at += 5_000) {
    first?.note(answered(askings.slice(at, at + 5_000), { pool }));
  }
  const answer = await clients("/clients?pool=default/net-48");
  strictEqual(new Set(answer.clients.map(({ macAddress }) => macAddress)).size, 20_000);
  strictEqual(answer.leftOut, 500);
  // Those that were heard last are told.
  strictEqual(answer.clients[0]?.macAddress, askings.at(-1)?.mac);
});

for (
  const [path, said] of [
    ["/clients?pool=net-48", /^pool: "net-48": must be NAMESPACE\/NAME/],
    ["/clients?mac=x", /^mac: \["x"\]: must be a MAC address/],
    ["/clients?seconds=1", /seconds/],
    ["/packets?seconds=601", /^seconds: "601": /],
    ["/packets?seconds=0", /^seconds: "0": /],
    ["/packets?seconds=1.5", /^seconds: "1.5": /],
    ["/packets?format=pcapng", /^format: "pcapng": /],
    ["/packets?for=1", /for/],
  ] as const
) {
  Deno.test(`GET ${path} is refused, and names the field and its value`, async () => {
    const response = setUp().ask(path);
    strictEqual(response.status, 400);
    match((await response.json()).error, said);
  });
}

Deno.test("GET /packets shows packets as they come; 404 where the agent has no such pool, 503 where too many watch", async () => {
  const { clock, heard, ask } = setUp();
  const response = ask("/packets?pool=default/net-48&mac=52:54:00:00:00:01&seconds=1");
  strictEqual(response.headers.get("content-type"), "text/plain; charset=utf-8");
  heard.watchers.show(answered([discover]));
  await clock.advance(1_000);
  match(await response.text(), /^# agent-0 hears default\/net-48\n\n.* DISCOVER\n[^]* OFFER\n/);
  const standby = ask("/packets?pool=default/net-49&seconds=1");
  await clock.advance(1_000);
  match(
    await standby.text(),
    /^# agent-0 hears nothing of default\/net-49: it stands by, or cannot\n\n$/,
  );
  const unknown = ask("/packets?pool=default/other");
  strictEqual(unknown.status, 404);
  strictEqual((await unknown.json()).error, "This agent has no pool default/other");
  const open = Array.from({ length: 8 }, () => ask("/packets"));
  strictEqual(ask("/packets").status, 503);
  for (const { body } of open) await body?.cancel();
});

Deno.test("HEAD and POST of what is heard are refused: a watch that nobody reads would stay open", async () => {
  const { ask, heard } = setUp();
  for (const method of ["HEAD", "POST"]) {
    const response = ask("/packets", { method });
    strictEqual(response.status, 405);
    strictEqual(response.headers.get("allow"), "GET");
    deepStrictEqual(await response.json(), { error: `Cannot ${method} what is heard` });
  }
  strictEqual(heard.watchers.any, false);
});
