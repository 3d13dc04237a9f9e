/**
 * What the page costs on the server: every view of 300 pools with 30,000 addresses, and of one pool that is as full as a record can
 * be, in milliseconds beside the goal of 200; and what the browser asks for once to answer what if, which has no goal.
 *
 * `deno run --allow-read --allow-env tests/page/page_bench.ts`; exits with an error where the goal is missed.
 *
 * @module
 */
import { fakeSource } from "./fake_source.ts";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { pageApp } from "../../page/page_app.ts";

const GOAL_MS = 200;
const ROUNDS = 9;

const many = { title: "300 pools, 30,000 addresses", source: fakeSource({ pools: 300 }) };
const big = { title: "one pool, 30,000 addresses", source: fakeSource({ pools: 1, used: 30_000 }) };
const BIG_POOL = "of=default%2Fvlan-48";
const CASES = [
  [many, "/"],
  [many, "/?part=6"],
  [many, `/pool?${BIG_POOL}`],
  [many, "/why?of=10.100.200.17"],
  [many, "/what-if"],
  [big, "/"],
  [big, `/pool?${BIG_POOL}`],
  [big, `/pool?${BIG_POOL}&part=150&find=vm-0`],
  [big, "/why?of=10.0.0.17"],
  [big, `/what-if?${BIG_POOL}`],
  [big, `/what-if-facts?${BIG_POOL}`],
] as const;

const rows: string[] = [];
let missed = false;
for (const [{ title, source }, path] of CASES) {
  const times: number[] = [];
  let octets = 0;
  for (let round = 0; round < ROUNDS; round++) {
    // Nothing is remembered from one round to the next.
    const app = pageApp({ source, clock: new ManualClock() });
    const start = performance.now();
    const response = await app.request(path);
    octets = (await response.arrayBuffer()).byteLength;
    times.push(performance.now() - start);
  }
  times.sort((one, other) => one - other);
  const [fastest = Infinity, median = Infinity] = [times[0], times[ROUNDS >> 1]];
  missed ||= median > GOAL_MS && !path.startsWith("/what-if-facts");
  const columns = [`${median.toFixed(1)} ms`, `${fastest.toFixed(1)} ms`, `${octets >> 10} KiB`];
  rows.push(
    `${columns.map((column) => column.padStart(10)).join("")}  ${title.padEnd(28)} ${path}\n`,
  );
}
const text = `    median   fastest      size\n${rows.join("")}Goal: ${GOAL_MS} ms each: ${
  missed ? "MISSED" : "met"
}\n`;
await new Response(text).body?.pipeTo(Deno.stdout.writable, { preventClose: true });
Deno.exit(missed ? 1 : 0);
