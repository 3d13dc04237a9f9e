/**
 * Tells the story: what is shown, what was done, what was seen.
 *
 * @module
 */

/** What a check found wanting. */
export class CheckFailed extends Error {
  override readonly name = "CheckFailed";
}

/** Whether something is so, and what is there instead. */
interface Finding {
  readonly holds: boolean;
  readonly found: string;
}

/** Where the story is told, and how. */
interface NarratorOptions {
  readonly write: (text: string) => void;
  readonly colours: boolean;
}

const Style = { bold: 1, dim: 2, red: 31, green: 32, cyan: 36 } as const;
const TICK = "\u2713";
const CROSS = "\u2717";
const INDENT = "     ";

/** Writes the story line by line. */
export class Narrator {
  readonly #options: NarratorOptions;

  constructor(options: NarratorOptions) {
    this.#options = options;
  }

  /** A new chapter. */
  chapter(number: number, title: string): void {
    this.#line("");
    this.#line(this.#styled("bold", `${String(number).padStart(2)}.  ${title}`));
  }

  /** A paragraph. */
  say(text: string): void {
    for (const line of text.split("\n")) this.#line(line === "" ? "" : `${INDENT}${line}`);
  }

  /** Something that was done, as a person at a terminal would. */
  did(command: string): void {
    this.#line(`${INDENT}${this.#styled("cyan", `$ ${command}`)}`);
  }

  /** What a command showed. */
  show(lines: readonly string[]): void {
    for (const line of lines) this.#line(this.#styled("dim", `${INDENT}${line}`));
  }

  /** Checks that something is so. Throws {@linkcode CheckFailed}, with what was found instead, where it is not. */
  check(what: string, so: boolean | Finding): void {
    const { holds, found } = typeof so === "boolean" ? { holds: so, found: undefined } : so;
    if (!holds) throw new CheckFailed(found === undefined ? what : `${what}: ${found}`);
    this.#line(`  ${this.#styled("green", TICK)}  ${what}`);
  }

  /** What went wrong, and what the logs say. */
  failed(
    what: string,
    evidence: readonly (readonly [title: string, lines: readonly string[]])[],
  ): void {
    this.#line(`  ${this.#styled("red", CROSS)}  ${what}`);
    for (const [title, lines] of evidence) {
      this.#line("");
      this.#line(this.#styled("bold", title));
      for (const line of lines) this.#line(`  ${line}`);
    }
  }

  /** A line of its own. */
  line(text: string = ""): void {
    this.#line(text);
  }

  /** A line of its own, in bold. */
  title(text: string): void {
    this.#line(this.#styled("bold", text));
  }

  #line(text: string): void {
    this.#options.write(`${text}\n`);
  }

  #styled(style: keyof typeof Style, text: string): string {
    return this.#options.colours ? `\u001b[${Style[style]}m${text}\u001b[0m` : text;
  }
}
