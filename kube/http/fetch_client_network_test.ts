import assert from "node:assert/strict";
import https from "node:https";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { memoryLogger } from "../../runtime/testing/memory_logger.ts";
import { connect } from "../connect/connect.ts";
import { createKubeClient } from "../objects/client.ts";
import { createFetchClient } from "./fetch_client.ts";
import type { FetchClientOptions } from "./fetch_transport.ts";
import { createInformer } from "../watch/informer.ts";
import {
  AUTHORITY,
  CLIENT_CERT,
  CLIENT_KEY,
  SERVER_CERT,
  SERVER_KEY,
} from "../testing/certificates.ts";
import { CONFIG_MAPS, type ConfigMap } from "../testing/config_map.ts";

const VERSION = { method: "GET", path: "/version", expectJson: true } as const;
const WATCH = { method: "GET", path: "/watch", expectStream: true, expectJson: true } as const;

/** An HTTPS server on loopback and a client of it. */
async function withServer(
  handle: (
    request: Request,
    info: Deno.ServeHandlerInfo<Deno.NetAddr>,
  ) => Response | Promise<Response>,
  test: (
    on: {
      readonly url: string;
      client(options?: Partial<FetchClientOptions>): ReturnType<typeof createFetchClient>;
    },
  ) => Promise<void>,
): Promise<void> {
  const server = Deno.serve(
    {
      hostname: "127.0.0.1",
      port: 0,
      cert: SERVER_CERT,
      key: SERVER_KEY,
      onListen: () => undefined,
    },
    handle,
  );
  using clients = new DisposableStack();
  const url = `https://127.0.0.1:${server.addr.port}`;
  const client = (options: Partial<FetchClientOptions> = {}) =>
    clients.use(createFetchClient({ server: url, caCertificates: [AUTHORITY], ...options }));
  await test({ url, client });
  clients.dispose();
  await server.shutdown();
}

/** A connection that the test writes HTTP/1.1 to by hand. */
interface RawConnection {
  sendHead(): Promise<void>;
  /** An empty chunk ends the answer. */
  sendChunk(text: string): Promise<void>;
}

/** An HTTPS server that answers one request a connection and then drops the connection. */
function rawServer(
  answer: (connection: RawConnection, head: string) => Promise<void>,
): AsyncDisposable & { readonly url: string } {
  const listener = Deno.listenTls({
    hostname: "127.0.0.1",
    port: 0,
    cert: SERVER_CERT,
    key: SERVER_KEY,
  });
  const encoder = new TextEncoder();
  const serving = (async () => {
    const answering: Promise<void>[] = [];
    for await (const socket of listener) {
      const write = async (text: string) => {
        await socket.write(encoder.encode(text));
      };
      const connection: RawConnection = {
        sendHead: () => write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"),
        sendChunk: (text) => write(`${encoder.encode(text).length.toString(16)}\r\n${text}\r\n`),
      };
      answering.push(
        (async () => {
          using _ = socket;
          const buffer = new Uint8Array(4096);
          const length = await socket.read(buffer) ?? 0;
          await answer(connection, new TextDecoder().decode(buffer.subarray(0, length)));
        })().catch(() => undefined),
      );
    }
    await Promise.all(answering);
  })();
  return {
    url: `https://127.0.0.1:${listener.addr.port}`,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
    },
  };
}

Deno.test("FetchClient trusts a server by its authority", async () => {
  await withServer(() => Response.json({ gitVersion: "v1" }), async ({ client }) => {
    assert.equal(await createKubeClient(client()).version(), "v1");
  });
});

Deno.test("FetchClient trusts no server of an unknown authority, and says how to skip the check", async () => {
  await withServer(() => Response.json({}), async ({ url, client }) => {
    await assert.rejects(client({ caCertificates: [] }).performRequest(VERSION), {
      name: "ConnectionError",
      message:
        `Cannot GET /version: ${url}: client error (Connect): invalid peer certificate: UnknownIssuer`,
    });
    await assert.rejects(
      client({ caCertificates: [], insecure: true }).performRequest(VERSION),
      /UnknownIssuer; to skip the check, start Deno with --unsafely-ignore-certificate-errors=127\.0\.0\.1$/,
    );
  });
});

Deno.test("FetchClient shows its client certificate, and another one once it was replaced", async () => {
  const server = https.createServer({
    cert: SERVER_CERT,
    key: SERVER_KEY,
    ca: AUTHORITY,
    requestCert: true,
    rejectUnauthorized: false,
  }, (request, response) => {
    const authorized = "authorized" in request.socket && request.socket.authorized === true;
    response.setHeader("connection", "close");
    response.end(JSON.stringify({ authorized }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  let certificate: { cert: string; key: string } | undefined;
  {
    using rest = createFetchClient({
      server: `https://127.0.0.1:${port}`,
      caCertificates: [AUTHORITY],
      credentials: () => Promise.resolve(certificate === undefined ? {} : { certificate }),
    });
    assert.deepEqual(await rest.performRequest(VERSION), { authorized: false });
    certificate = { cert: CLIENT_CERT, key: CLIENT_KEY };
    assert.deepEqual(await rest.performRequest(VERSION), { authorized: true });
  }
  await new Promise((resolve) => server.close(resolve));
});

Deno.test("FetchClient reads a watch in whatever pieces it arrives", async () => {
  const pieces = ['{"type":"ADDED","object":{"n":"\u00fc', '"}}\n{"ty', 'pe":"BOOKMARK"}', "\n"];
  const handle = () =>
    new Response(ReadableStream.from(pieces.map((piece) => new TextEncoder().encode(piece))));
  await withServer(handle, async ({ client }) => {
    const stream = await client().performRequest(WATCH);
    assert.deepEqual(await Array.fromAsync(stream), [{ type: "ADDED", object: { n: "\u00fc" } }, {
      type: "BOOKMARK",
    }]);
  });
});

Deno.test("FetchClient tells a watch that broke off from one that ended", async () => {
  for (const breaksOff of [true, false]) {
    const seen = Promise.withResolvers<void>();
    await using server = rawServer(async (connection) => {
      await connection.sendHead();
      await connection.sendChunk('{"n":1}\n');
      await seen.promise;
      if (!breaksOff) await connection.sendChunk("");
    });
    using rest = createFetchClient({ server: server.url, caCertificates: [AUTHORITY] });
    const reader = (await rest.performRequest(WATCH)).getReader();
    assert.deepEqual((await reader.read()).value, { n: 1 });
    const next = reader.read();
    seen.resolve();
    if (breaksOff) {
      await assert.rejects(next, { name: "ConnectionError", message: /^Cannot GET \/watch: / });
    } else assert.equal((await next).done, true);
  }
});

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

Deno.test("FetchClient names a server that does not listen", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  using rest = createFetchClient({ server: `http://127.0.0.1:${port}` });
  await assert.rejects(rest.performRequest(VERSION), {
    message:
      `Cannot GET /version: http://127.0.0.1:${port}: client error (Connect): tcp connect error: Connection refused (os error 111)`,
  });
});

Deno.test("FetchClient goes through a proxy", async () => {
  await withServer(() => Response.json({ ok: true }), async ({ url, client }) => {
    const proxy = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const asked: string[] = [];
    const serving = (async () => {
      const inner = await proxy.accept();
      const head = new Uint8Array(1024);
      const read = await inner.read(head) ?? 0;
      asked.push(new TextDecoder().decode(head.subarray(0, read)).split("\r\n")[0] ?? "");
      const outer = await Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(url).port) });
      await inner.write(new TextEncoder().encode("HTTP/1.1 200 OK\r\n\r\n"));
      await Promise.allSettled([
        inner.readable.pipeTo(outer.writable),
        outer.readable.pipeTo(inner.writable),
      ]);
    })();
    const rest = client({ proxyUrl: `http://127.0.0.1:${proxy.addr.port}` });
    assert.deepEqual(await rest.performRequest(VERSION), { ok: true });
    assert.deepEqual(asked, [`CONNECT ${new URL(url).host} HTTP/1.1`]);
    rest[Symbol.dispose]();
    await serving;
    proxy.close();
  });
});

Deno.test("connect reaches a server by a kubeconfig with a real credential plugin, and again after it refused", async () => {
  const folder = await Deno.makeTempDir();
  const tokens = new Set(["token-1"]);
  const handle = (request: Request) => {
    const token = request.headers.get("authorization")?.replace("Bearer ", "") ?? "";
    return tokens.has(token) ? Response.json({ token }) : new Response("", { status: 401 });
  };
  await withServer(handle, async ({ url }) => {
    // Prints token-1, token-2 and so on.
    const script = `echo x >> ${folder}/count; n=$(wc -l < ${folder}/count); ` +
      `echo "{\\"apiVersion\\":\\"client.authentication.k8s.io/v1\\",\\"kind\\":\\"ExecCredential\\",\\"status\\":{\\"token\\":\\"token-$((n))\\"}}"`;
    const kubeconfig = {
      "current-context": "c",
      contexts: [{ name: "c", context: { cluster: "k", user: "u" } }],
      clusters: [{
        name: "k",
        cluster: { server: url, "certificate-authority-data": btoa(AUTHORITY) },
      }],
      users: [{
        name: "u",
        user: {
          exec: {
            apiVersion: "client.authentication.k8s.io/v1",
            command: "sh",
            args: ["-c", script],
            interactiveMode: "Never",
          },
        },
      }],
    };
    await Deno.writeTextFile(`${folder}/config`, JSON.stringify(kubeconfig));
    using rest = await connect({ kubeconfig: `${folder}/config`, env: {} });
    assert.deepEqual(await rest.performRequest(VERSION), { token: "token-1" });
    tokens.clear();
    tokens.add("token-2");
    assert.deepEqual(await rest.performRequest(VERSION), { token: "token-2" });
  });
  await Deno.remove(folder, { recursive: true });
});

Deno.test("Informer follows a server over real connections, each of which breaks off", async () => {
  const watched: (string | null)[] = [];
  let version = 10;
  const objectOf = (name: string) => ({
    metadata: { namespace: "default", name, uid: name, resourceVersion: `${++version}` },
  });
  const items = [objectOf("first")];
  let heard = Promise.withResolvers<void>();
  await using server = rawServer(async (connection, head) => {
    const query = new URLSearchParams(head.split(" ")[1]?.split("?")[1]);
    await connection.sendHead();
    if (query.get("watch") === null) {
      const list = { metadata: { resourceVersion: String(version) }, items };
      await connection.sendChunk(JSON.stringify(list));
      return await connection.sendChunk("");
    }
    watched.push(query.get("resourceVersion"));
    heard = Promise.withResolvers();
    await connection.sendChunk(
      `${JSON.stringify({ type: "ADDED", object: objectOf(`map-${version}`) })}\n`,
    );
    // The connection breaks off after this.
    await heard.promise;
  });
  using rest = createFetchClient({ server: server.url, caCertificates: [AUTHORITY] });
  const informer = createInformer<ConfigMap>({ client: createKubeClient(rest).of(CONFIG_MAPS) });
  const stop = new AbortController();
  const enough = Promise.withResolvers<void>();
  informer.onChange(() => {
    heard.resolve();
    if (informer.size === 4) enough.resolve();
  });
  const running = informer.run(stop.signal);
  await enough.promise;
  stop.abort();
  await running;
  assert.deepEqual(watched.slice(0, 3), ["11", "12", "13"]);
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
    assert.deepEqual(asked, ["/watch", "/version", "/version", "/version"]);
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
  assert.deepEqual(new Set(ports.get("/version")), new Set([before]), "on that very connection");
  assert.notEqual(after, before);
  assert.deepEqual(logger.lines.map(({ keys }) => keys.streams), [1]);
  assert.equal(clock.sleeping, 0);
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
  assert.deepEqual(asked.slice(2, 4), ["/version", "/version"]);
  assert.equal(clock.sleeping, 0);
});

Deno.test("S2: FetchClient keeps streams of a live connection when another request had no answer", async () => {
  const clock = new ManualClock();
  const never = Promise.withResolvers<Response>();
  let tell: (line: string) => void = () => undefined;
  const handle = (request: Request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/other") return never.promise;
    if (pathname === "/version") return Response.json({});
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
