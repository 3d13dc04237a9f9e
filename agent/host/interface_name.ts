/**
 * Names of network interfaces.
 *
 * @module
 */

/** Longest name of an interface that Linux takes: IFNAMSIZ less its closing zero. */
const MAX_BYTES = 15;

/**
 * What is wrong with a text as the name of an interface, or `undefined` where nothing is.
 * Source: Linux, `dev_valid_name`.
 */
export function interfaceNameProblem(name: string): string | undefined {
  if (name === "") return "must not be empty";
  if (new TextEncoder().encode(name).length > MAX_BYTES) {
    return `must be at most ${MAX_BYTES} bytes long`;
  }
  if (name === "." || name === ".." || /[/:\s]/.test(name)) {
    return "must not have a slash, a colon or a space";
  }
  return undefined;
}
