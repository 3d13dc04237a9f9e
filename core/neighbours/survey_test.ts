import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { parseIPv4, parseRange } from "../net/mod.ts";
import { MAX_FOUND, MAX_FOUND_OF_ONE, Survey } from "./survey.ts";
import { type SurveyGround, surveyGround } from "./survey_ground.ts";

const STRANGER = 0x525400000099;
const FIRST = parseIPv4("10.0.0.1");
const HOUR = 3_600_000;

function ground(
  { start = "10.0.0.1", end = "10.0.0.6", allocated = {}, released = {}, excluded = [] }: {
    readonly start?: string;
    readonly end?: string;
    readonly allocated?: Readonly<Record<string, string>>;
    readonly released?: Readonly<Record<string, { macAddress: string; until: string }>>;
    readonly excluded?: readonly number[];
  } = {},
): SurveyGround {
  const range = parseRange(start, end);
  const spec = { range, reserved: new Set<number>(), excluded: new Set(excluded) };
  return surveyGround(spec, { allocated, released });
}

function surveyOf(parts: Parameters<typeof ground>[0] = {}, { asks = true } = {}): Survey {
  const survey = new Survey({ asks });
  survey.setGround(ground(parts));
  return survey;
}

/** Lets it ask every 100 ms from `from` up to `to`; who is in `hosts` answers. Answers what was asked, and when. */
function run(
  survey: Survey,
  { from = 0, to, hosts = new Map() }: {
    readonly from?: number;
    readonly to: number;
    readonly hosts?: ReadonlyMap<number, number>;
  },
): { readonly address: number; readonly at: number }[] {
  const asked = [];
  for (let at = from; at < to; at += 100) {
    for (let address = survey.next(at); address >= 0; address = survey.next(at)) {
      asked.push({ address, at });
      const mac = hosts.get(address);
      if (mac !== undefined) survey.hear({ address, mac, isAnswer: true }, at);
    }
  }
  return asked;
}

const addressesOf = (asked: readonly { readonly address: number }[]) =>
  asked.map(({ address }) => address - FIRST);

Deno.test("Survey asks for every free address in its order, and again after an hour", () => {
  const survey = surveyOf({
    allocated: { "10.0.0.2": "52:54:00:00:00:01", "10.0.0.4": "EXCLUDED" },
  });
  deepStrictEqual(addressesOf(run(survey, { to: 10_000 })), [0, 2, 4, 5]);
  deepStrictEqual(addressesOf(run(survey, { from: 10_000, to: HOUR })), []);
  deepStrictEqual(addressesOf(run(survey, { from: HOUR, to: HOUR + 10_000 })), [0, 2, 4, 5]);
});

Deno.test("Survey names who answers, and nobody who does not", () => {
  const survey = surveyOf();
  run(survey, { to: 10_000, hosts: new Map([[FIRST + 3, STRANGER]]) });
  deepStrictEqual([...survey.found()], [[FIRST + 3, STRANGER]]);
});

Deno.test("Survey goes through a /16 within 70 minutes, and asks at most 16 addresses a second", () => {
  const survey = surveyOf({ start: "10.0.0.1", end: "10.0.255.254" });
  const asked = run(survey, { to: 70 * 60_000 });
  const first = new Set(addressesOf(asked));
  strictEqual(first.size, 65_534);
  for (let at = 0, next = 0; at < asked.length; at++) {
    while ((asked[next]?.at ?? Infinity) < (asked[at]?.at ?? 0) + 1_000) next++;
    strictEqual(next - at <= 18, true, `${next - at} within a second`);
  }
});

Deno.test("Survey asks for what it overhears, and believes only the answer", () => {
  const survey = surveyOf();
  run(survey, { to: 10_000 });
  const claim = { address: FIRST + 4, mac: STRANGER, isAnswer: false };
  survey.hear(claim, 20_000);
  survey.hear({ ...claim, isAnswer: true }, 20_000);
  deepStrictEqual([...survey.found()], []);
  const hosts = new Map([[FIRST + 4, STRANGER]]);
  deepStrictEqual(addressesOf(run(survey, { from: 20_000, to: 20_100, hosts })), [4]);
  deepStrictEqual([...survey.found()], [[FIRST + 4, STRANGER]]);
});

Deno.test("Survey hears nothing of addresses that somebody has by the record, or that are outside the range", () => {
  const survey = surveyOf({
    allocated: { "10.0.0.2": "52:54:00:00:00:01" },
    released: { "10.0.0.3": { macAddress: "52:54:00:00:00:02", until: "2026-01-01T00:00:00Z" } },
  }, { asks: false });
  for (const [address, mac] of [[1, STRANGER], [2, 0x525400000002], [6, STRANGER]] as const) {
    survey.hear({ address: FIRST + address, mac, isAnswer: true }, 0);
  }
  deepStrictEqual([...survey.found()], []);
  survey.hear({ address: FIRST + 2, mac: STRANGER, isAnswer: true }, 0);
  deepStrictEqual([...survey.found()], [[FIRST + 2, STRANGER]]);
});

Deno.test("rule 51: Survey looks again whether an address is in use, and lets it go after three questions without an answer", () => {
  const survey = surveyOf();
  const hosts = new Map([[FIRST + 3, STRANGER]]);
  run(survey, { to: 30 * 60_000, hosts });
  strictEqual(survey.size, 1);
  const gone = run(survey, { from: 30 * 60_000, to: 45 * 60_000 });
  deepStrictEqual(addressesOf(gone), [3, 3, 3]);
  strictEqual(survey.size, 0);
});

Deno.test("rule 51: Survey asks at once for what the record has in conflict, as an agent before it found it", () => {
  const allocated = { "10.0.0.6": "CONFLICT" };
  const survey = surveyOf({ allocated });
  const hosts = new Map([[FIRST + 5, STRANGER]]);
  strictEqual(addressesOf(run(survey, { to: 100, hosts }))[0], 5);
  deepStrictEqual([...survey.found()], [[FIRST + 5, STRANGER]]);
  survey.setGround(ground({ allocated }));
  strictEqual(addressesOf(run(survey, { from: 100, to: 1_000, hosts })).includes(5), false);
});

Deno.test("Survey forgets an address that was given to somebody, and asks anew where the range is wider", () => {
  const survey = surveyOf({ excluded: [FIRST + 1] });
  run(survey, { to: 10_000, hosts: new Map([[FIRST + 3, STRANGER]]) });
  survey.setGround(
    ground({ allocated: { "10.0.0.4": "52:54:00:00:00:01" }, excluded: [FIRST + 1] }),
  );
  strictEqual(survey.size, 0);
  deepStrictEqual(addressesOf(run(survey, { from: 10_000, to: 20_000 })), []);
  survey.setGround(ground({ allocated: { "10.0.0.4": "52:54:00:00:00:01" } }));
  deepStrictEqual(addressesOf(run(survey, { from: 20_000, to: 30_000 })), [0, 1, 2, 4, 5]);
});

Deno.test("Survey believes of one station only so many addresses, and names it", () => {
  const survey = surveyOf({ end: "10.0.0.200" });
  const hosts = new Map(Array.from({ length: 200 }, (_, n) => [FIRST + n, STRANGER]));
  run(survey, { to: 60_000, hosts });
  strictEqual(survey.size, MAX_FOUND_OF_ONE);
  deepStrictEqual([...survey.doubted], [STRANGER]);
});

Deno.test("Survey remembers at most a thousand addresses", () => {
  const survey = surveyOf({ end: "10.0.255.254" });
  const hosts = new Map(Array.from({ length: 2_000 }, (_, n) => [FIRST + n, STRANGER + n]));
  run(survey, { to: 300_000, hosts });
  strictEqual(survey.size, MAX_FOUND);
});

Deno.test("Survey only listens where it may not ask, and forgets hearsay after an hour", () => {
  const survey = surveyOf({}, { asks: false });
  survey.hear({ address: FIRST, mac: STRANGER, isAnswer: false }, 0);
  deepStrictEqual(run(survey, { to: HOUR }), []);
  deepStrictEqual([...survey.found()], [[FIRST, STRANGER]]);
  run(survey, { from: HOUR, to: HOUR + 100 });
  strictEqual(survey.size, 0);
});

Deno.test("Survey names who has an address now where somebody else had it", () => {
  const survey = surveyOf();
  run(survey, { to: 10_000, hosts: new Map([[FIRST, STRANGER]]) });
  run(survey, { from: 10_000, to: 700_000, hosts: new Map([[FIRST, STRANGER + 1]]) });
  deepStrictEqual([...survey.found()], [[FIRST, STRANGER + 1]]);
});

Deno.test("Survey is busy while it goes through the range, hears of something, or waits for an answer, and not between", () => {
  const survey = surveyOf();
  const from = (at: number, to: number) => run(survey, { from: at, to });
  strictEqual(survey.isBusy(0), true);
  from(0, 10_000);
  strictEqual(survey.isBusy(10_000), false);
  survey.hear({ address: FIRST, mac: STRANGER, isAnswer: false }, 10_000);
  strictEqual(survey.isBusy(10_000), true);
  from(10_000, 11_000);
  strictEqual(survey.isBusy(11_000), true);
  from(11_000, 13_000);
  strictEqual(survey.isBusy(13_000), false);
  strictEqual(survey.isBusy(HOUR), true);
  strictEqual(surveyOf({}, { asks: false }).isBusy(0), false);
});
