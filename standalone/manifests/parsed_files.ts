/**
 * Remembers what files were read into, so that a file that did not change is not read again.
 *
 * @module
 */
import { joined, manifestParts } from "./parse_manifests.ts";
import type { ManifestFile, Manifests } from "./types.ts";

/** What the files of one directory were read into last. */
export class ParsedFiles {
  #known = new Map<string, { readonly text: string; readonly parsed: Manifests }>();
  #next = new Map<string, { readonly text: string; readonly parsed: Manifests }>();
  readonly #giveWay: () => Promise<void>;

  /** `giveWay`: called between two objects of a file. */
  constructor(giveWay: () => Promise<void>) {
    this.#giveWay = giveWay;
  }

  /** Begins a pass: what was not asked for in the one before is forgotten. */
  begin(): void {
    this.#known = this.#next;
    this.#next = new Map();
  }

  /** What a file holds. */
  async parse(file: ManifestFile): Promise<Manifests> {
    const known = this.#known.get(file.path);
    const entry = known?.text === file.text
      ? known
      : { text: file.text, parsed: await this.#read(file) };
    this.#next.set(file.path, entry);
    return entry.parsed;
  }

  async #read(file: ManifestFile): Promise<Manifests> {
    const parts: Manifests[] = [];
    for (const part of manifestParts(file)) {
      parts.push(part);
      await this.#giveWay();
    }
    return joined(parts);
  }
}
