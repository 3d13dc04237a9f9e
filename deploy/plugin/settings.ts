/**
 * What `deno task plugin` can be told.
 *
 * @module
 */
import { type Flags, type Given, parseFlags, type Program } from "../../runtime/flags.ts";
import { nonEmpty, value } from "../../runtime/settings.ts";

const SETTINGS = {
  to: value({
    placeholder: "DIR",
    help: "Where it is put; it must be on the PATH (default: ~/.local/bin)",
    parse: nonEmpty,
  }),
  home: value({ env: "HOME", envOnly: true, help: "Base of the default", parse: nonEmpty }),
  path: value({ env: "PATH", envOnly: true, help: "Where kubectl looks", parse: nonEmpty }),
};

const PROGRAM: Program<typeof SETTINGS> = {
  usage: "deno task plugin",
  about:
    "Installs kubectl vmdhcp: one file of sh, and a link to it by which kubectl completes its words.",
  settings: SETTINGS,
};

/** Reads what was typed. Throws `FlagError`. */
export function readSettings(given: Given): Flags<typeof SETTINGS> {
  return parseFlags(PROGRAM, given);
}
