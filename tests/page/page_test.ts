/**
 * What the page answers, without a browser.
 *
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { pageApp } from "../../page/page_app.ts";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { fakeSource } from "./fake_source.ts";

const POOL = "of=default%2Fvlan-48";

function app(pools: number, used = 100): ReturnType<typeof pageApp> {
  return pageApp({ source: fakeSource({ pools, used }), clock: new ManualClock() });
}

async function text(path: string, pools = 3, used = 100): Promise<string> {
  const response = await app(pools, used).request(path);
  strictEqual(response.status, 200, path);
  return (await response.text()).replaceAll(/\s+/g, " ").replaceAll(/ ?(<[^>]*>) ?/g, "$1");
}

Deno.test("page: nothing but reading is answered, and no answer sets a cookie or may be kept", async () => {
  for (const path of ["/", `/pool?${POOL}`, "/why?of=10.100.0.17", `/what-if?${POOL}`, "/none"]) {
    const response = await app(3).request(path);
    await response.body?.cancel();
    strictEqual(response.headers.get("set-cookie"), null);
    strictEqual(response.headers.get("cache-control"), "no-store");
    match(
      response.headers.get("content-security-policy") ?? "",
      /^default-src 'none'; script-src 'self';/,
    );
    ok(!/unsafe|\*|http/.test(response.headers.get("content-security-policy") ?? ""));
    for (const method of ["POST", "PUT", "DELETE", "PATCH"]) {
      const refused = await app(3).request(path, { method });
      strictEqual(refused.status, 405, `${method} ${path}`);
      await refused.body?.cancel();
    }
  }
});

Deno.test("page: no markup has a script, a style or a handler in it, which the policy would not run", async () => {
  for (
    const path of ["/", `/pool?${POOL}`, "/why?of=10.100.0.17", `/what-if?${POOL}`, "/what-if"]
  ) {
    const markup = await text(path);
    deepStrictEqual(
      markup.match(/<script(?![^>]* src=)[^>]*>|<style|\sstyle=|\son\w+=/g),
      null,
      path,
    );
  }
});

Deno.test("page: health is one sentence, and what is worst comes first", async () => {
  match(await text("/", 0), /There is no IPPool yet: nothing is served\./);
  const three = await text("/", 3);
  match(three, /1 of 3 pools is not served, and 1 NIC has no address\./);
  const order = ["NetworkNotAttached", "PoolExhausted", "AddressesInUse"].map((word) =>
    three.indexOf(word)
  );
  deepStrictEqual(order, order.toSorted((a, b) => a - b));
  ok(order.every((at) => at > 0), "all are there");
});

Deno.test("page: a pool shows each state of its addresses, who has them, and what clients are told", async () => {
  const markup = await text(`/pool?${POOL}`);
  for (const state of ["used", "free", "held", "conflict", "excluded", "reserved"]) {
    ok(markup.includes(`class="cell ${state}" title="10.`), state);
  }
  match(markup, /10\.100\.0\.40 in conflict 52:54:00:aa:00:01, used by b8:27:eb:12:34:56/);
  match(markup, /default\/vm-0-000000/);
  match(
    markup,
    /<td class="narrow">26<\/td><th scope="row">[^<]*<\/th><td class="mono">1450<\/td>/,
  );
  match(markup, /1 hour \(3600 s\)/);
  match(markup, /172\.16\.0\.0\/12/);
  match(await text(`/pool?${POOL}&as=52-54-00-00-00-05`), /An offer to 52:54:00:00:00:05 that/);
  match(markup, /Heard in the last minute<\/dt><dd>7 clients/);
});

Deno.test("page: long lists come in parts, so that a pool of 30,000 addresses is a page of bounded size", async () => {
  const markup = await text(`/pool?${POOL}&part=300`, 1, 30_000);
  ok(markup.length < 250_000, `${markup.length} characters`);
  strictEqual(markup.match(/<tr><th scope="row"><a class="mono"/g)?.length, 100);
  strictEqual(markup.match(/<i class="cell [a-z]+" title=/g)?.length, 512);
  const overview = await text("/", 300);
  ok(overview.length < 250_000, `${overview.length} characters`);
});

Deno.test("page: a window of the map that is none is the first one", async () => {
  const first = await text(`/pool?${POOL}`, 1, 2_000);
  for (const from of ["x", "1.2.3.4", "255.255.255.255", "-1"]) {
    strictEqual(
      await text(`/pool?${POOL}&from=${from}`, 1, 2_000).then(mapOf),
      mapOf(first),
      from,
    );
  }
  ok(mapOf(await text(`/pool?${POOL}&from=10.0.8.0`, 1, 2_000)) !== mapOf(first));
});

function mapOf(markup: string): string {
  return /<div class="map".*?<\/div>/s.exec(markup)?.[0] ?? "none";
}

Deno.test("page: who is not known is 404 with a page that says so", async () => {
  for (
    const path of [
      "/pool?of=default%2Fnone",
      "/pool",
      "/why?of=nobody",
      "/what-if?of=none",
      "/none",
    ]
  ) {
    const response = await app(3).request(path);
    strictEqual(response.status, 404, path);
    match(await response.text(), /<h1/);
  }
});

Deno.test("page: files are asked for again only where they changed", async () => {
  const response = await app(0).request("/assets/page.css");
  const etag = response.headers.get("etag") ?? "";
  await response.body?.cancel();
  const again = await app(0).request("/assets/page.css", { headers: { "if-none-match": etag } });
  strictEqual(again.status, 304);
});

Deno.test("page: events bring the view when it changed, and nothing while it is the same", async () => {
  const source = fakeSource({ pools: 3 });
  const clock = new ManualClock();
  const ended = new AbortController();
  const page = pageApp({ source, clock, signal: ended.signal });
  const response = await page.request("/events?view=overview");
  strictEqual(response.headers.get("content-type"), "text/event-stream");
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  ok(reader !== undefined);
  strictEqual((await reader.read()).value, ": hello\n\n");
  match((await reader.read()).value ?? "", /^event: view\ndata: <section/);
  for (let second = 0; second < 6; second++) await clock.advance(1_000);
  source.pools().pop();
  for (let second = 0; second < 6; second++) await clock.advance(1_000);
  match((await reader.read()).value ?? "", /1 of 2 pools is not served/);
  ended.abort();
  strictEqual((await reader.read()).done, true);
});

Deno.test("page: one page too many is told so, and a page that is closed makes room", async () => {
  const page = pageApp({
    source: fakeSource({ pools: 0 }),
    clock: new ManualClock(),
    livePages: 1,
  });
  const first = await page.request("/events?view=overview");
  const second = await page.request("/events?view=overview");
  match(await second.text(), /^event: full/);
  await first.body?.cancel();
  await new Promise((resolve) => setTimeout(resolve));
  const third = await page.request("/events?view=overview");
  const reader = third.body?.pipeThrough(new TextDecoderStream()).getReader();
  strictEqual((await reader?.read())?.value, ": hello\n\n");
  await reader?.cancel();
});
