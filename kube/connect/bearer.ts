/** What a header can have of a token (RFC 6750 section 2.1 allows less). */
const VISIBLE = /^[\x21-\x7e]+$/;

/**
 * The `Authorization` header of a token. Throws `TypeError` for one that no header can have, which names where it is from and
 * does not say it: `fetch` would quote it.
 */
export function bearer(token: string, from: string): string {
  if (VISIBLE.test(token)) return `Bearer ${token}`;
  const why = token === "" ? "it is empty" : "it has characters that no header can have";
  throw new TypeError(`Cannot use the token of ${from}: ${why}`);
}
