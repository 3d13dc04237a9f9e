/**
 * Kinds of settings that a program declares; {@linkcode parseFlags} reads them from flags and environment.
 *
 * @module
 */

/** One declared setting whose value is a `T`. */
export interface Setting<T> {
  readonly help: string;
  /** Environment variable that stands in for the flag. */
  readonly env?: string;
  /** There is no flag, only the environment variable. */
  readonly envOnly?: boolean;
  /** Stands for the value in the help, such as `HOST:PORT`. */
  readonly placeholder: string;
  readonly kind: "switch" | "one" | "many";
  /** Reads one value; throws an error that says why not. */
  readonly parse: (text: string) => unknown;
  /** Makes the setting's value of what was read; nothing was given where it is empty. */
  readonly combine: (values: readonly unknown[]) => T;
  /** For the help. */
  readonly defaultText?: string;
}

/** What all kinds of settings have in common. */
interface SettingOptions {
  readonly help: string;
  readonly env?: string;
  readonly envOnly?: boolean;
  readonly placeholder?: string;
}

/** A switch: `--debug`, `--debug=false`, or `true`, `false`, `1`, `0` in the environment. */
export function toggle(options: Omit<SettingOptions, "placeholder">): Setting<boolean> {
  return {
    ...options,
    placeholder: "",
    kind: "switch",
    parse: parseBoolean,
    combine: (values) => values.at(-1) === true,
  };
}

/** One value, or `undefined` where none is given. The last one counts. */
export function value<T>(
  options: SettingOptions & { readonly parse: (text: string) => T },
): Setting<T | undefined> {
  return {
    placeholder: "VALUE",
    ...options,
    kind: "one",
    combine: (values) => values.at(-1) as T | undefined,
  };
}

/** One value, or the default. */
export function valueOr<T>(
  fallback: T,
  options: SettingOptions & { readonly parse: (text: string) => T; readonly defaultText?: string },
): Setting<T> {
  return {
    placeholder: "VALUE",
    defaultText: String(fallback),
    ...options,
    kind: "one",
    combine: (values) => values.length === 0 ? fallback : values.at(-1) as T,
  };
}

/** Any number of values, in their order; in the environment separated by commas. */
export function values<T>(
  options: SettingOptions & { readonly parse: (text: string) => T },
): Setting<readonly T[]> {
  return {
    placeholder: "VALUE",
    ...options,
    kind: "many",
    combine: (found) => found as readonly T[],
  };
}

/** Any text that is not empty. */
export function nonEmpty(text: string): string {
  if (text === "") throw new TypeError("A value is missing");
  return text;
}

/** A whole number within these bounds, decimal digits only. */
export function integer(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!/^-?\d{1,15}$/.test(text) || number < min || number > max) {
      throw new RangeError(`A whole number from ${min} to ${max} is wanted`);
    }
    return number;
  };
}

/** One of these words. */
export function oneOf<T extends string>(...words: readonly T[]): (text: string) => T {
  return (text) => {
    const found = words.find((word) => word === text);
    if (found === undefined) throw new TypeError(`One of ${words.join(", ")} is wanted`);
    return found;
  };
}

function parseBoolean(text: string): boolean {
  switch (text.toLowerCase()) {
    case "":
    case "true":
    case "1":
      return true;
    case "false":
    case "0":
      return false;
    default:
      throw new TypeError("true or false is wanted");
  }
}
