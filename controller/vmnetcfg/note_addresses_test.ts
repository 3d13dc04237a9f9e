import { deepStrictEqual as equal } from "node:assert/strict";
import { VMNETCFG_FINALIZER } from "../../core/api/names.ts";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import type { Context } from "../context.ts";
import { FirstSeen } from "../memory/first_seen.ts";
import { askForNote, noteAddresses } from "./note_addresses.ts";

const MINUTE = 60_000;

/** Objects that have an address and no note of it, while so many VMs are under way. */
function setUp(underWay: number) {
  const clock = new ManualClock();
  const start = clock.monotonic();
  const vms = { depth: underWay };
  const written: (readonly [key: string, atMs: number])[] = [];
  const nic = { networkName: "default/net-48", macAddress: "52:54:00:00:00:01" };
  const configOf = (key: string) => ({
    metadata: { name: key, finalizers: [VMNETCFG_FINALIZER] },
    spec: { vmName: key, networkConfig: [nic] },
    status: { networkConfig: [{ ...nic, state: "Allocated", allocatedIPAddress: "10.0.0.9" }] },
  });
  const idle = { depth: 0 };
  const ctx = {
    clock,
    cluster: { configs: { get: configOf }, vms: { get: () => undefined } },
    queues: { vms, pools: idle, configs: idle, annotations: { add: () => undefined } },
    memory: { gathering: { size: 0 }, unnoted: new FirstSeen(clock) },
    configs: {
      setAnnotation: ({ metadata }: ReturnType<typeof configOf>) =>
        Promise.resolve(void written.push([metadata.name, clock.monotonic() - start])),
    },
  } as unknown as Context;
  const stop = new AbortController();
  const ask = (key: string) => {
    askForNote(ctx, key);
    noteAddresses(ctx, key, stop.signal).catch(() => undefined);
  };
  return { clock, vms, written, ask, stop };
}

Deno.test("a note does not wait for the few changes that are always under way in a busy cluster", async () => {
  const { clock, written, ask, stop } = setUp(8);
  ask("first");
  await clock.settle();
  equal(written, [["first", 0]]);
  stop.abort();
});

Deno.test("a note waits while many VMs wait for their addresses, and no longer", async () => {
  const { clock, vms, written, ask, stop } = setUp(100);
  ask("first");
  await clock.advance(MINUTE);
  equal(written, []);
  vms.depth = 0;
  await clock.advance(50);
  equal(written, [["first", MINUTE + 50]]);
  stop.abort();
});

Deno.test("each note waits a quarter of an hour at most, also where others were let through meanwhile", async () => {
  const { clock, vms, written, ask, stop } = setUp(100);
  ask("first");
  await clock.advance(5 * MINUTE);
  ask("second");
  await clock.advance(5 * MINUTE);
  vms.depth = 0; // Between two looks.
  ask("third");
  await clock.settle();
  vms.depth = 100;
  await clock.advance(10 * MINUTE);
  equal(written, [["third", 10 * MINUTE], ["first", 15 * MINUTE], ["second", 20 * MINUTE]]);
  stop.abort();
});
