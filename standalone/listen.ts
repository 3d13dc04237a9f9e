/**
 * Where the standalone server may be reached, and who may ask it: it knows no users, so this machine only.
 *
 * @module
 */
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
    throw new RangeError("A loopback address is wanted, since the API asks nobody who he is");
  }
  return { hostname: hostname.endsWith("localhost") ? "127.0.0.1" : hostname, port };
}

/** Whether a host name means this machine only: `localhost`, 127.0.0.0/8 or ::1. Source: RFC 6761 section 6.3. */
export function isLoopbackName(hostname: string): boolean {
  const name = hostname.toLowerCase();
  if (name === "localhost" || name.endsWith(".localhost") || name === "::1") return true;
  const octets = /^127\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(name);
  return octets !== null && octets.slice(1).every((octet) => Number(octet) <= 255);
}

/**
 * Why a request must not be answered, or `undefined`. A web page that a browser of this machine shows could ask by a
 * name that it lets point to 127.0.0.1 (DNS rebinding: its `Host` gives it away), or straight away (its `Origin` does).
 */
export function strangerReason(headers: Headers): string | undefined {
  const host = headers.get("host");
  if (host === null) return "the request has no Host";
  const name = URL.parse(`http://${host}`)?.hostname.replace(/^\[|\]$/g, "");
  if (name === undefined || !isLoopbackName(name)) {
    return `Host is not this machine's loopback: ${host}`;
  }
  const origin = headers.get("origin");
  if (origin !== null && origin !== `http://${host}`) return `Origin is another site: ${origin}`;
  return undefined;
}
