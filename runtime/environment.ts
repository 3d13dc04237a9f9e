/**
 * What a program reads of its environment.
 *
 * @module
 */

/**
 * The variables of these names, as `read` finds them. One that the program has no leave to read counts as unset: a new image
 * may run under the flags of a Deployment that is older than the variable.
 */
export function environmentOf(
  names: readonly string[],
  read: (name: string) => string | undefined,
): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(names.map((name) => [name, unlessDenied(() => read(name))]));
}

function unlessDenied(read: () => string | undefined): string | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
}
