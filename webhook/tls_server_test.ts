import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert/strict";
import { systemClock } from "../runtime/clock.ts";
import { silentLogger } from "../runtime/memory_logger.ts";
import { type Certificates, renewed } from "./certificates.ts";
import { TlsServer } from "./tls_server.ts";

const names = ["127.0.0.1"];
const now = Date.now();
const first = await renewed(undefined, { names, now });
/** Another certificate of the same CA. */
const second = await renewed({ ...first, certificate: "" }, { names, now });
/** One of another CA. */
const other = await renewed(undefined, { names, now });

const tlsOf = ({ certificate, key }: Certificates) => ({ cert: certificate, key });

function serve(handle: (request: Request) => Response | Promise<Response>): TlsServer {
  return new TlsServer({
    listen: { hostname: "127.0.0.1", port: 0 },
    handle,
    clock: systemClock,
    log: silentLogger,
  });
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

Deno.test("TlsServer answers with the newest certificate", async () => {
  const server = serve(() => new Response("pong"));
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

Deno.test("TlsServer changes its certificate without a dropped request", async () => {
  const server = serve(async (request) => new Response(await request.text()));
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

Deno.test("TlsServer never cuts a connection of an earlier certificate", async () => {
  const server = serve(() => new Response("pong"));
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
      while (!text.endsWith("pong")) {
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

Deno.test("TlsServer lets a running answer end when it closes", async () => {
  const { promise: asked, resolve: isAsked } = Promise.withResolvers<void>();
  const { promise: end, resolve } = Promise.withResolvers<void>();
  const server = serve(async () => {
    isAsked();
    await end;
    return new Response("late");
  });
  server.use(tlsOf(first));
  const answer = ask(server, [first]);
  await asked;
  const closed = server.close();
  resolve();
  strictEqual(await answer, "late");
  await closed;
});

Deno.test("TlsServer refuses a key of another certificate and goes on with what it has", async () => {
  const server = serve(() => new Response("pong"));
  server.use(tlsOf(first));
  throws(() => server.use({ cert: first.certificate, key: other.key }));
  strictEqual(await ask(server, [first]), "pong");
  await server.close();
});

Deno.test("TlsServer names the address where it cannot listen", async () => {
  const server = serve(() => new Response());
  throws(
    () =>
      new TlsServer({
        listen: server.listen,
        handle: () => new Response(),
        clock: systemClock,
        log: silentLogger,
      }),
    new RegExp(`Cannot listen on 127.0.0.1:${server.listen.port}`),
  );
  await server.close();
});
