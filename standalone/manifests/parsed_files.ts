/**
 * Remembers what files were read into, so that a file that did not change is not read again.
 *
 * @module
 */
import { parseManifestFile } from "./parse_manifests.ts";
import type { ManifestFile, Manifests } from "./types.ts";

/** What the files of one directory were read into last. */
export class ParsedFiles {
  #known = new Map<string, { readonly text: string; readonly parsed: Manifests }>();
  #next = new Map<string, { readonly text: string; readonly parsed: Manifests }>();

  /** Begins a pass: what was not asked for in the one before is forgotten. */
  begin(): void {
    this.#known = this.#next;
    this.#next = new Map();
  }

  /** What a file holds. */
  parse(file: ManifestFile): Manifests {
    const known = this.#known.get(file.path);
    const entry = known?.text === file.text
      ? known
      : { text: file.text, parsed: parseManifestFile(file) };
    this.#next.set(file.path, entry);
    return entry.parsed;
  }
}
