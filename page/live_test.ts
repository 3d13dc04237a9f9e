import { match, ok, strictEqual } from "node:assert/strict";
import { ManualClock } from "../runtime/testing/manual_clock.ts";
import { LiveViews } from "./live.ts";

/** Pages that each take so long to make, as many as are followed. */
function followed({ pages, tookMs }: { readonly pages: number; readonly tookMs: number }) {
  const clock = new ManualClock();
  const live = new LiveViews(pages, clock);
  const ended = new AbortController();
  const looks = Array.from({ length: pages }, () => 0);
  let underWay = 0;
  let most = 0;
  const streams = looks.map((_, page) =>
    live.follow({
      render: async () => {
        most = Math.max(most, ++underWay);
        await clock.sleep(tookMs);
        underWay--;
        return `look ${looks[page] = (looks[page] ?? 0) + 1}`;
      },
      intervalMs: 2_000,
      signal: ended.signal,
    })
  );
  return { clock, live, streams, looks, ended, most: () => most };
}

async function readAll(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const piece of stream) text += new TextDecoder().decode(piece);
  return text;
}

Deno.test("LiveViews takes a fifth of the program's time, however many pages are open", async () => {
  const { clock, streams, looks, ended, most } = followed({ pages: 16, tookMs: 100 });
  const read = Promise.all(streams.map(readAll));
  await clock.advance(60_000);
  strictEqual(most(), 1, "one look at a time");
  const all = looks.reduce((sum, count) => sum + count, 0);
  ok(all >= 110 && all <= 121, `${all} looks of 100 ms in a minute`);
  ok(Math.min(...looks) >= 6, `each page has its turn: ${looks}`);
  ended.abort();
  await clock.advance(100);
  for (const text of await read) match(text, /event: view\ndata: look 1\n\n/);
});

Deno.test("LiveViews keeps nothing for who does not read", async () => {
  const { clock, streams, looks, ended } = followed({ pages: 1, tookMs: 1 });
  await clock.advance(60_000);
  ok((looks[0] ?? 0) <= 1, `${looks[0]} looks for nobody`);
  ended.abort();
  await clock.advance(1);
  ok((await readAll(streams[0] as ReadableStream<Uint8Array>)).length < 60);
});

Deno.test("LiveViews goes on when one leaves who waits", async () => {
  const { clock, streams, looks, ended } = followed({ pages: 3, tookMs: 400 });
  const [first, second, third] = streams.map((stream) => stream.getReader());
  for (const reader of [first, third]) {
    void (async () => {
      while (!(await reader?.read())?.done);
    })();
  }
  await second?.read();
  await second?.cancel();
  await clock.advance(60_000);
  ok((looks[0] ?? 0) > 5 && (looks[2] ?? 0) > 5, `${looks}`);
  ended.abort();
});
