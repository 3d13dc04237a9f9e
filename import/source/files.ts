/**
 * The files of an import, which may name others.
 *
 * @module
 */
import { errorText } from "../../core/error_text.ts";
import { ImportError, type Place } from "./place.ts";

/** The door to files. */
export interface SourceFiles {
  /** The text of a file; throws where it cannot be read. */
  read(path: string): string;
  /** The names in a folder; throws where it cannot be read. */
  list(path: string): readonly string[];
}

/** Files that name each other deeper than this name themselves. */
const MAX_INCLUDES = 16;

/** The text of a file that another one names, and its path; relative to the one that names it. */
export function includedFile(
  files: SourceFiles,
  { name, place, depth }: { readonly name: string; readonly place: Place; readonly depth: number },
): { readonly path: string; readonly text: string } {
  if (depth >= MAX_INCLUDES) {
    throw new ImportError(place, `Less deep inclusions are wanted: ${name}`);
  }
  const path = pathBeside(place.file, name);
  try {
    return { path, text: files.read(path) };
  } catch (error) {
    throw path === place.file
      ? new ImportError(place, `The file cannot be read: ${systemText(error)}`, true)
      : new ImportError(place, `The file ${path} is wanted: ${systemText(error)}`);
  }
}

/** What the system says, without its number and the name of the call. */
export function systemText(error: unknown): string {
  return errorText(error).replace(/ \(os error \d+\).*$/s, "");
}

/** A path that a file names: absolute, or beside it. */
export function pathBeside(file: string, name: string): string {
  return name.startsWith("/") ? name : file.replace(/[^/]*$/, "") + name;
}
