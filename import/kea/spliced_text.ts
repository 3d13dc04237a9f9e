/**
 * The text of a file with those that it includes, and where each character of it stands.
 *
 * @module
 */
import { includedFile, type SourceFiles } from "../source/files.ts";
import { ImportError, MAX_DEPTH, type Place, Places } from "../source/place.ts";

interface Segment {
  /** Where it begins in the whole text. */
  readonly start: number;
  /** Of its file. */
  readonly places: Places;
  /** Where it begins in its file. */
  readonly offset: number;
}

/** The whole text: comments that begin with `#` are spaces in it. */
export class SplicedText {
  text = "";
  readonly #files: SourceFiles;
  readonly #segments: Segment[] = [];

  /** Reads the file and those that it includes. */
  constructor(path: string, files: SourceFiles) {
    this.#files = files;
    const place = { file: path, line: 1, column: 1 };
    this.#add(includedFile(files, { name: path.replace(/^.*\//, ""), place, depth: 0 }), 0);
    this.#checkDepth();
  }

  /** Where an offset of the whole text stands. */
  at(offset: number): Place {
    const segment = this.#segments.findLast(({ start }) => start <= offset) ?? this.#segments[0];
    if (segment === undefined) return { file: "", line: 1, column: 1 };
    return segment.places.at(segment.offset + offset - segment.start);
  }

  #add({ path, text }: { readonly path: string; readonly text: string }, depth: number): void {
    // A text in quotes, a comment, or a file to include.
    const special =
      /"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[^]*?\*\/|#[^\n]*|<\?include\s+"([^"\n]*)"\s*\?>/g;
    const places = new Places(path, text);
    let from = 0;
    const take = (to: number) => {
      this.#segments.push({ start: this.text.length, places, offset: from });
      this.text += text.slice(from, to);
    };
    for (const match of text.matchAll(special)) {
      const [all, name] = match;
      if (all.startsWith("#")) {
        take(match.index);
        this.text += " ".repeat(all.length);
      } else if (name !== undefined) {
        take(match.index);
        const place = places.at(match.index);
        this.#add(includedFile(this.#files, { name, place, depth: depth + 1 }), depth + 1);
      } else continue;
      from = match.index + all.length;
    }
    take(text.length);
  }

  #checkDepth(): void {
    let depth = 0;
    for (
      const match of this.text.matchAll(/"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[^]*?\*\/|[[\]{}]/g)
    ) {
      if (/^[[{]/.test(match[0]) && ++depth > MAX_DEPTH) {
        throw new ImportError(this.at(match.index), "Less deeply nested values are wanted");
      }
      if (/^[\]}]/.test(match[0])) depth--;
    }
  }
}
