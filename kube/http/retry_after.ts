/**
 * When to ask again after a server said that it has too much to do.
 *
 * @module
 */
import type { Random } from "../../runtime/clock.ts";

const MAX_RETRIES = 5;
const MAX_WAIT_MS = 30_000;
const DEFAULT_WAIT_MS = 1_000;

/**
 * Milliseconds to wait before the request is repeated, with up to a quarter more by chance; `undefined` when the
 * answer is no such wish (429, or 503 with `Retry-After`) or it was repeated 5 times.
 *
 * Source: RFC 9110 section 10.2.3, RFC 6585 section 4.
 */
export function retryDelay(
  response: Response,
  options: { readonly attempt: number; readonly now: number; readonly random: Random },
): number | undefined {
  const header = response.headers.get("retry-after");
  const asked = response.status === 429 || (response.status === 503 && header !== null);
  if (!asked || options.attempt >= MAX_RETRIES) return undefined;
  const wait = header === null ? DEFAULT_WAIT_MS : parseRetryAfter(header, options.now);
  return Math.min(wait, MAX_WAIT_MS) * (1 + options.random() / 4);
}

function parseRetryAfter(header: string, now: number): number {
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? DEFAULT_WAIT_MS : Math.max(0, date - now);
}
