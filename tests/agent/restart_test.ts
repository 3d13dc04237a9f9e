import assert from "node:assert/strict";
import { runAgent } from "../../agent/agent.ts";
import { agentElection } from "../../agent/election.ts";
import { encodeSnapshot } from "../../agent/pool/snapshot.ts";
import { poolWith } from "../../agent/testing/dhcp.ts";
import { MemoryHost } from "../../agent/testing/memory_host.ts";
import { MemoryPort } from "../../agent/testing/memory_port.ts";
import { createKubeClient, toRestClient } from "../../kube/mod.ts";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { memoryLogger } from "../../runtime/testing/memory_logger.ts";

const POOL = "default/net-48";
const LED = "agent-0";

for (const others of [[], ["52:54:00:00:00:99"]]) {
  const isAlone = others.length === 0;
  const what = isAlone ? "takes" : "leaves to another machine";
  Deno.test(`an agent that led, and starts again while the API server is away, ${what} the server's address`, async () => {
    const clock = new ManualClock();
    const host = new MemoryHost();
    host.link("eth1");
    host.neighbour("192.168.48.77", ...others);
    const kept = encodeSnapshot({ pool: poolWith(), keptAt: clock.now() });
    const texts = new Map([["led", LED], [POOL, kept]]);
    const snapshots = {
      load: (key: string) => Promise.resolve(texts.get(key)),
      save: () => Promise.resolve(),
      remove: () => Promise.resolve(),
    };
    const rest = toRestClient(() => Promise.reject(new TypeError("connection refused")));
    const common = { clock, random: () => 0.5, log: memoryLogger(), snapshots };
    const lease = { namespace: "default", name: "agent" };
    const client = createKubeClient(rest);
    const leadership = await agentElection({ ...common, client, lease, identity: LED });
    const stop = new AbortController();
    const agent = runAgent({
      ...common,
      ...lease,
      rest,
      host,
      openPort: (link) => new MemoryPort(link),
      pod: { namespace: "default", name: LED },
      networks: [{ pool: POOL, interfaceName: "eth1" }],
      leadership,
    }, stop.signal);
    const elected = leadership.run(stop.signal);
    const hasAddress = () => host.calls.some((call) => /^(add|announce)/.test(call));
    for (let ms = 0; ms < 3_200; ms += 100) await clock.advance(100);
    assert.equal(hasAddress(), isAlone, "after 3.2 s");
    for (let ms = 3_200; ms < 10_000; ms += 100) await clock.advance(100);
    const { reason } = agent.report().pools[POOL] ?? {};
    assert.deepEqual(
      [leadership.leading, reason, hasAddress()],
      isAlone ? [true, "Serving", true] : [true, "Standby", false],
    );
    stop.abort();
    for (let ms = 0; ms < 5_000; ms += 100) await clock.advance(100);
    await Promise.all([elected, agent.done]);
  });
}
