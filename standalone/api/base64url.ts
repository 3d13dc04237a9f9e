/**
 * Text as base64 for URLs.
 *
 * @module
 */

/** UTF-8 text as base64url without padding. */
export function encodeBase64Url(text: string): string {
  return new TextEncoder().encode(text).toBase64({ alphabet: "base64url", omitPadding: true });
}

/** The inverse of {@linkcode encodeBase64Url}. Throws `SyntaxError` for other text. */
export function decodeBase64Url(text: string): string {
  return new TextDecoder().decode(Uint8Array.fromBase64(text, { alphabet: "base64url" }));
}
