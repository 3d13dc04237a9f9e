/**
 * Reads a program's settings from its flags, and from the environment where no flag is given.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { errorText } from "../core/error_text.ts";
import { nearest } from "../core/nearest.ts";
import type { Setting } from "./settings.ts";
import { versionText } from "./version.ts";

/** Settings by flag name without the dashes, such as `no-leader-election`. */
type Settings = Readonly<Record<string, Setting<unknown>>>;

/** `no-leader-election` -> `noLeaderElection`. */
type CamelCase<Name extends string> = Name extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name;

/** The values of settings, by their names in camel case. */
type SettingValues<S extends Settings> = {
  readonly [Name in keyof S & string as CamelCase<Name>]: S[Name] extends Setting<infer T> ? T
    : never;
};

/** What a program is called, what it does, and what it can be told. */
export interface Program<S extends Settings> {
  /** How it is called, such as `deno task controller`. */
  readonly usage: string;
  /** One or more sentences. */
  readonly about: string;
  /** Stands for what is no flag in the help, such as `FILE`; without it, there is no such thing. */
  readonly operand?: string;
  readonly settings: S;
}

/** What the program was given. */
export interface Given {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What came of it: the values, or the text that `--help` or `--version` asks for. */
export type Flags<S extends Settings> =
  | { readonly help: string; readonly values?: never; readonly operands?: never }
  | {
    readonly values: SettingValues<S>;
    /** What was given that is no flag, in its order. */
    readonly operands: readonly string[];
    readonly help?: never;
  };

/** Flags or environment that the program cannot use; `problems` has one sentence each. */
export class FlagError extends Error {
  override readonly name = "FlagError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("; "));
    this.problems = problems;
  }
}

interface Found {
  readonly text: string;
  /** `--name` or `NAME`. */
  readonly source: string;
}

/**
 * Reads the settings. A flag wins over the environment, and an empty environment variable counts as unset. Throws
 * {@linkcode FlagError} with every problem at once: unknown flags (with the nearest known one), missing and bad values,
 * each with its flag or variable and its value.
 */
export function parseFlags<S extends Settings>(program: Program<S>, given: Given): Flags<S> {
  const problems: string[] = [];
  const { settings } = program;
  const { asked, found, operands } = readArgs(settings, given.args, problems);
  if (asked === "help") return { help: helpText(program) };
  if (asked === "version") return { help: versionText() };
  if (program.operand === undefined) {
    for (const operand of operands) {
      problems.push(`Cannot use an argument that is no flag: ${JSON.stringify(operand)}`);
    }
  }
  const result: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(settings)) {
    const texts = found.get(name) ?? readEnv(setting, given.env);
    const read: unknown[] = [];
    for (const { text, source } of texts) {
      try {
        read.push(setting.parse(text));
      } catch (error) {
        problems.push(`Cannot use ${source} ${JSON.stringify(text)}: ${errorText(error)}`);
      }
    }
    result[camelCase(name)] = setting.combine(read);
  }
  if (problems.length > 0) throw new FlagError(problems);
  return { values: result as SettingValues<S>, operands };
}

/** Names of the environment variables that stand in for settings: what a program needs leave to read. */
export function variablesOf(settings: Settings): readonly string[] {
  return Object.values(settings).flatMap(({ env }) => env === undefined ? [] : [env]);
}

function readArgs(
  settings: Settings,
  args: readonly string[],
  problems: string[],
): {
  readonly asked?: "help" | "version";
  readonly found: ReadonlyMap<string, Found[]>;
  readonly operands: readonly string[];
} {
  const flags = Object.entries(settings).filter(([, setting]) => setting.envOnly !== true);
  const known = new Map(flags);
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      flags.map(([name, { kind }]) => [name, { type: kind === "switch" ? "boolean" : "string" }]),
    ),
    strict: false,
    tokens: true,
  });
  const found = new Map<string, Found[]>();
  const operands: string[] = [];
  let asked: "help" | "version" | undefined;
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") {
      operands.push(token.value);
      continue;
    }
    if (token.name === "help" || token.rawName === "-h") {
      asked = "help";
      continue;
    }
    if (token.rawName === "--version") {
      asked ??= "version";
      continue;
    }
    const setting = known.get(token.name);
    if (setting === undefined || !token.rawName.startsWith("--")) {
      problems.push(unknownFlag(token.rawName, known.keys()));
      continue;
    }
    // A value that looks like a flag is most likely the next flag.
    const missing = token.value === undefined ||
      (!token.inlineValue && token.value.startsWith("-"));
    if (setting.kind !== "switch" && missing) {
      problems.push(
        `Cannot use ${token.rawName} without a value: ${setting.placeholder} is wanted`,
      );
      continue;
    }
    const entry = { text: token.value ?? "", source: token.rawName };
    found.set(token.name, [...(found.get(token.name) ?? []), entry]);
  }
  return { found, operands, ...(asked && { asked }) };
}

function unknownFlag(rawName: string, known: Iterable<string>): string {
  const meant = nearest(rawName.replace(/^-+/, ""), known);
  return `Unknown flag ${rawName}: ${
    meant === undefined ? "see --help" : `did you mean --${meant}?`
  }`;
}

function readEnv(setting: Setting<unknown>, env: Given["env"]): Found[] {
  const text = setting.env === undefined ? undefined : env[setting.env];
  if (setting.env === undefined || text === undefined || text === "") return [];
  const source = setting.env;
  if (setting.kind !== "many") return [{ text, source }];
  return text.split(",").map((part) => ({ text: part.trim(), source }));
}

function camelCase(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** The text for `--help`. */
function helpText<S extends Settings>(program: Program<S>): string {
  const rows = Object.entries(program.settings).map(([name, setting]) => {
    const { env, envOnly, help, kind, placeholder, defaultText } = setting;
    const left = envOnly === true
      ? env ?? ""
      : `--${name}${kind === "switch" ? "" : ` ${placeholder}`}`;
    const notes = [
      ...(kind === "many" ? ["may be repeated"] : []),
      ...(env !== undefined && envOnly !== true ? [`environment ${env}`] : []),
      ...(defaultText === undefined ? [] : [`default ${defaultText}`]),
    ];
    return {
      left,
      envOnly: envOnly === true,
      right: notes.length === 0 ? help : `${help} (${notes.join("; ")})`,
    };
  });
  const flags = [...rows.filter((row) => !row.envOnly), {
    left: "--version",
    right: "Show which vm-dhcp this is",
  }, {
    left: "--help",
    right: "Show this",
  }];
  const width = Math.max(...rows.map((row) => row.left.length), "--version".length);
  const table = (lines: readonly { readonly left: string; readonly right: string }[]) =>
    lines.map(({ left, right }) => `  ${left.padEnd(width)}  ${right}\n`).join("");
  const variables = rows.filter((row) => row.envOnly);
  const operand = program.operand === undefined ? "" : ` ${program.operand}`;
  return `Usage: ${program.usage}${operand} [flags]\n\n${program.about}\n\nFlags:\n${
    table(flags)
  }` +
    (variables.length === 0 ? "" : `\nEnvironment:\n${table(variables)}`);
}
