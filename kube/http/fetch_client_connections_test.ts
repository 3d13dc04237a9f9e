import assert from "node:assert/strict";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { memoryLogger } from "../../runtime/testing/memory_logger.ts";
import { VERSION, WATCH, withServer } from "../testing/https_server.ts";

Deno.test("FetchClient gives up on a slow server, connects anew and goes on", async () => {
  const slow = Promise.withResolvers<Response>();
  const asked = Promise.withResolvers<void>();
  let requests = 0;
  const handle = () => {
    asked.resolve();
    return ++requests === 1 ? slow.promise : Response.json({ ok: true });
  };
  await withServer(handle, async ({ client }) => {
    const clock = new ManualClock();
    const rest = client({ clock });
    const answer = assert.rejects(rest.performRequest(VERSION), /no answer within 30000 ms/);
    await asked.promise;
    await clock.advance(30_000);
    await answer;
    assert.deepEqual(await rest.performRequest(VERSION), { ok: true });
    slow.resolve(new Response());
  });
});

Deno.test("FetchClient gives watches connections of their own, with no more than 64 on each", async () => {
  const ports = { watches: [] as number[], requests: [] as number[] };
  const opened = Promise.withResolvers<void>();
  const handle = (
    request: Request,
    { remoteAddr: { port } }: Deno.ServeHandlerInfo<Deno.NetAddr>,
  ) => {
    if (!request.url.endsWith("/watch")) {
      ports.requests.push(port);
      return Response.json({});
    }
    ports.watches.push(port);
    if (ports.watches.length === 65) opened.resolve();
    return new Response(
      new ReadableStream({ start: (body) => body.enqueue(new TextEncoder().encode("{}\n")) }),
    );
  };
  await withServer(handle, async ({ client }) => {
    const rest = client();
    const watches = await Promise.all(Array.from({ length: 65 }, () => rest.performRequest(WATCH)));
    await opened.promise;
    for (let request = 0; request < 3; request++) await rest.performRequest(VERSION);
    assert.equal(new Set(ports.requests).size, 1);
    assert.equal(new Set(ports.watches).size, 2);
    assert.ok(!ports.watches.includes(ports.requests[0] ?? 0));
    await Promise.all(watches.map((watch) => watch.cancel()));
  });
});

Deno.test("FetchClient leaves a connection on which a request got no answer", async () => {
  const clock = new ManualClock();
  const ports: number[] = [];
  const asked = Promise.withResolvers<void>();
  const never = Promise.withResolvers<Response>();
  const handle = (request: Request, { remoteAddr }: Deno.ServeHandlerInfo<Deno.NetAddr>) => {
    ports.push(remoteAddr.port);
    if (ports.length !== 2) return Response.json({ ok: request.url.endsWith("/version") });
    asked.resolve();
    return never.promise;
  };
  await withServer(handle, async ({ client }) => {
    const rest = client({ clock, timeoutMs: 5_000 });
    await rest.performRequest(VERSION);
    const lost = assert.rejects(rest.performRequest(VERSION), /no answer within 5000 ms/);
    await asked.promise;
    await clock.advance(5_000);
    await lost;
    await rest.performRequest(VERSION);
    never.resolve(Response.json({}));
  });
  const [first, second, third] = ports;
  assert.equal(second, first);
  assert.notEqual(third, first);
});

Deno.test("S2: FetchClient leaves a connection on which no request is answered, also where each is given up soon", async () => {
  const clock = new ManualClock();
  const ports: number[] = [];
  const never = Promise.withResolvers<Response>();
  const handle = (_: Request, { remoteAddr }: Deno.ServeHandlerInfo<Deno.NetAddr>) => {
    ports.push(remoteAddr.port);
    return remoteAddr.port === ports[0] && ports.length > 1
      ? never.promise
      : Response.json({ ok: true });
  };
  const logger = memoryLogger();
  await withServer(handle, async ({ client }) => {
    const rest = client({ clock, logger });
    await rest.performRequest(VERSION);
    for (let tries = 1; tries <= 4; tries++) {
      const limit = new AbortController();
      const lost = assert.rejects(
        rest.performRequest({ ...VERSION, abortSignal: limit.signal }),
        /enough/,
      );
      await clock.advance(1_300);
      assert.equal(rest.deadConnections, 0);
      limit.abort(new Error("enough"));
      await lost;
    }
    assert.equal(rest.deadConnections, 1);
    await rest.performRequest(VERSION);
    never.resolve(Response.json({}));
  });
  assert.ok(ports.slice(0, -1).every((port) => port === ports[0]), ports.join());
  assert.notEqual(ports.at(-1), ports[0]);
  assert.deepEqual(logger.lines.map(({ level, message }) => [level, message]), [
    ["warn", "A connection to the API server is dead, connecting anew"],
  ]);
});

Deno.test("S2: FetchClient asks a connection whose streams are silent, and ends them where it does not answer", async () => {
  const clock = new ManualClock();
  const asked: string[] = [];
  const ports = new Map<string, number[]>();
  const never = Promise.withResolvers<Response>();
  let isDead = false;
  const handle = (request: Request, { remoteAddr }: Deno.ServeHandlerInfo<Deno.NetAddr>) => {
    const { pathname } = new URL(request.url);
    asked.push(pathname);
    ports.set(pathname, [...ports.get(pathname) ?? [], remoteAddr.port]);
    if (pathname === "/watch") return new Response(new ReadableStream());
    return isDead ? never.promise : Response.json({});
  };
  const logger = memoryLogger();
  await withServer(handle, async ({ url, client }) => {
    const rest = client({ clock, logger });
    const first = (await rest.performRequest(WATCH)).getReader();
    const ended = assert.rejects(first.read(), {
      message: `Cannot GET /watch: ${url}: the connection is dead`,
    });
    for (let times = 1; times <= 3; times++) {
      await clock.advance(15_000);
      while (asked.length <= times) await new Promise((resolve) => setTimeout(resolve, 5));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.deepEqual(asked, ["/watch", "/livez", "/livez", "/livez"]);
    isDead = true;
    await clock.advance(15_000);
    while (asked.length < 5) await new Promise((resolve) => setTimeout(resolve, 5));
    await clock.advance(10_000);
    await ended;
    const second = await rest.performRequest(WATCH);
    await second.cancel();
    assert.equal(rest.deadConnections, 1);
    never.resolve(Response.json({}));
  });
  const [before = 0, after = 0] = ports.get("/watch") ?? [];
  assert.deepEqual(new Set(ports.get("/livez")), new Set([before]), "on that very connection");
  assert.notEqual(after, before);
  assert.deepEqual(logger.lines.map(({ keys }) => keys.streams), [1]);
  assert.equal(clock.sleeping, 0);
});

Deno.test("S2: FetchClient keeps the streams of a connection that answers, also while credentials cannot be had", async () => {
  const clock = new ManualClock();
  const asked: string[] = [];
  let stream: ReadableStreamDefaultController<Uint8Array> | undefined;
  const handle = (request: Request) => {
    asked.push(new URL(request.url).pathname);
    return asked.length > 1
      ? Response.json({})
      : new Response(new ReadableStream({ start: (body) => void (stream = body) }));
  };
  await withServer(handle, async ({ client }) => {
    let isHanging = false;
    const never = new Promise<never>(() => undefined);
    const rest = client({ clock, credentials: () => isHanging ? never : Promise.resolve({}) });
    const watch = (await rest.performRequest(WATCH)).getReader();
    const line = watch.read().then(({ value }) => value, String);
    isHanging = true;
    for (let seconds = 0; seconds < 30; seconds++) {
      await clock.advance(1_000);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    stream?.enqueue(new TextEncoder().encode('{"type":"ADDED"}\n'));
    assert.deepEqual(await line, { type: "ADDED" });
    assert.equal(rest.deadConnections, 0);
    await watch.cancel();
  });
  assert.equal(asked[1], "/livez");
});

Deno.test("S2: FetchClient takes no connection for dead because credentials do not come, and says what did not", async () => {
  const clock = new ManualClock();
  const logger = memoryLogger();
  let asked = 0;
  const handle = (request: Request) => {
    asked++;
    return request.url.endsWith("/watch") ? new Response(new ReadableStream()) : Response.json({});
  };
  await withServer(handle, async ({ url, client }) => {
    let isHanging = false;
    const never = new Promise<never>(() => undefined);
    const credentials = () => isHanging ? never : Promise.resolve({});
    const rest = client({ clock, logger, credentials, timeoutMs: 10_000 });
    const watch = (await rest.performRequest(WATCH)).getReader();
    const ended = watch.read().then(() => "ended", String);
    isHanging = true;
    const lost = assert.rejects(rest.performRequest(VERSION), {
      message: `Cannot GET /version: ${url}: no credentials within 10000 ms`,
    });
    await clock.advance(10_000);
    await lost;
    assert.deepEqual([rest.deadConnections, logger.lines], [0, []]);
    assert.equal(await Promise.race([ended, Promise.resolve("open")]), "open");
    assert.equal(asked, 1);
    await watch.cancel();
  });
});

Deno.test("S2: FetchClient asks a connection on which a list is waited for, and gives it up only where that is dead", async () => {
  const clock = new ManualClock();
  const asked: string[] = [];
  const list = Promise.withResolvers<Response>();
  const never = Promise.withResolvers<Response>();
  let isDead = false;
  const handle = (request: Request) => {
    const { pathname } = new URL(request.url);
    asked.push(pathname);
    if (isDead || pathname === "/other") return never.promise;
    return pathname === "/list" ? list.promise : Response.json({});
  };
  const LIST = { method: "GET", path: "/list", expectJson: true } as const;
  const untilAsked = async (times: number) => {
    while (asked.length < times) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 50));
  };
  await withServer(handle, async ({ url, client }) => {
    const rest = client({ clock });
    const items: unknown[] = [];
    const takeItem = (item: unknown) => void items.push(item);
    const slow = rest.performRequest({ ...LIST, takeItem });
    const other = assert.rejects(
      rest.performRequest({ ...LIST, path: "/other" }),
      /no answer within 30000 ms$/,
    );
    await untilAsked(2);
    await clock.advance(15_000);
    await untilAsked(3);
    await clock.advance(15_000);
    await other;
    await untilAsked(4);
    list.resolve(Response.json({ items: [1, 2] }));
    await slow;
    assert.deepEqual(items, [1, 2]);
    isDead = true;
    const lost = assert.rejects(rest.performRequest({ ...LIST, takeItem }), {
      message: `Cannot GET /list: ${url}: the connection is dead`,
    });
    await untilAsked(5);
    await clock.advance(15_000);
    await untilAsked(6);
    await clock.advance(10_000);
    await lost;
    never.resolve(Response.json({}));
  });
  assert.deepEqual(asked.slice(2, 4), ["/livez", "/livez"]);
  assert.equal(clock.sleeping, 0);
});

Deno.test("S2: FetchClient keeps streams of a live connection when another request had no answer", async () => {
  const clock = new ManualClock();
  const never = Promise.withResolvers<Response>();
  let tell: (line: string) => void = () => undefined;
  const handle = (request: Request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/other") return never.promise;
    if (pathname === "/livez") return Response.json({});
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        tell = (line) => controller.enqueue(new TextEncoder().encode(line));
      },
    });
    return new Response(body);
  };
  await withServer(handle, async ({ client }) => {
    const rest = client({ clock });
    const watch = (await rest.performRequest(WATCH)).getReader();
    const other = assert.rejects(
      rest.performRequest({ ...VERSION, path: "/other" }),
      /no answer within 30000 ms$/,
    );
    await clock.advance(10_000);
    tell('{"n":1}\n');
    assert.deepEqual((await watch.read()).value, { n: 1 });
    await clock.advance(20_000);
    await other;
    await new Promise((resolve) => setTimeout(resolve, 100));
    tell('{"n":2}\n');
    assert.deepEqual((await watch.read()).value, { n: 2 });
    await watch.cancel();
    never.resolve(Response.json({}));
  });
});
