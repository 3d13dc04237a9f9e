import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert/strict";
import { systemClock } from "../../runtime/clock.ts";
import {
  type BoundedServer,
  serveBounded,
  type ServerBounds,
  type TlsPair,
} from "../../runtime/http/bounded_server.ts";
import { type Certificates, renewed } from "./certificates.ts";

const names = ["127.0.0.1"];
const now = Date.now();
const first = await renewed(undefined, { names, now });
/** Another certificate of the same CA. */
const second = await renewed({ ...first, certificate: "" }, { names, now });
/** One of another CA. */
const other = await renewed(undefined, { names, now });

const tlsOf = ({ certificate, key }: Certificates) => ({ cert: certificate, key });

/** The webhook's server, with a handler of the test's. */
class TlsServer {
  readonly listen: BoundedServer["listen"];
  readonly use: (tls: TlsPair) => void;
  readonly close: () => Promise<void>;

  constructor(server: BoundedServer, stop: AbortController) {
    this.listen = server.listen;
    this.use = (tls) => server.useCertificate(tls);
    this.close = () => {
      stop.abort();
      return server.done;
    };
  }
}

async function serve(
  handle: (request: Request) => Response | Promise<Response>,
  bounds: Partial<ServerBounds> = {},
): Promise<TlsServer> {
  const stop = new AbortController();
  const listen = { hostname: "127.0.0.1", port: 0 };
  const server = await serveBounded({ listen, handle, tls: "later", bounds }, stop.signal);
  return new TlsServer(server, stop);
}

/** One request on a connection of its own. */
async function ask(server: TlsServer, trusted: readonly Certificates[]): Promise<string> {
  using client = Deno.createHttpClient({ caCerts: trusted.map(({ caBundle }) => caBundle) });
  return await askWith(client, server);
}

async function askWith(client: Deno.HttpClient, { listen }: TlsServer): Promise<string> {
  const init: RequestInit & { readonly client: Deno.HttpClient } = {
    client,
    method: "POST",
    body: "ping",
  };
  return await (await fetch(`https://127.0.0.1:${listen.port}/`, init)).text();
}

Deno.test("The TLS server answers with the newest certificate", async () => {
  const server = await serve(() => new Response("pong"));
  try {
    server.use(tlsOf(first));
    strictEqual(await ask(server, [first]), "pong");
    await rejects(ask(server, [other]));
    server.use(tlsOf(other));
    strictEqual(await ask(server, [other]), "pong");
    await rejects(ask(server, [first]));
  } finally {
    await server.close();
  }
});

Deno.test("The TLS server changes its certificate without a dropped request", async () => {
  const server = await serve(async (request) => new Response(await request.text()));
  server.use(tlsOf(first));
  let stopped = false;
  const answers = new Map<string, number>();
  const count = (answer: string) => answers.set(answer, (answers.get(answer) ?? 0) + 1);
  const load = async (askOnce: () => Promise<string>) => {
    while (!stopped) count(await askOnce().catch(String));
  };
  // Three that keep their connection, three that make a new one for each request.
  using kept = Deno.createHttpClient({ caCerts: [first.caBundle] });
  const workers = [
    ...[1, 2, 3].map(() => load(() => askWith(kept, server))),
    ...[1, 2, 3].map(() => load(() => ask(server, [first]))),
  ];
  const pongs = () => answers.get("ping") ?? 0;
  for (let change = 1; change <= 20; change++) {
    const before = pongs();
    server.use(tlsOf(change % 2 === 0 ? first : second));
    // Every certificate is under load for a while.
    while (pongs() < before + 20 && answers.size < 2) await systemClock.sleep(1);
  }
  stopped = true;
  await Promise.all(workers);
  deepStrictEqual([...answers.keys()], ["ping"]);
  strictEqual(pongs() >= 400, true, `${pongs()} requests`);
  await server.close();
});

Deno.test("The TLS server never cuts a connection of an earlier certificate", async () => {
  const server = await serve(() => new Response("pong"));
  server.use(tlsOf(first));
  const { hostname, port } = server.listen;
  {
    using connection = await Deno.connectTls({
      hostname,
      port,
      caCerts: [first.caBundle],
      alpnProtocols: ["http/1.1"],
    });
    const askOnce = async () => {
      await connection.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: webhook\r\n\r\n"));
      const decoder = new TextDecoder();
      const buffer = new Uint8Array(1024);
      let text = "";
      while (!/pong(\r\n0\r\n\r\n)?$/.test(text)) {
        const length = await connection.read(buffer);
        if (length === null) return "cut";
        text += decoder.decode(buffer.subarray(0, length));
      }
      return text.split("\r\n")[0];
    };
    strictEqual(await askOnce(), "HTTP/1.1 200 OK");
    server.use(tlsOf(second));
    server.use(tlsOf(other));
    strictEqual(await ask(server, [other]), "pong");
    strictEqual(await askOnce(), "HTTP/1.1 200 OK");
  }
  await server.close();
});

Deno.test("The TLS server lets a running answer end when it closes", async () => {
  const { promise: asked, resolve: isAsked } = Promise.withResolvers<void>();
  const { promise: end, resolve } = Promise.withResolvers<void>();
  const server = await serve(async () => {
    isAsked();
    await end;
    return new Response("late");
  });
  server.use(tlsOf(first));
  const answer = ask(server, [first]);
  await asked;
  let isClosed = false;
  const closed = server.close().then(() => isClosed = true);
  // Neither with the next tick nor a moment later.
  await systemClock.sleep(20);
  strictEqual(isClosed, false);
  resolve();
  strictEqual(await answer, "late");
  await closed;
});

Deno.test("The TLS server refuses a key of another certificate and goes on with what it has", async () => {
  const server = await serve(() => new Response("pong"));
  server.use(tlsOf(first));
  throws(() => server.use({ cert: first.certificate, key: other.key }));
  strictEqual(await ask(server, [first]), "pong");
  await server.close();
});

Deno.test("T13: before the first certificate no handshake succeeds, and after it one does", async () => {
  const server = await serve(() => new Response("pong"));
  await rejects(ask(server, [first]));
  server.use(tlsOf(first));
  strictEqual(await ask(server, [first]), "pong");
  await server.close();
});

const HALVES: Readonly<Record<string, string | undefined>> = {
  "no handshake": undefined,
  "nothing after the handshake": "",
  "half a head": "POST /validate HTTP/1.1\r\nHost: webhook\r\n",
  "half a body": "POST /validate HTTP/1.1\r\nHost: webhook\r\nContent-Length: 100\r\n\r\nabc",
};

for (const [what, text] of Object.entries(HALVES)) {
  Deno.test(`T13: a TLS connection with ${what} is ended in time`, async () => {
    const bounds = { headMs: 300, requestMs: 300, idleMs: 300 };
    const server = await serve(async (request) => new Response(await request.text()), bounds);
    server.use(tlsOf(first));
    const { hostname, port } = server.listen;
    const begun = performance.now();
    using connection = text === undefined
      ? await Deno.connect({ hostname, port })
      : await Deno.connectTls({ hostname, port, caCerts: [first.caBundle] });
    if (text !== undefined) await connection.write(new TextEncoder().encode(text));
    const buffer = new Uint8Array(1024);
    while (await connection.read(buffer).catch(() => null) !== null);
    ok(performance.now() - begun < 5_000);
    strictEqual(await ask(server, [first]), "ping");
    await server.close();
  });
}

Deno.test("T13: 300 connections without a handshake do not keep a request from its answer", async () => {
  const server = await serve(() => new Response("pong"), { connections: 32 });
  server.use(tlsOf(first));
  const { hostname, port } = server.listen;
  const silent: Deno.Conn[] = [];
  for (let at = 0; at < 300; at++) silent.push(await Deno.connect({ hostname, port }));
  strictEqual(await ask(server, [first]), "pong");
  for (const connection of silent) connection.close();
  await server.close();
});
