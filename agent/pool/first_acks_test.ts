import assert from "node:assert/strict";
import { LeaseTable } from "../../core/dhcp/mod.ts";
import { parseIPv4, parseMac } from "../../core/net/mod.ts";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { FirstAcks } from "./first_acks.ts";

const OLD = { "192.168.48.81": "52:54:00:00:00:01" };
const BOTH = { ...OLD, "192.168.48.82": "52:54:00:00:00:02" };
const NEW = [parseMac("52:54:00:00:00:02"), parseIPv4("192.168.48.82")] as const;

function setUp() {
  const clock = new ManualClock();
  const told: string[] = [];
  const acks = new FirstAcks({
    pool: "default/net-48",
    clock,
    tracing: {
      tell: (subject, { name, startMs, endMs }) =>
        told.push(`${subject}: ${name} ${endMs - startMs} ms`),
    },
  });
  const serve = (allocated: Readonly<Record<string, string>>) =>
    acks.serve({ leases: new LeaseTable(allocated) });
  return { clock, told, acks, serve };
}

Deno.test("FirstAcks tells when a new lease is served and when its client first gets it, once", async () => {
  const { clock, told, acks, serve } = setUp();
  serve(OLD);
  serve(BOTH);
  await clock.advance(250);
  serve(BOTH);
  acks.acknowledged(...NEW);
  acks.acknowledged(...NEW);
  const subject = "default/net-48 52:54:00:00:00:02 192.168.48.82";
  assert.deepEqual(told, [`${subject}: lease served 0 ms`, `${subject}: first ACK 250 ms`]);
});

Deno.test("FirstAcks tells nothing of the leases that an agent starts with, and of those that go before anybody asks", () => {
  const { told, acks, serve } = setUp();
  serve(OLD);
  acks.acknowledged(parseMac("52:54:00:00:00:01"), parseIPv4("192.168.48.81"));
  assert.deepEqual(told, []);
  serve(BOTH);
  serve(OLD);
  acks.acknowledged(...NEW);
  assert.deepEqual(told.map((line) => /: (lease served|first ACK)/.exec(line)?.[1]), [
    "lease served",
  ]);
});

Deno.test("FirstAcks takes a client that gets another address for new, and not its ACK of the former one", () => {
  const { told, acks, serve } = setUp();
  serve(OLD);
  serve({ "192.168.48.90": "52:54:00:00:00:01" });
  acks.acknowledged(parseMac("52:54:00:00:00:01"), parseIPv4("192.168.48.81"));
  assert.equal(told.length, 1);
  acks.acknowledged(parseMac("52:54:00:00:00:01"), parseIPv4("192.168.48.90"));
  assert.equal(told.length, 2);
});
