import assert from "node:assert/strict";
import { metric } from "../network/metrics.ts";
import { arpOf, decline, Segment } from "../network/neighbour_segment.ts";
import { discover, RawClient } from "../network/raw_client.ts";

Deno.test("T3, T15: 1,000 forged declines a second against 20 clients for 30 s: no address moves, none is in conflict, one log line each, 20 questions a second", async () => {
  await using segment = await Segment.open({ start: "192.168.48.100", end: "192.168.48.200" });
  const victims = Array.from({ length: 20 }, (_, n) => `52:54:00:00:77:${10 + n}`);
  const addresses = await Promise.all(victims.map((victim) => segment.reserve(victim)));
  await segment.whenServing();
  const before = await segment.allocated();
  using attacker = new RawClient(await segment.served.lab.guest({ bridge: "br0" }));
  const forged = victims.map((victim, n) => ({
    sourceMac: victim,
    message: decline(addresses[n] ?? ""),
  }));
  // Every address is declined before the survey is through: both share the questions.
  /** Each question came after one look and before the next. */
  const asked: { readonly after: number; readonly until: number }[] = [];
  let after = 0;
  let sent = 0;
  const from = performance.now();
  for (let now = 0; now < 30_000; now = performance.now() - from) {
    while (sent < now) attacker.say(forged[sent++ % forged.length] ?? { message: discover() });
    const looked = performance.now() - from;
    // The server's address is announced, too, as the bridge takes another MAC address with its ports: that asks nobody (RFC 5227).
    const questions = arpOf(attacker.frames()).filter((arp) =>
      arp.operation === 1 && arp.senderAddress !== arp.targetAddress
    );
    const until = performance.now() - from;
    asked.push(...questions.map(() => ({ after, until })));
    after = looked;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.ok(sent >= 29_000, String(sent));
  assert.deepEqual(await segment.allocated(), before);
  const lines = segment.served.log.lines.filter(({ message }) => message.includes("declined"));
  assert.equal(lines.length, 20);
  const most = Math.max(
    ...asked.map((first, index) =>
      asked.slice(index).filter((one) => one.until < first.after + 1_000).length
    ),
  );
  assert.ok(most > 5 && most <= 20, `${most} questions in a second`);
  const declined = await metric(segment.agent, "vmdhcpagent_declines_total");
  assert.ok(declined >= sent * 0.95, `${declined} of ${sent}`);
});
