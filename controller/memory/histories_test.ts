import { strictEqual as equal } from "node:assert/strict";
import type { IPPool } from "../../core/api/types.ts";
import { type AgentView, agentView } from "../../core/pool/agent_view.ts";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { Histories } from "./histories.ts";

const KEY = "default/net";

function pool(resourceVersion: string): IPPool {
  return {
    apiVersion: "network.harvesterhci.io/v1alpha1",
    kind: "IPPool",
    metadata: { namespace: "default", name: "net", uid: "u", resourceVersion },
    spec: { networkName: KEY, ipv4Config: { cidr: "10.0.0.0/24" } },
  };
}

function madeAgain(pool: IPPool): IPPool {
  return { ...pool, metadata: { ...pool.metadata, uid: "other" } };
}

/** What agents say: the version that each serves, and what is lost. */
function agents(...reports: readonly { resourceVersion: string; lost?: string }[]): AgentView {
  const heard = reports.map((report, n) => ({
    lease: `ns/agent-${n}`,
    report: {
      pod: {},
      pools: {
        [KEY]: {
          ready: true,
          reason: "Serving" as const,
          message: "",
          interfaceName: "i",
          ...report,
        },
      },
    },
  }));
  return agentView(heard, { poolKey: KEY });
}

Deno.test("S1: Histories waits for the agents of a pool that went back, until each has told or its time is over", async () => {
  const clock = new ManualClock();
  const histories = new Histories(clock);
  histories.observe(pool("900"), pool("80"));
  const silent = agents({ resourceVersion: "80" });
  equal(histories.awaitingUntil(pool("80"), silent), clock.now() + 15_000);
  await clock.advance(10_000);
  equal(histories.awaitingUntil(pool("80"), silent), clock.now() + 5_000);
  await clock.advance(5_000);
  equal(histories.awaitingUntil(pool("80"), silent), undefined);
  histories.observe(pool("900"), pool("80"));
  const told = agents({ resourceVersion: "80", lost: "" });
  equal(histories.awaitingUntil(pool("80"), told), undefined);
  equal(histories.awaitingUntil(pool("80"), silent), undefined);
});

Deno.test("S1: Histories waits for an agent that serves a later state than the record's, though nobody saw it go back", async () => {
  const clock = new ManualClock();
  const histories = new Histories(clock);
  const ahead = agents({ resourceVersion: "900" });
  equal(histories.awaitingUntil(pool("80"), ahead), clock.now() + 15_000);
  await clock.advance(20_000);
  equal(histories.awaitingUntil(pool("80"), ahead), undefined);
});

Deno.test("S1: Histories waits for the agents of each pool where the server was put back, though nobody saw that one go back", async () => {
  const clock = new ManualClock();
  const histories = new Histories(clock);
  const silent = agents({ resourceVersion: "80" });
  histories.observe(undefined, pool("80"));
  histories.putBack([pool("80")]);
  equal(histories.awaitingUntil(pool("80"), silent), clock.now() + 15_000);
  await clock.advance(15_000);
  equal(histories.awaitingUntil(pool("80"), silent), undefined);
  histories.putBack([pool("80")]);
  const told = agents({ resourceVersion: "80", lost: "" });
  equal(histories.awaitingUntil(pool("80"), told), undefined);
});

Deno.test("S1: Histories waits once more in a new term for agents that had not told when their time was over", async () => {
  const clock = new ManualClock();
  const histories = new Histories(clock);
  const silent = agents({ resourceVersion: "80" });
  const told = agents({ resourceVersion: "80", lost: "" });
  const waits = (view: AgentView) => histories.awaitingUntil(pool("80"), view) !== undefined;
  histories.putBack([pool("80")]);
  await clock.advance(15_000);
  histories.beginTerm();
  equal(waits(silent), true, "nobody asked while it waited");
  await clock.advance(15_000);
  equal(waits(silent), false);
  histories.beginTerm();
  equal(histories.awaitingUntil(pool("80"), silent), clock.now() + 15_000);
  await clock.advance(15_000);
  equal(waits(silent), false);
  equal(waits(told), false, "they tell late");
  histories.beginTerm();
  equal(waits(silent), false);
});

Deno.test("S1: Histories waits for nobody where nothing went back, where no agent is heard of, and for a pool that was made again", () => {
  const histories = new Histories(new ManualClock());
  histories.observe(undefined, pool("80"));
  histories.observe(pool("79"), pool("80"));
  histories.observe(madeAgain(pool("79")), pool("80"));
  equal(histories.awaitingUntil(pool("80"), agents({ resourceVersion: "80" })), undefined);
  histories.observe(pool("900"), pool("80"));
  equal(histories.awaitingUntil(pool("80"), agents()), undefined);
});

Deno.test("S1: Histories waits for the agents of a pool that was made again, where that is undone", () => {
  const clock = new ManualClock();
  const histories = new Histories(clock);
  histories.observe(madeAgain(pool("900")), pool("80"));
  const silent = agents({ resourceVersion: "80" });
  equal(histories.awaitingUntil(pool("80"), silent), clock.now() + 15_000);
});

Deno.test("S1: Histories waits once an hour on the word of agents alone, and whenever a pool is seen to go back", async () => {
  const clock = new ManualClock();
  const histories = new Histories(clock);
  const ahead = agents({ resourceVersion: "900" });
  const level = agents({ resourceVersion: "80", lost: "" });
  let waits = 0;
  for (let second = 0; second < 3_000; second++) {
    const view = second % 16 === 15 ? level : ahead;
    if (histories.awaitingUntil(pool("80"), view) !== undefined) waits++;
    await clock.advance(1_000);
  }
  equal(waits, 15);
  histories.observe(pool("900"), pool("80"));
  equal(histories.awaitingUntil(pool("80"), ahead), clock.now() + 15_000);
  equal(histories.awaitingUntil(pool("80"), level), undefined);
  equal(histories.awaitingUntil(pool("80"), ahead), undefined);
  await clock.advance(601_000);
  equal(histories.awaitingUntil(pool("80"), ahead), clock.now() + 15_000);
});
