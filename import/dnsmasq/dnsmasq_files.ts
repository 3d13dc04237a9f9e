/**
 * The lines of a `dnsmasq.conf` and of the files that it names.
 *
 * @module
 */
import { includedFile, pathBeside, type SourceFiles, systemText } from "../source/files.ts";
import { ImportError } from "../source/place.ts";
import { type Line, parseDnsmasq, parseValues } from "./parse_dnsmasq.ts";

/** Options that name a file of values, and the option that each value is of. */
const VALUE_FILES: ReadonlyMap<string, string> = new Map([
  ["dhcp-hostsfile", "dhcp-host"],
  ["dhcp-optsfile", "dhcp-option"],
]);

/** All lines, those of other files where they are named. */
export function dnsmasqLines(path: string, files: SourceFiles): readonly Line[] {
  const place = { file: path, line: 1, column: 1 };
  const { text } = includedFile(files, { name: path.replace(/^.*\//, ""), place, depth: 0 });
  return expanded(parseDnsmasq(path, text), { files, depth: 1 });
}

function expanded(
  lines: readonly Line[],
  at: { readonly files: SourceFiles; readonly depth: number },
): readonly Line[] {
  return lines.flatMap((line) => {
    const name = line.parts[0]?.text ?? "";
    const values = VALUE_FILES.get(line.name);
    if (name === "") return [line];
    if (values !== undefined) {
      const { path, text } = includedFile(at.files, { name, place: line.place, depth: at.depth });
      return parseValues(path, { text, name: values });
    }
    if (line.name === "conf-file") return included(name, { line, ...at });
    return line.name === "conf-dir" ? folder(name, { line, ...at }) : [line];
  });
}

function included(
  name: string,
  { line: { place }, files, depth }: {
    readonly line: Line;
    readonly files: SourceFiles;
    readonly depth: number;
  },
): readonly Line[] {
  const { path, text } = includedFile(files, { name, place, depth });
  return expanded(parseDnsmasq(path, text), { files, depth: depth + 1 });
}

/** The files of a folder: those with one of the endings `*.conf`, or without those that are left out. */
function folder(
  name: string,
  at: { readonly line: Line; readonly files: SourceFiles; readonly depth: number },
): readonly Line[] {
  const { place, parts } = at.line;
  const path = pathBeside(place.file, name);
  const endings = parts.slice(1).map(({ text }) => text);
  const wanted = endings.filter((end) => end.startsWith("*")).map((end) => end.slice(1));
  const unwanted = endings.filter((end) => !end.startsWith("*"));
  const ends = (file: string) => (end: string) => file.endsWith(end);
  try {
    return at.files.list(path)
      .filter((file) => !/^[.#]|[~#]$/.test(file) && !unwanted.some(ends(file)))
      .filter((file) => wanted.length === 0 || wanted.some(ends(file)))
      .toSorted()
      .flatMap((file) =>
        included(`${path.replace(/\/?$/, "/")}${file}`, { ...at, line: absolute(at.line) })
      );
  } catch (error) {
    if (error instanceof ImportError) throw error;
    throw new ImportError(place, `The folder ${path} is wanted: ${systemText(error)}`);
  }
}

/** The line as if it stood where names are relative to nothing. */
function absolute(line: Line): Line {
  return { ...line, place: { ...line.place, file: "" } };
}
