import assert from "node:assert/strict";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { ApiError, ConnectionError } from "../errors.ts";
import { createFetchClient } from "./fetch_client.ts";
import type { FetchClientOptions } from "./fetch_transport.ts";

/** A client over a made-up `fetch`, and what it sent. */
function setUp(
  answer: (request: Request, attempt: number) => Response | Promise<Response>,
  options: Partial<FetchClientOptions> = {},
) {
  const clock = new ManualClock(Date.UTC(2026, 0, 1));
  const sent: Request[] = [];
  const rest = createFetchClient({
    server: "https://api.example:6443",
    clock,
    random: () => 0,
    fetch: async (url, init) => {
      const request = new Request(url, init);
      sent.push(request);
      return await answer(request, sent.length);
    },
    ...options,
  });
  return { rest, clock, sent };
}

const GET = { method: "GET", path: "/version", expectJson: true } as const;

function tooMany(retryAfter: string): Response {
  const body = { kind: "Status", code: 429, reason: "TooManyRequests", message: "slow down" };
  return Response.json(body, { status: 429, headers: { "retry-after": retryAfter } });
}

Deno.test("FetchClient sends method, path, query, body and headers", async () => {
  const { rest, sent } = setUp(() => Response.json({ ok: true }), {
    userAgent: "vm-dhcp/1",
    server: "https://api.example/prefix/",
  });
  const querystring = new URLSearchParams({ fieldManager: "a b" });
  const answer = await rest.performRequest({
    method: "PATCH",
    path: "/api/v1/nodes/a",
    querystring,
    bodyJson: { a: 1 },
    contentType: "application/merge-patch+json",
    expectJson: true,
  });
  assert.deepEqual(answer, { ok: true });
  const [request] = sent;
  assert.equal(
    `${request?.method} ${request?.url}`,
    "PATCH https://api.example/prefix/api/v1/nodes/a?fieldManager=a+b",
  );
  assert.equal(request?.headers.get("content-type"), "application/merge-patch+json");
  assert.equal(request?.headers.get("accept"), "application/json");
  assert.equal(request?.headers.get("user-agent"), "vm-dhcp/1");
  assert.equal(request?.headers.get("accept-encoding"), "identity");
  assert.equal(request?.headers.get("authorization"), null);
  assert.equal(await request?.text(), '{"a":1}');
});

Deno.test("FetchClient says nothing of a body's type where there is no body", async () => {
  const { rest, sent } = setUp(() => Response.json({}));
  await rest.performRequest(GET);
  assert.equal(sent[0]?.headers.get("content-type"), null);
});

Deno.test("FetchClient gives bytes where no JSON is expected, and null for an empty answer", async () => {
  const { rest } = setUp((_, attempt) => new Response(attempt === 1 ? "plain" : ""));
  assert.equal(
    new TextDecoder().decode(await rest.performRequest({ method: "GET", path: "/metrics" })),
    "plain",
  );
  assert.equal(await rest.performRequest(GET), null);
});

Deno.test("FetchClient throws the server's Status as ApiError", async () => {
  const body = {
    kind: "Status",
    code: 422,
    reason: "Invalid",
    message: "IPPool is invalid",
    details: { causes: [{ field: "spec.ipv4Config.cidr", message: "bad" }] },
  };
  const { rest } = setUp(() => Response.json(body, { status: 422 }));
  const error = await rest.performRequest(GET).catch((thrown) => thrown);
  assert.ok(error instanceof ApiError);
  assert.equal(error.message, "Cannot GET /version: 422 Invalid: IPPool is invalid");
  assert.equal(error.causes[0]?.field, "spec.ipv4Config.cidr");
});

Deno.test("FetchClient throws what a proxy or a broken server answers with its beginning", async () => {
  const { rest } = setUp((_, attempt) =>
    attempt === 1
      ? new Response("<h1>Bad gateway</h1>", { status: 502 })
      : new Response("", { status: 500, statusText: "Oops" })
  );
  await assert.rejects(rest.performRequest(GET), {
    message: "Cannot GET /version: 502: <h1>Bad gateway</h1>",
    status: 502,
  });
  await assert.rejects(rest.performRequest(GET), {
    message: "Cannot GET /version: 500: Oops",
    status: 500,
  });
});

Deno.test("FetchClient throws no more than 500 characters of what is no Status", async () => {
  const { rest } = setUp(() => new Response("x".repeat(10_000), { status: 502 }));
  const error = await rest.performRequest(GET).catch((thrown) => thrown);
  assert.equal(error.serverMessage, "x".repeat(500));
});

Deno.test("FetchClient refuses an answer that is no JSON", async () => {
  const { rest } = setUp(() => new Response("<html>"));
  await assert.rejects(
    rest.performRequest(GET),
    /^ConnectionError: Cannot GET \/version: https:\/\/api.example:6443: the answer is no JSON/,
  );
});

Deno.test("FetchClient waits as long as a 429 asks, and asks again, also with a body", async () => {
  const { rest, clock, sent } = setUp((_, attempt) =>
    attempt < 3 ? tooMany("2") : Response.json({ ok: true })
  );
  const answer = rest.performRequest({
    method: "POST",
    path: "/api/v1/namespaces",
    bodyJson: { a: 1 },
    expectJson: true,
  });
  await clock.advance(1_999);
  assert.equal(sent.length, 1);
  await clock.advance(1);
  assert.equal(sent.length, 2);
  await clock.advance(2_000);
  assert.deepEqual(await answer, { ok: true });
  assert.equal(await sent[2]?.text(), '{"a":1}');
  assert.equal(clock.sleeping, 0);
});

Deno.test("FetchClient gives a 429 up after five repeats", async () => {
  const { rest, clock, sent } = setUp(() => tooMany("1"));
  const answer = assert.rejects(rest.performRequest(GET), {
    status: 429,
    reason: "TooManyRequests",
  });
  await clock.advance(10_000);
  await answer;
  assert.equal(sent.length, 6);
});

Deno.test("FetchClient repeats a 503 only where it says when, and a stream's body never", async () => {
  const { rest, sent } = setUp((request) =>
    request.method === "GET" ? new Response("starting", { status: 503 }) : tooMany("1")
  );
  await assert.rejects(rest.performRequest(GET), { status: 503 });
  const bodyStream = ReadableStream.from([new Uint8Array([1])]);
  await assert.rejects(rest.performRequest({ method: "POST", path: "/x", bodyStream }), {
    status: 429,
  });
  assert.equal(sent.length, 2);
});

Deno.test("FetchClient stops waiting for a repeat when its signal aborts", async () => {
  const { rest, clock, sent } = setUp(() => tooMany("30"));
  const stop = new AbortController();
  const answer = rest.performRequest({ ...GET, abortSignal: stop.signal });
  await clock.settle();
  stop.abort(new Error("enough"));
  await assert.rejects(answer, /enough/);
  assert.deepEqual([sent.length, clock.sleeping], [1, 0]);
});

Deno.test("FetchClient asks for fresh credentials once when the server refuses them", async () => {
  const asked: boolean[] = [];
  const { rest, sent } = setUp(
    (request) =>
      request.headers.get("authorization") === "Bearer 2"
        ? Response.json({})
        : new Response("", { status: 401 }),
    {
      credentials: ({ refused }) =>
        Promise.resolve({ authorization: `Bearer ${asked.push(refused)}` }),
    },
  );
  await rest.performRequest(GET);
  assert.deepEqual(asked, [false, true]);
  await assert.rejects(rest.performRequest(GET), { status: 401 });
  assert.equal(sent.length, 4);
});

Deno.test("FetchClient says when its credentials cannot be had", async () => {
  const { rest } = setUp(() => Response.json({}), {
    credentials: () => Promise.reject(new Error("Cannot read /token: gone")),
  });
  await assert.rejects(
    rest.performRequest(GET),
    /Cannot GET \/version: https:\/\/api.example:6443: Cannot read \/token: gone/,
  );
});

Deno.test("FetchClient gives up on an answer that does not come in time", async () => {
  const { rest, clock } = setUp(
    (request) =>
      new Promise((_, reject) =>
        request.signal.addEventListener("abort", () => reject(request.signal.reason))
      ),
    { timeoutMs: 5_000 },
  );
  const answer = assert.rejects(rest.performRequest(GET), {
    name: "ConnectionError",
    message: "Cannot GET /version: https://api.example:6443: no answer within 5000 ms",
  });
  await clock.advance(5_000);
  await answer;
});

Deno.test("FetchClient gives up on an answer that begins but does not end in time", async () => {
  const { rest, clock } = setUp((request) => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"a":'));
        request.signal.addEventListener("abort", () => controller.error(request.signal.reason));
      },
    });
    return new Response(body);
  }, { timeoutMs: 5_000 });
  const answer = assert.rejects(rest.performRequest(GET), ConnectionError);
  await clock.advance(5_000);
  await answer;
});

Deno.test("FetchClient hands over a list as it comes, and gives it up only when nothing does", async () => {
  const parts = ['{"kind":"L","items":[{"n":1},{"n"', ':2},{"n":', '3}],"more":true}'];
  const slow = (request: Request) => {
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        await clock.sleep(4_000, request.signal);
        const part = parts.shift();
        if (part === undefined) controller.close();
        else controller.enqueue(new TextEncoder().encode(part));
      },
    }, { highWaterMark: 0 });
    return new Response(body);
  };
  const { rest, clock } = setUp(slow, { timeoutMs: 5_000 });
  const items: unknown[] = [];
  const takeItem = (item: unknown) => void items.push(item);
  const answer = rest.performRequest({ ...GET, takeItem });
  await clock.advance(4_000);
  assert.deepEqual(items, [{ n: 1 }]);
  await clock.advance(12_000);
  assert.deepEqual([await answer, items.length], [{ kind: "L", items: [], more: true }, 3]);
  parts.push('{"items":[{"n":1}');
  const cut = assert.rejects(rest.performRequest({ ...GET, takeItem }), {
    name: "ConnectionError",
    message: "Cannot GET /version: https://api.example:6443: the answer is no JSON: 10 characters",
  });
  await clock.advance(8_000);
  await cut;
  parts.push('{"items":[1]}');
  const refused = assert.rejects(
    rest.performRequest({
      ...GET,
      takeItem: () => {
        throw new RangeError("not this one");
      },
    }),
    { name: "RangeError", message: "not this one" },
  );
  await clock.advance(8_000);
  await refused;
  const { rest: silent, clock: later } = setUp((request) => openStream(request, ['{"items":[']), {
    timeoutMs: 5_000,
  });
  const givenUp = assert.rejects(silent.performRequest({ ...GET, takeItem }), /within 5000 ms/);
  await later.advance(5_000);
  await givenUp;
});

Deno.test("FetchClient waits for a list's beginning for as long as a server may need to read all of it, and for no other answer", async () => {
  let needsMs = 60_000;
  const slow = async (request: Request) => {
    await clock.sleep(needsMs, request.signal);
    return Response.json({ items: [{ n: 1 }] });
  };
  const { rest, clock } = setUp(slow);
  const items: unknown[] = [];
  const LIST = { ...GET, takeItem: (item: unknown) => void items.push(item) };
  const list = rest.performRequest(LIST);
  const other = assert.rejects(rest.performRequest(GET), /no answer within 30000 ms$/);
  await clock.advance(60_000);
  await list;
  await other;
  assert.deepEqual(items, [{ n: 1 }]);
  needsMs = 66_000;
  const givenUp = assert.rejects(rest.performRequest(LIST), /no answer within 65000 ms$/);
  await clock.advance(65_000);
  await givenUp;
  assert.equal(clock.sleeping, 0);
});

/** A watch's answer whose end the test decides. */
function openStream(request: Request, parts: readonly string[]): Response {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const part of parts) controller.enqueue(new TextEncoder().encode(part));
      request.signal.addEventListener("abort", () => controller.error(request.signal.reason));
    },
  });
  return new Response(body);
}

const WATCH = { method: "GET", path: "/watch", expectStream: true, expectJson: true } as const;

Deno.test("FetchClient streams without a time limit, until its signal aborts", async () => {
  const { rest, clock } = setUp((request) => openStream(request, ['{"n":1}\n{"n"', ":2}\n"]), {
    timeoutMs: 5_000,
  });
  const stop = new AbortController();
  const reader = (await rest.performRequest({ ...WATCH, abortSignal: stop.signal })).getReader();
  assert.deepEqual([(await reader.read()).value, (await reader.read()).value], [{ n: 1 }, {
    n: 2,
  }]);
  const more = reader.read();
  await clock.advance(3_600_000);
  stop.abort(new Error("enough"));
  await assert.rejects(more, /enough/);
  assert.equal(clock.sleeping, 0);
});

Deno.test("FetchClient lets go of the server's answer when its reader stops", async () => {
  const left = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array>({ cancel: () => left.resolve() });
  const { rest } = setUp(() => new Response(body));
  await (await rest.performRequest(WATCH)).cancel();
  await left.promise;
});

Deno.test("FetchClient ends streams that were silent while a request got no answer, and no others", async () => {
  const { rest, clock } = setUp((request) => {
    if (request.url.endsWith("/watch")) return openStream(request, ['{"n":1}\n']);
    return new Promise((_, reject) =>
      request.signal.addEventListener("abort", () => reject(request.signal.reason))
    );
  }, { timeoutMs: 5_000 });
  const silent = (await rest.performRequest(WATCH)).getReader();
  await silent.read();
  const silence = assert.rejects(silent.read(), {
    message: "Cannot GET /watch: https://api.example:6443: the connection is dead",
  });
  await clock.advance(1_000);
  const answer = assert.rejects(rest.performRequest(GET), ConnectionError);
  await clock.advance(1_000);
  const lively = (await rest.performRequest(WATCH)).getReader();
  await lively.read();
  const more = lively.read();
  await clock.advance(4_000);
  await answer;
  await silence;
  await lively.cancel();
  assert.equal((await more).done, true);
});

Deno.test("S2: FetchClient takes a connection for dead where nothing is answered for five seconds, and not because of hasty callers", async () => {
  const { rest, clock } = setUp((request) =>
    request.url.endsWith("/healthz")
      ? Response.json({})
      : new Promise((_, reject) =>
        request.signal.addEventListener("abort", () => reject(request.signal.reason))
      )
  );
  const giveUp = async (afterMs: number, meanwhile?: () => Promise<unknown>) => {
    const limit = new AbortController();
    const lost = assert.rejects(rest.performRequest({ ...GET, abortSignal: limit.signal }));
    await clock.advance(afterMs / 2);
    await meanwhile?.();
    await clock.advance(afterMs / 2);
    limit.abort(new Error("enough"));
    await lost;
    return rest.deadConnections;
  };
  for (let tries = 1; tries <= 10; tries++) assert.equal(await giveUp(900), 0);
  for (let tries = 1; tries <= 3; tries++) assert.equal(await giveUp(1_300), 0);
  assert.equal(await giveUp(1_300), 1);
  assert.equal(await giveUp(6_000, () => rest.performRequest({ ...GET, path: "/healthz" })), 1);
});

Deno.test("FetchClient refuses an address that is no address of a server", () => {
  for (const server of ["", "api.example", "ftp://api.example", "unix:///x"]) {
    assert.throws(() => createFetchClient({ server }), {
      name: "TypeError",
      message: /^Cannot use the address of an API server: /,
    });
  }
});

Deno.test("FetchClient waits for credentials no longer than for an answer, or until its caller aborts", async () => {
  const { rest, clock } = setUp(() => Response.json({}), {
    credentials: () => new Promise(() => undefined),
  });
  const late = assert.rejects(rest.performRequest(GET), /no credentials within 30000 ms/);
  await clock.advance(30_000);
  await late;
  const stop = new AbortController();
  const stopped = assert.rejects(
    rest.performRequest({ ...GET, abortSignal: stop.signal }),
    /enough/,
  );
  stop.abort(new Error("enough"));
  await stopped;
});
