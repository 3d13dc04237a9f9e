/**
 * What an ill-willed client of an HTTP server does: `deno run --allow-net http_load.ts half|busy HOST PORT COUNT`. It runs until its
 * standard input ends, and writes a line when all connections were made.
 *
 * @module
 */
const [kind = "", hostname = "", port = "", count = ""] = Deno.args;
const REQUEST = "GET /metrics HTTP/1.1\r\nHost: agent\r\n";
const text = new TextEncoder().encode(kind === "half" ? REQUEST : `${REQUEST}\r\n`);

/** Asks over one connection after the other, without a pause. */
async function busy(): Promise<never> {
  const buffer = new Uint8Array(65_536);
  for (;;) {
    try {
      using connection = await Deno.connect({ hostname, port: Number(port) });
      for (;;) {
        await connection.write(text);
        if (await connection.read(buffer) === null) break;
      }
    } catch {
      // It was sent away.
    }
  }
}

const held: Deno.TcpConn[] = [];
for (let at = 0; at < Number(count); at++) {
  if (kind === "busy") {
    void busy();
    continue;
  }
  const connection = await Deno.connect({ hostname, port: Number(port) });
  await connection.write(text).catch(() => undefined);
  held.push(connection);
}
Deno.stdout.writeSync(new TextEncoder().encode("loaded\n"));
await Deno.stdin.read(new Uint8Array(1));
Deno.exit(0);
