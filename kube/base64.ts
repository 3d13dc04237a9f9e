/**
 * Base64 in kubeconfig files.
 *
 * @module
 */

/** The text that base64 holds. Throws `TypeError` naming the field, not its secret value. */
export function decodeBase64(data: string, field: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.fromBase64(data));
  } catch (cause) {
    throw new TypeError(`Cannot decode the base64 of ${field}: ${data.length} characters`, {
      cause,
    });
  }
}
