/**
 * Where the standalone server may be reached, and who may ask it: it knows no users, so this machine only.
 *
 * @module
 */

/** An address to listen on. */
export interface ListenAddress {
  /** A loopback address, without brackets. */
  readonly hostname: string;
  /** 0: any free one. */
  readonly port: number;
}

/**
 * Reads `HOST:PORT`, `[IPv6]:PORT`, `HOST` or `:PORT`. Throws `RangeError` for what is none, and for every address that
 * is not the machine's loopback: whoever reaches the API may change everything in it.
 */
export function parseListenAddress(text: string): ListenAddress {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]*))(?::(\d{1,5}))?$/.exec(text);
  const port = match?.[3] === undefined ? DEFAULT_PORT : Number(match[3]);
  if (match === null || text === "" || port > 65_535) {
    throw new RangeError(
      `Cannot read the address to listen on: HOST:PORT wanted: ${JSON.stringify(text)}`,
    );
  }
  const hostname = match[1] ?? (match[2] || "127.0.0.1");
  if (!isLoopbackName(hostname)) {
    throw new RangeError(
      `Cannot listen on an address other than loopback, since the API asks nobody who he is: ${
        JSON.stringify(text)
      }`,
    );
  }
  return { hostname: hostname === "localhost" ? "127.0.0.1" : hostname, port };
}

const DEFAULT_PORT = 8001;

/** What is listened on unless something else is asked for. */
export const DEFAULT_LISTEN: ListenAddress = { hostname: "127.0.0.1", port: DEFAULT_PORT };

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
  const name = hostnameOf(`http://${host}`);
  if (name === undefined || !isLoopbackName(name)) {
    return `Host is not this machine's loopback: ${host}`;
  }
  const origin = headers.get("origin");
  if (origin !== null && origin !== `http://${host}`) return `Origin is another site: ${origin}`;
  return undefined;
}

function hostnameOf(url: string): string | undefined {
  const { hostname } = URL.parse(url) ?? {};
  return hostname?.replace(/^\[|\]$/g, "");
}
