/**
 * Where the standalone server may be reached, and by whom: it knows no users, so from this machine only.
 *
 * @module
 */
import { isLoopbackName } from "../runtime/http/same_machine.ts";
import { type Listen, parseListen } from "../runtime/ops_server.ts";

/** What is listened on unless something else is asked for. */
export const DEFAULT_LISTEN = "127.0.0.1:8001";

/**
 * Reads `HOST:PORT` or `[IPv6]:PORT`. Throws for what is none, and for every address that is not the machine's loopback:
 * whoever reaches the API may change everything in it.
 */
export function parseLoopback(text: string): Listen {
  const { hostname, port } = parseListen(text);
  if (!isLoopbackName(hostname)) {
    throw new RangeError(
      "A loopback address is wanted: the API has no users, whoever reaches it may change everything",
    );
  }
  return { hostname: hostname.endsWith("localhost") ? "127.0.0.1" : hostname, port };
}
