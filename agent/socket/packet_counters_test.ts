import assert from "node:assert/strict";
import { MessageType, Verdict } from "../../core/dhcp/mod.ts";
import { PacketCounters } from "./packet_counters.ts";

Deno.test("PacketCounters counts by type, result and reason", () => {
  const counters = new PacketCounters({ dryRun: false });
  counters.add(MessageType.Discover, Verdict.Offer);
  counters.add(MessageType.Discover, Verdict.Offer);
  counters.add(MessageType.Request, Verdict.NakWrongAddress);
  counters.add(0, Verdict.TooShort);
  counters.add(200, Verdict.UnexpectedType);
  assert.deepEqual([...counters.entries()], [
    { labels: { type: "bootp", result: "drop", reason: "too_short" }, count: 1 },
    { labels: { type: "discover", result: "offer", reason: "offer" }, count: 2 },
    { labels: { type: "request", result: "nak", reason: "nak_wrong_address" }, count: 1 },
    { labels: { type: "other", result: "drop", reason: "unexpected_type" }, count: 1 },
  ]);
});

Deno.test("PacketCounters calls what a dry run would have sent by its name", () => {
  const counters = new PacketCounters({ dryRun: true });
  counters.add(MessageType.Discover, Verdict.Offer);
  counters.add(MessageType.Discover, Verdict.UnknownClient);
  assert.deepEqual([...counters.entries()].map(({ labels }) => labels.result), [
    "dry_run",
    "silence",
  ]);
});

Deno.test("PacketCounters adds up options that did not fit, and what the system refused by its reason", () => {
  const counters = new PacketCounters({ dryRun: false });
  counters.addOmitted(2);
  counters.addOmitted(3);
  for (const reason of ["ENOBUFS", "EPERM", "ENOBUFS"]) counters.addRefused(reason);
  assert.equal(counters.omitted, 5);
  assert.deepEqual([...counters.refused], [["ENOBUFS", 2], ["EPERM", 1]]);
});
