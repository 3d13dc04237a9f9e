import { createFetchClient } from "../http/fetch_client.ts";
import type { FetchClientOptions } from "../http/fetch_transport.ts";
import { AUTHORITY, SERVER_CERT, SERVER_KEY } from "./certificates.ts";

export const VERSION = { method: "GET", path: "/version", expectJson: true } as const;
export const WATCH = {
  method: "GET",
  path: "/watch",
  expectStream: true,
  expectJson: true,
} as const;

/** An HTTPS server on loopback and a client of it. */
export async function withServer(
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
