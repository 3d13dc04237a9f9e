import assert from "node:assert/strict";
import { parseListen } from "../ops_server.ts";
import { ManualClock } from "../testing/manual_clock.ts";
import { memoryLogger } from "../testing/memory_logger.ts";
import { type BoundedServer, serveBounded, type ServeOptions } from "./bounded_server.ts";

const ANY_PORT = parseListen("127.0.0.1:0");

/** A server for the length of `use`. */
async function withServer(
  options: Omit<ServeOptions, "listen">,
  use: (server: BoundedServer, stop: AbortController) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const server = await serveBounded({ listen: ANY_PORT, ...options }, stop.signal);
  try {
    await use(server, stop);
  } finally {
    stop.abort();
    await server.done;
  }
}

/** A connection that has sent `text`. */
async function connected(server: BoundedServer, text = ""): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ ...server.listen });
  await connection.write(new TextEncoder().encode(text));
  return connection;
}

/** Everything until the server ends the connection. */
async function rest(connection: Deno.TcpConn): Promise<string> {
  const buffer = new Uint8Array(65_536);
  let text = "";
  try {
    for (;;) {
      const length = await connection.read(buffer);
      if (length === null) break;
      text += new TextDecoder().decode(buffer.subarray(0, length));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
  }
  connection.close();
  return text;
}

const hello = () => new Response("hello");

Deno.test("serveBounded listens on a free port until the signal aborts", async () => {
  const stop = new AbortController();
  const logger = memoryLogger();
  const server = await serveBounded({ listen: ANY_PORT, handle: hello, logger }, stop.signal);
  assert.ok(server.listen.port > 0);
  assert.equal(await (await fetch(server.url)).text(), "hello");
  stop.abort();
  await server.done;
  await assert.rejects(fetch(server.url));
  assert.deepEqual(logger.lines.map((line) => line.message), ["Listening"]);
});

Deno.test("serveBounded stops at once, however many requests came by connections that are kept", async () => {
  for (const requests of [1, 2, 3, 4]) {
    const stop = new AbortController();
    const server = await serveBounded({ listen: ANY_PORT, handle: hello }, stop.signal);
    for (let request = 0; request < requests; request++) await (await fetch(server.url)).text();
    const start = performance.now();
    stop.abort();
    await server.done;
    const ms = performance.now() - start;
    assert.ok(ms < 1_500, `${requests} requests: ${ms} ms`);
  }
});

Deno.test("serveBounded hands the handler the whole request, and its answer back", async () => {
  const handle = async (request: Request) =>
    new Response(await request.text(), {
      status: 201,
      headers: [
        ["x-method", request.method],
        ["x-url", request.url],
        ["x-sent", `${request.headers.get("x-sent")}`],
        ["set-cookie", "a=1"],
        ["set-cookie", "b=2"],
      ],
    });
  await withServer({ handle }, async ({ url }) => {
    const body = "x".repeat(3_000_000);
    const response = await fetch(`${url}/a?b=c`, {
      method: "PUT",
      body,
      headers: { "x-sent": "y" },
    });
    const { headers } = response;
    assert.equal(response.status, 201);
    assert.equal((await response.text()).length, body.length);
    const told = ["x-method", "x-url", "x-sent"].map((name) => headers.get(name));
    assert.deepEqual(told, ["PUT", `${url}/a?b=c`, "y"]);
    assert.deepEqual(headers.getSetCookie(), ["a=1", "b=2"]);
  });
});

Deno.test("serveBounded answers HEAD without a body, and 204 too", async () => {
  const handle = (request: Request) =>
    request.method === "HEAD" ? new Response("12345") : new Response(null, { status: 204 });
  await withServer({ handle }, async ({ url }) => {
    assert.equal(await (await fetch(url, { method: "HEAD" })).text(), "");
    assert.equal((await fetch(url)).status, 204);
  });
});

Deno.test("serveBounded sends an answer as it comes, and tells the handler that nobody wants it any more", async () => {
  const gone = Promise.withResolvers<void>();
  const handle = (request: Request) => {
    request.signal.addEventListener("abort", () => gone.resolve());
    const first = new TextEncoder().encode("first");
    return new Response(new ReadableStream({ start: (controller) => controller.enqueue(first) }));
  };
  await withServer({ handle }, async ({ url }) => {
    const reader = (await fetch(url)).body?.getReader();
    assert.equal(new TextDecoder().decode((await reader?.read())?.value), "first");
    await reader?.cancel();
    await gone.promise;
  });
});

Deno.test("serveBounded lets a running answer end before it stops", async () => {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  const handle = async () => {
    asked.resolve();
    await answer.promise;
    return new Response("late");
  };
  await withServer({ handle }, async (server, stop) => {
    const response = fetch(server.url);
    await asked.promise;
    stop.abort();
    answer.resolve();
    assert.equal(await (await response).text(), "late");
    await server.done;
  });
});

Deno.test("serveBounded waits for the whole grace, then cuts an answer off that does not end", async () => {
  const clock = new ManualClock();
  const asked = Promise.withResolvers<void>();
  const handle = () => {
    asked.resolve();
    return new Promise<Response>(() => undefined);
  };
  await withServer({ handle, graceMs: 5_000, clock }, async (server, stop) => {
    const response = fetch(server.url);
    await asked.promise;
    stop.abort();
    await clock.advance(4_999);
    assert.equal(await Promise.race([response, "waits"]), "waits");
    await clock.advance(1);
    const cut = await response;
    assert.deepEqual([cut.status, await cut.json()], [503, { error: "The server stops" }]);
    await server.done;
    await clock.settle();
    assert.equal(clock.sleeping, 0);
  });
});

Deno.test("serveBounded is done after twice the grace, also where an answer's body never ends", async () => {
  const clock = new ManualClock();
  const endless = () =>
    new Response(
      new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array([1])) }),
    );
  await withServer({ handle: endless, graceMs: 1_000, clock }, async (server, stop) => {
    const reader = (await fetch(server.url)).body?.getReader();
    await reader?.read();
    let done = false;
    const ended = server.done.then(() => done = true);
    stop.abort();
    await clock.advance(1_999);
    assert.equal(done, false);
    await clock.advance(1);
    await ended;
    await reader?.cancel().catch(() => undefined);
  });
});

Deno.test("serveBounded hides what a handler threw and logs it", async () => {
  const logger = memoryLogger();
  const handle = () => {
    throw new Error("Cannot read /etc/secret: denied");
  };
  await withServer({ handle, logger }, async ({ url }) => {
    const response = await fetch(url);
    assert.deepEqual([response.status, await response.json()], [500, { error: "Internal error" }]);
    assert.ok(logger.lines.some((line) => line.level === "error"));
  });
});

Deno.test("serveBounded names the address that it cannot listen on", async () => {
  await withServer({ handle: hello }, async ({ listen }) => {
    await assert.rejects(serveBounded({ listen, handle: hello }, new AbortController().signal), {
      message: new RegExp(`^Cannot listen on 127\\.0\\.0\\.1:${listen.port}: `),
    });
  });
});

const HALF_HEAD = "GET / HTTP/1.1\r\nHost: x\r\n";
const HALF_BODY = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc";

for (
  const [what, sent, drip] of [
    ["nothing", "", ""],
    ["half a head", HALF_HEAD, ""],
    ["a head that never ends", `${HALF_HEAD}X: `, "a"],
    ["half a body", HALF_BODY, ""],
    ["a body that never ends", HALF_BODY, "a"],
    ["one request, and then nothing", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", ""],
  ] as const
) {
  Deno.test(`T12: serveBounded ends a connection that sends ${what}`, async () => {
    const bounds = { headMs: 100, requestMs: 200, idleMs: 100 };
    const handle = async (request: Request) => new Response(await request.text());
    const logger = memoryLogger();
    await withServer({ handle, bounds, logger }, async (server) => {
      const connection = await connected(server, sent);
      const dripping = setInterval(() => {
        connection.write(new TextEncoder().encode(drip)).catch(() => undefined);
      }, 20);
      const begun = performance.now();
      await rest(connection);
      clearInterval(dripping);
      assert.ok(performance.now() - begun < 3_000);
      const told = logger.lines.filter(({ level }) => level !== "debug");
      assert.deepEqual(told.map(({ message }) => message), ["Listening"]);
    });
  });
}

Deno.test("T12: serveBounded ends a connection that does not take its answer", async () => {
  const chunk = new Uint8Array(1_000_000);
  let sent = 0;
  const cancelled = Promise.withResolvers<void>();
  const handle = () =>
    new Response(
      new ReadableStream({
        pull: (controller) => {
          sent++;
          controller.enqueue(chunk);
        },
        cancel: () => cancelled.resolve(),
      }),
    );
  await withServer({ handle, bounds: { stalledMs: 100 } }, async (server) => {
    const connection = await connected(server, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await cancelled.promise;
    assert.ok(sent < 20, `${sent} MB were made for nobody`);
    connection.close();
  });
});

for (
  const [what, text, status] of [
    ["a head that is too large", `${HALF_HEAD}X: ${"a".repeat(20_000)}\r\n\r\n`, 431],
    ["what is no request", "\0\0\0\r\n\r\n", 400],
    ["an unknown version", "GET / HTTP/9.9\r\n\r\n", 400],
    ["a target that is none", "GET http://[ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 400],
    ["a Host that is none", "GET / HTTP/1.1\r\nHost: [\r\nConnection: close\r\n\r\n", 400],
  ] as const
) {
  Deno.test(`T12: serveBounded refuses ${what}, and lives on`, async () => {
    await withServer({ handle: hello }, async (server) => {
      assert.match(await rest(await connected(server, text)), new RegExp(`^HTTP/1.1 ${status} `));
      assert.equal(await (await fetch(server.url)).text(), "hello");
    });
  });
}

Deno.test("T12: serveBounded answers one request of a connection at a time", async () => {
  let asked = 0;
  const handle = () => {
    asked++;
    return new Promise<Response>(() => undefined);
  };
  await withServer({ handle, graceMs: 1 }, async (server) => {
    const request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    assert.equal(await rest(await connected(server, request.repeat(100))), "");
    assert.equal(asked, 1);
  });
});

Deno.test("T12: serveBounded answers while 200 connections with half a request come for 8 places", async () => {
  await withServer({ handle: hello, bounds: { connections: 8 } }, async (server) => {
    const half: Deno.TcpConn[] = [];
    for (let at = 0; at < 200; at++) {
      half.push(await connected(server, at % 2 === 0 ? HALF_HEAD : HALF_BODY));
      if (at % 20 === 0) assert.equal(await (await fetch(server.url)).text(), "hello");
    }
    assert.equal(await (await fetch(server.url)).text(), "hello");
    for (const connection of half) connection.close();
  });
});

Deno.test("T12: serveBounded forgets the whole requests of connections that it closed", async () => {
  let answered = 0;
  const handle = async () => {
    answered++;
    await new Promise((resolve) => setTimeout(resolve, 5));
    return hello();
  };
  await withServer({ handle, bounds: { connections: 8, share: 0.2 } }, async (server) => {
    const asked: Deno.TcpConn[] = [];
    for (let at = 0; at < 300; at++) {
      asked.push(await connected(server, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
    }
    for (const connection of asked) connection.close();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const before = answered;
    assert.equal(await (await fetch(server.url)).text(), "hello");
    assert.ok(before < 40, `${before} were answered`);
    assert.equal(answered, before + 1);
  });
});

Deno.test("T13: serveBounded lives on where the handler wants no more of a body, and answers at once", async () => {
  const handle = async (request: Request) => {
    const reader = request.body?.getReader();
    await reader?.read();
    await reader?.cancel();
    return new Response("enough", { status: 413 });
  };
  await withServer({ handle }, async (server) => {
    const body = new Uint8Array(4_000_000);
    const asked = Array.from({ length: 20 }, async () => {
      const response = await fetch(server.url, { method: "POST", body }).catch(() => undefined);
      return await response?.text() ?? "enough";
    });
    assert.deepEqual(new Set(await Promise.all(asked)), new Set(["enough"]));
    const answer = await fetch(server.url, { method: "POST", body: "a" });
    assert.deepEqual([answer.status, await answer.text()], [413, "enough"]);
  });
});

Deno.test("T13: serveBounded reads no more of a body than its handler asks for", async () => {
  const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
  const { promise: answered, resolve } = Promise.withResolvers<void>();
  const handle = async (request: Request) => {
    await request.body?.getReader().read();
    resolve();
    await mayEnd;
    return new Response("late");
  };
  await withServer({ handle, graceMs: 1 }, async (server) => {
    const head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n";
    const connection = await connected(server, head);
    let sent = 0;
    const sending = (async () => {
      const chunk = new Uint8Array(1_000_000);
      while (sent < 100) {
        for (let at = 0; at < chunk.length;) at += await connection.write(chunk.subarray(at));
        sent++;
      }
    })().catch(() => undefined);
    await answered;
    await new Promise((wait) => setTimeout(wait, 200));
    assert.ok(sent < 50, `${sent} MB were taken`);
    end();
    connection.close();
    await sending;
  });
});
