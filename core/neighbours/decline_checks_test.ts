import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { DeclineChecks } from "./decline_checks.ts";

const ADDRESS = 0x0a000005;
const CLIENT = 0x525400000001;
const OTHER = 0x525400000099;
const DECLINED = { address: ADDRESS, mac: CLIENT };

/** What becomes of one decline at 0 where these MAC addresses answer each question. */
function outcome(...answering: readonly number[]) {
  const checks = new DeclineChecks({ asks: true });
  checks.add(DECLINED, 0);
  let asked = 0;
  for (let now = 0; now <= 3_000; now += 100) {
    for (let address = checks.next(now); address >= 0; address = checks.next(now)) {
      asked++;
      for (const mac of answering) checks.hear({ address, mac }, now);
    }
    const [conclusion] = checks.conclude(now);
    if (conclusion !== undefined) return { ...conclusion, asked, now };
  }
  return undefined;
}

Deno.test("T3: a decline that nobody else answers for is asked for three times, and is nothing", () => {
  const { result, usedBy, asked } = outcome() ?? {};
  deepStrictEqual({ result, usedBy, asked }, { result: "unanswered", usedBy: -1, asked: 3 });
});

Deno.test("T3: a decline is confirmed by another machine's answer, long before two seconds", () => {
  const { result, usedBy, mac, address, now = Infinity } = outcome(OTHER) ?? {};
  deepStrictEqual({ result, usedBy, mac, address }, {
    result: "confirmed",
    usedBy: OTHER,
    ...DECLINED,
  });
  strictEqual(now <= 500, true, String(now));
});

Deno.test("T3: a client that still answers for its address has not declined it, whoever else answers", () => {
  strictEqual(outcome(CLIENT)?.result, "owner_answers");
  strictEqual(outcome(CLIENT, OTHER)?.result, "owner_answers");
  strictEqual(outcome(OTHER, CLIENT)?.result, "owner_answers");
});

Deno.test("T3: what is said before anybody was asked confirms nothing", () => {
  const checks = new DeclineChecks({ asks: true });
  checks.add(DECLINED, 0);
  checks.hear({ address: ADDRESS, mac: OTHER }, 0);
  deepStrictEqual(checks.conclude(500), []);
});

Deno.test("T3: a thousand declines a second of twenty addresses are few questions, and none is confirmed", () => {
  const checks = new DeclineChecks({ asks: true });
  const results = new Map<string, number>();
  let asked = 0;
  for (let now = 0; now < 30_000; now++) {
    const address = ADDRESS + now % 20;
    checks.add({ address, mac: CLIENT + now % 20 }, now);
    if (now % 100 !== 0) continue;
    while (checks.next(now) >= 0) asked++;
    for (const { result } of checks.conclude(now)) {
      results.set(result, (results.get(result) ?? 0) + 1);
    }
  }
  deepStrictEqual([...results.keys()], ["unanswered"]);
  strictEqual(asked / 30 <= 20, true, `${asked} questions`);
});

Deno.test("DeclineChecks asks first for what was not asked for yet", () => {
  const checks = new DeclineChecks({ asks: true });
  checks.add(DECLINED, 0);
  strictEqual(checks.next(0), ADDRESS);
  strictEqual(checks.next(0), -1);
  checks.add({ address: ADDRESS + 1, mac: CLIENT }, 250);
  strictEqual(checks.next(250), ADDRESS + 1);
  strictEqual(checks.next(250), ADDRESS);
});

Deno.test("DeclineChecks looks into an address again after a rest, and not before", () => {
  const checks = new DeclineChecks({ asks: true });
  strictEqual(checks.add(DECLINED, 0), true);
  strictEqual(checks.add(DECLINED, 10), false);
  for (let now = 0; now < 2_000; now += 100) {
    checks.next(now);
    checks.conclude(now);
  }
  strictEqual(checks.add(DECLINED, 2_000), false);
  strictEqual(checks.add(DECLINED, 10_000), true);
});

Deno.test("DeclineChecks keeps at most 256 addresses, and makes room by those that are concluded", () => {
  const checks = new DeclineChecks({ asks: true });
  for (let n = 0; n < 256; n++) strictEqual(checks.add({ address: n, mac: CLIENT }, 0), true);
  strictEqual(checks.add({ address: 256, mac: CLIENT }, 0), false);
  for (let round = 0; round < 3; round++) while (checks.next(round * 250) >= 0);
  strictEqual(checks.conclude(2_000).length, 256);
  strictEqual(checks.add({ address: 256, mac: CLIENT }, 2_000), true);
});

Deno.test("DeclineChecks only listens where it may not ask", () => {
  const heard = new DeclineChecks({ asks: false });
  heard.add(DECLINED, 0);
  strictEqual(heard.next(0), -1);
  heard.hear({ address: ADDRESS, mac: OTHER }, 5_000);
  deepStrictEqual(heard.conclude(5_200).map(({ result }) => result), ["confirmed"]);
  const silent = new DeclineChecks({ asks: false });
  silent.add(DECLINED, 0);
  deepStrictEqual(silent.conclude(9_999), []);
  deepStrictEqual(silent.conclude(10_000).map(({ result }) => result), ["unanswered"]);
});

Deno.test("DeclineChecks are busy until what was declined is concluded", () => {
  const checks = new DeclineChecks({ asks: false });
  strictEqual(checks.isBusy, false);
  checks.add(DECLINED, 0);
  strictEqual(checks.isBusy, true);
  checks.conclude(10_000);
  strictEqual(checks.isBusy, false);
});
