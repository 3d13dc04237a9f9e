/**
 * Forms of single texts that clients are told.
 *
 * @module
 */

/** An option that is not split has so many octets at most. */
const MAX_TEXT = 255;

/** What is wrong with a text that is sent as it is: a file's name, a class. */
export function asciiProblem(text: string): string | undefined {
  const isPlain = text.length <= MAX_TEXT && /^[\x20-\x7e]+$/.test(text);
  return isPlain ? undefined : `must be 1 to ${MAX_TEXT} printable ASCII characters`;
}

/** Scheme, colon, and characters of a URI only, with whole escapes (RFC 3986). */
const URI = /^[a-z][a-z\d+.-]*:(?:[\w.~:/?#[\]@!$&'()*+,;=-]|%[\da-f]{2})+$/i;

/** What is wrong with a URI. */
export function uriProblem(text: string): string | undefined {
  if (text.length > MAX_TEXT) return `must have at most ${MAX_TEXT} characters`;
  return URI.test(text) ? undefined : "must be a URI such as https://portal.example.com/api";
}

/** What is wrong with a URL that is fetched by HTTP. */
export function httpUrlProblem(text: string): string | undefined {
  if (text.length > MAX_TEXT) return `must have at most ${MAX_TEXT} characters`;
  return URI.test(text) && /^https?:\/\/[^/?#]/i.test(text)
    ? undefined
    : "must be a URL such as http://proxy.example.com/wpad.dat";
}

const ZONE = "(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)";
/** Up to 24:00:00. */
const TIME = "(?:(?:\\d|[01]\\d|2[0-3])(?::[0-5]\\d){0,2}|24(?::00){0,2})";
const OFFSET = `[+-]?${TIME}`;
/** Hours from -167 to 167, as RFC 8536 section 3.3.1 allows them. */
const RULE_TIME = "[+-]?(?:(?:\\d{1,2}|1[0-5]\\d|16[0-6])(?::[0-5]\\d){0,2}|167(?::00){0,2})";
/** 100 to 365. */
const LATE = "[12]\\d\\d|3[0-5]\\d|36[0-5]";
/** J1 to J365, 0 to 365, or a weekday of a month. */
const DAY = `(?:J(?:0{0,2}[1-9]|0?[1-9]\\d|${LATE})|0?\\d{1,2}|${LATE}` +
  "|M(?:[1-9]|1[0-2])\\.[1-5]\\.[0-6])";
const RULE = `,${DAY}(?:/${RULE_TIME})?`;
const POSIX_TZ = new RegExp(`^${ZONE}${OFFSET}(?:${ZONE}(?:${OFFSET})?(?:${RULE}${RULE})?)?$`);

/** What is wrong with a time zone as POSIX writes it (POSIX.1 section 8.3, `TZ`). */
export function posixZoneProblem(text: string): string | undefined {
  return text.length <= MAX_TEXT && POSIX_TZ.test(text)
    ? undefined
    : "must be a POSIX time zone such as CET-1CEST,M3.5.0,M10.5.0/3";
}

/** What is wrong with the name of a time zone in the TZ database; whether there is such a one the client knows. */
export function tzdbProblem(text: string): string | undefined {
  return text.length <= MAX_TEXT && /^[A-Za-z][\w+-]*(?:\/[A-Za-z][\w+-]*)*$/.test(text)
    ? undefined
    : "must be the name of a time zone such as Europe/Zurich";
}
