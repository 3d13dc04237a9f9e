import assert from "node:assert/strict";
import type { IPPool } from "../../core/api/types.ts";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { AddressWaits } from "./address_waits.ts";
import { CommittedOutcomes } from "./committed_outcomes.ts";
import { GatherWindow } from "./gather_window.ts";
import { Histories } from "./histories.ts";
import { beginTerm, type Memory } from "./memory.ts";
import { PoolMemory } from "./pool_memory.ts";
import { WriteTurns } from "./write_turns.ts";

const KEY = "default/net-48";
const POOL = { metadata: { uid: "a", resourceVersion: "5" } } as IPPool;

Deno.test("beginTerm forgets all that another controller may have made untrue: what is recorded, planned and written, who gathers and who waits", async () => {
  const clock = new ManualClock();
  const told: number[] = [];
  const wake = () => undefined;
  const turns = new WriteTurns({ clock, otherWrites: 2, stillMs: 1, maxMs: 1, mostMs: 1, wake });
  const memory = {
    outcomes: new CommittedOutcomes(),
    pools: new PoolMemory(),
    waits: new AddressWaits(clock, (seconds) => told.push(seconds)),
    histories: new Histories(clock),
    gathering: new GatherWindow({
      clock,
      quietMs: 10,
      firstMs: 100,
      maxMs: 400,
      moreToCome: () => false,
      turns,
    }),
  };
  const { outcomes, pools, waits, gathering } = memory;
  outcomes.fail(KEY, { text: "refused", permanent: true });
  pools.planned(KEY, { sightings: new Map(), holders: new Map() });
  pools.wrote(KEY, POOL);
  waits.begin("default/web");
  gathering.touch(KEY);

  beginTerm(memory as unknown as Memory);

  assert.equal(outcomes.problemOf(KEY), undefined);
  assert.equal(pools.lastPlan(KEY), undefined);
  assert.equal(pools.isOwnWrite(KEY, POOL), false);
  assert.equal(gathering.touch(KEY), true);
  await clock.advance(1_000);
  waits.end("default/web");
  assert.deepEqual(told, []);
});
