/**
 * Inputs that are kept: whatever failed once, and what is worth trying each time.
 *
 * @module
 */

/** Where they lie: `<target>/<what it is>.json`. */
export const CORPUS = new URL("corpus/", import.meta.url);

/** A kept input. */
interface KeptInput {
  /** Name of its file, without the folder. */
  readonly name: string;
  readonly input: unknown;
}

/** The kept inputs of a target, by name. */
export function keptInputs(target: string): readonly KeptInput[] {
  const folder = new URL(`${target}/`, CORPUS);
  const names = Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
  return names.map((name) => ({
    name,
    input: JSON.parse(Deno.readTextFileSync(new URL(name, folder))),
  }));
}
