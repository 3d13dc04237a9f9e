import { parseAllDocuments } from "yaml";
import { importFile, type Server } from "../../import/import_file.ts";

/** What came of a text: manifests, and the comments. */
interface Imported {
  readonly text: string;
  // deno-lint-ignore no-explicit-any
  readonly pools: readonly any[];
  /** The single NIC of each machine. */
  // deno-lint-ignore no-explicit-any
  readonly nics: readonly any[];
  readonly comments: readonly string[];
}

/** Imports a text, and a file of leases of which none has run out. */
export function imported(
  from: Server,
  text: string,
  { leases, networks = [] }: {
    readonly leases?: string;
    readonly networks?: readonly { readonly cidr?: string; readonly name: string }[];
  } = {},
): Imported {
  const files: Readonly<Record<string, string | undefined>> = { conf: text, leases };
  const read = (path: string) => {
    const found = files[path];
    if (found === undefined) throw new TypeError("There is no such file");
    return found;
  };
  const now = Date.parse("2026-11-30T06:00:00Z");
  const made = importFile({
    ...{ from, path: "conf", namespace: "lab", networks },
    ...(leases !== undefined && { leases: { path: "leases", now } }),
  }, { read, list: () => [] }).text;
  const objects = parseAllDocuments(made).map((one) => one.toJS()).filter((one) => one !== null);
  return {
    text: made,
    pools: objects.filter(({ kind }) => kind === "IPPool").map(({ spec }) => spec.ipv4Config),
    nics: objects.filter(({ kind }) => kind !== "IPPool").map(({ spec }) => spec.networkConfig[0]),
    comments: made.split("\n").filter((line) => line.startsWith("# ")),
  };
}
