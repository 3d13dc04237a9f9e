/**
 * Who asks from this machine itself, and is no web page that its browser shows.
 *
 * @module
 */

/** Whether a connection's other end, as `node:net` says it, is on this machine. Source: RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.3. */
export function isLoopbackAddress(address: string): boolean {
  return address === "::1" || /^(::ffff:)?127\.\d+\.\d+\.\d+$/.test(address);
}

/** Whether a host name means this machine only: `localhost`, 127.0.0.0/8 or ::1. Source: RFC 6761 section 6.3. */
export function isLoopbackName(hostname: string): boolean {
  const name = hostname.toLowerCase();
  if (name === "localhost" || name.endsWith(".localhost") || name === "::1") return true;
  const octets = /^127\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(name);
  return octets !== null && octets.slice(1).every((octet) => Number(octet) <= 255);
}

/** What a page of another site may send without being asked first. Source: Fetch, "CORS-safelisted request-header". */
const TYPES_OF_FORMS: ReadonlySet<string> = new Set([
  "text/plain",
  "multipart/form-data",
  "application/x-www-form-urlencoded",
]);
/** A browser says from where a page asks; what is typed into it comes from nowhere. */
const OWN_SITES: ReadonlySet<string> = new Set(["same-origin", "none"]);

/**
 * Why a request must not be answered, or `undefined`. A web page that a browser of this machine shows could ask by a
 * name that it lets point to 127.0.0.1 (DNS rebinding: its `Host` gives it away), or straight away (its `Origin` or
 * `Sec-Fetch-Site` does; where a browser sends neither, the type of a body that pages may send to other sites).
 */
export function strangerReason({ method, headers }: Request): string | undefined {
  const host = headers.get("host");
  if (host === null) return "the request names no host";
  const name = URL.parse(`http://${host}`)?.hostname.replace(/^\[|\]$/g, "");
  if (name === undefined || !isLoopbackName(name)) {
    return `the request is for another host: ${host}`;
  }
  const origin = headers.get("origin");
  if (origin !== null && origin !== `http://${host}`) {
    return `the request comes from a page of another site: ${origin}`;
  }
  const site = headers.get("sec-fetch-site");
  if (site !== null && !OWN_SITES.has(site)) {
    return `the request comes from a page of another site: Sec-Fetch-Site: ${site}`;
  }
  const type = headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (method !== "GET" && method !== "HEAD" && type !== undefined && TYPES_OF_FORMS.has(type)) {
    return `any page could send a body of this type: ${type}`;
  }
  return undefined;
}
