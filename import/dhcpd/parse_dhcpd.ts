/**
 * Reads the text of a `dhcpd.conf` as statements and blocks, whatever they mean.
 *
 * @module
 */
import { ImportError, MAX_DEPTH, type Place, Places } from "../source/place.ts";

/** A word, a quoted text or a sign. */
export interface Token {
  readonly place: Place;
  readonly text: string;
  readonly quoted: boolean;
}

/** A statement, with its block where it has one. */
export interface Node {
  readonly place: Place;
  /** At least one; without the `;`. */
  readonly tokens: readonly Token[];
  readonly block?: readonly Node[];
}

const SIGNS = "{};,()=";
/** Words that begin a statement; on a line of their own, they end the statement before. */
const BEGIN =
  /^(range|option|hardware|fixed-address|filename|next-server|server-name|server-identifier|(default|max|min)-lease-time|authoritative|include|subnet|shared-network|host|group|pool|class|subclass|lease)$/i;
/** Words and signs behind which one of those belongs to the same statement. */
const GOES_ON = /^([,(=]|!=|~=|==|and|or|not|if|elsif|else|exists|match|known|return|failover)$/i;
const SPACE = /\s/;

/**
 * Reads the text.
 *
 * @throws {ImportError} where it is no `dhcpd.conf`.
 */
export function parseDhcpd(file: string, text: string): readonly Node[] {
  const tokens = [...tokensOf(file, text)];
  const reader = new Reader(tokens, new Places(file, text).at(text.length));
  const nodes = reader.nodes(0);
  reader.end();
  return nodes;
}

/** A statement as it is written, on one line, without its block. */
export function nodeText({ tokens, block }: Node): string {
  const text = tokens.map(({ text, quoted }) => quoted ? JSON.stringify(text) : text).join(" ")
    .replace(/ ,/g, ",").replace(/\( | \)/g, (sign) => sign.trim());
  return block === undefined ? text : `${text} {}`;
}

class Reader {
  readonly #tokens: readonly Token[];
  readonly #end: Place;
  #at = 0;

  constructor(tokens: readonly Token[], end: Place) {
    this.#tokens = tokens;
    this.#end = end;
  }

  nodes(depth: number): Node[] {
    const nodes: Node[] = [];
    while (this.#at < this.#tokens.length && !this.#isSign("}")) {
      if (this.#isSign(";")) this.#at++;
      else nodes.push(this.#node(depth));
    }
    return nodes;
  }

  end(): void {
    const extra = this.#tokens[this.#at];
    if (extra !== undefined) throw new ImportError(extra.place, 'A statement is wanted, not "}"');
  }

  #node(depth: number): Node {
    const tokens: Token[] = [];
    for (let token = this.#tokens[this.#at]; token !== undefined; token = this.#tokens[this.#at]) {
      const { place } = tokens[0] ?? token;
      if (beginsAnother(token, tokens)) endsBefore(token);
      this.#at++;
      if (!isSign(token, "{") && !isSign(token, "}") && !isSign(token, ";")) tokens.push(token);
      else if (isSign(token, ";")) return { place, tokens };
      else if (isSign(token, "}")) throw new ImportError(token.place, '";" is wanted before "}"');
      else if (tokens.length === 0) {
        throw new ImportError(token.place, 'A statement is wanted, not "{"');
      } else if (isRecord(tokens)) tokens.push(token, ...this.#record());
      else {
        if (depth >= MAX_DEPTH) {
          throw new ImportError(token.place, "Less deeply nested blocks are wanted");
        }
        const block = this.nodes(depth + 1);
        if (!this.#isSign("}")) {
          throw new ImportError(this.#place, `"}" of the block of line ${place.line} is wanted`);
        }
        this.#at++;
        return { place, tokens, block };
      }
    }
    throw new ImportError(this.#place, '";" is wanted');
  }

  /** The rest of a type such as `{ ip-address, integer 8 }`. */
  #record(): readonly Token[] {
    const tokens: Token[] = [];
    for (;;) {
      const token = this.#tokens[this.#at++];
      if (token === undefined) throw new ImportError(this.#end, '"}" is wanted');
      tokens.push(token);
      if (isSign(token, "}")) return tokens;
    }
  }

  get #place(): Place {
    return this.#tokens[this.#at]?.place ?? this.#end;
  }

  #isSign(sign: string): boolean {
    const token = this.#tokens[this.#at];
    return token !== undefined && isSign(token, sign);
  }
}

/** Whether a statement begins here though none ended. */
function beginsAnother(token: Token, before: readonly Token[]): boolean {
  const last = before.at(-1);
  return last !== undefined && !token.quoted && token.place.line > last.place.line &&
    BEGIN.test(token.text) && (last.quoted || !GOES_ON.test(last.text));
}

/**
 * Nothing more belongs to a statement.
 *
 * @throws {ImportError} at the first token that does.
 */
export function endsBefore(token: Token | undefined): void {
  if (token !== undefined) {
    throw new ImportError(token.place, `";" is wanted before ${JSON.stringify(token.text)}`);
  }
}

/** Whether a token is this sign, or this word. */
export function isSign(token: Token | undefined, sign: string): boolean {
  return token !== undefined && !token.quoted && token.text === sign;
}

/** Whether `{` begins a type: `option NAME code N = {`. */
function isRecord(tokens: readonly Token[]): boolean {
  return isSign(tokens[0], "option") && isSign(tokens[2], "code");
}

function* tokensOf(file: string, text: string): Generator<Token> {
  const places = new Places(file, text);
  for (let at = 0; at < text.length;) {
    const character = text.charAt(at);
    if (SPACE.test(character) || character === "\ufeff") at++;
    else if (character === "#") at = lineEnd(text, at);
    else if (character === '"') {
      const place = places.at(at);
      const quoted = quotedText(text, at);
      if (quoted === undefined) {
        throw new ImportError(place, "The end of the quoted text is wanted");
      }
      yield { place, text: quoted.text, quoted: true };
      at = quoted.end;
    } else if (SIGNS.includes(character)) {
      yield { place: places.at(at), text: character, quoted: false };
      at++;
    } else {
      let end = at;
      while (end < text.length && !endsWord(text.charAt(end))) end++;
      // `!=` is one word with the sign behind it.
      if (text.slice(at, end) === "!" && text.charAt(end) === "=") end++;
      yield { place: places.at(at), text: text.slice(at, end), quoted: false };
      at = end;
    }
  }
}

function endsWord(character: string): boolean {
  return SPACE.test(character) || SIGNS.includes(character) || character === '"' ||
    character === "#";
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end;
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b" };

/** The text in quotes that begins at `at`, which may end on another line. */
function quotedText(
  text: string,
  at: number,
): { readonly text: string; readonly end: number } | undefined {
  let read = "";
  for (let index = at + 1; index < text.length; index++) {
    const character = text.charAt(index);
    if (character === '"') return { text: read, end: index + 1 };
    if (character !== "\\") {
      read += character;
      continue;
    }
    const rest = text.slice(index + 1, index + 4);
    const [number] = /^x[0-9a-fA-F]{1,2}|^[0-3][0-7]{0,2}/.exec(rest) ?? [];
    if (number === undefined) {
      const escaped = text.charAt(++index);
      read += ESCAPES[escaped] ?? escaped;
    } else {
      read += String.fromCharCode(
        number.startsWith("x") ? parseInt(number.slice(1), 16) : parseInt(number, 8),
      );
      index += number.length;
    }
  }
  return undefined;
}
