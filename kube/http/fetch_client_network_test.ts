import assert from "node:assert/strict";
import https from "node:https";
import { connect } from "../connect/connect.ts";
import { createKubeClient } from "../objects/client.ts";
import { createFetchClient } from "./fetch_client.ts";
import { createInformer } from "../watch/informer.ts";
import {
  AUTHORITY,
  CLIENT_CERT,
  CLIENT_KEY,
  SERVER_CERT,
  SERVER_KEY,
} from "../testing/certificates.ts";
import { CONFIG_MAPS, type ConfigMap } from "../testing/config_map.ts";
import { VERSION, WATCH, withServer } from "../testing/https_server.ts";

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

Deno.test("FetchClient trusts other authorities once its credentials say so", async () => {
  let caCertificates: readonly string[] = [];
  const ports: number[] = [];
  const handle = (_: Request, { remoteAddr }: Deno.ServeHandlerInfo<Deno.NetAddr>) => {
    ports.push(remoteAddr.port);
    return Response.json({});
  };
  await withServer(handle, async ({ client }) => {
    const rest = client({ credentials: () => Promise.resolve({ caCertificates }) });
    await assert.rejects(rest.performRequest(VERSION), /UnknownIssuer/);
    caCertificates = [AUTHORITY];
    await rest.performRequest(VERSION);
    caCertificates = [AUTHORITY];
    await rest.performRequest(VERSION);
    caCertificates = [];
    await assert.rejects(rest.performRequest(VERSION), /UnknownIssuer/);
  });
  assert.equal(new Set(ports).size, 1);
  assert.equal(ports.length, 2);
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
