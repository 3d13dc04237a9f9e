/**
 * Reads the JSON of a list as it comes: of a long one neither the text nor the items are ever in memory as a whole.
 *
 * @module
 */
import type { JsonValue } from "../rest_client.ts";
import { parseJson } from "./parse_json.ts";

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const NONE = -1;
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d];

/** Hands over the items of a list. What is read is what `JSON.parse` reads, and what it refuses is refused. */
export class ListReader {
  readonly #take: (item: JsonValue) => void;
  /** All but the items. */
  readonly #frame: Uint8Array[] = [];
  /** What is read and neither handed over nor of the frame yet: the beginning of an item or of a string. */
  #rest: Uint8Array<ArrayBuffer> = new Uint8Array();
  /** How many bytes of the next piece belong to an escape that ended this one. */
  #skip = 0;
  #depth = 0;
  /** Where the string that is being read began in `#rest`, which may be before it; `NONE` outside of strings. */
  #stringAt = NONE;
  /** The last string of the list itself, so far as it is in one piece with what follows. */
  #key = "";
  #inItems = false;
  #isFirst = true;

  constructor(take: (item: JsonValue) => void) {
    this.#take = take;
  }

  /** Reads the next piece. Throws `SyntaxError` where it makes an item no JSON. */
  add(chunk: Uint8Array): void {
    const bytes = joined([this.#rest, chunk]);
    let at = this.#rest.length + this.#skip;
    let depth = this.#depth;
    let stringAt = this.#stringAt;
    /** What is before is handed over, or of the frame; and what is before that may be. */
    let from = 0;
    let end = 0;
    for (; at < bytes.length; at++) {
      const byte = bytes[at];
      if (stringAt !== NONE) {
        if (byte === BACKSLASH) at++;
        else if (byte === QUOTE) {
          if (depth === 1) this.#key = decode(bytes.subarray(stringAt + 1, at));
          stringAt = NONE;
        }
      } else if (byte === QUOTE) stringAt = at;
      else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
        depth++;
        if (depth !== 2 || byte !== OPEN_ARRAY || this.#key !== "items") continue;
        this.#frame.push(bytes.slice(from, at + 1));
        from = end = at + 1;
        this.#inItems = this.#isFirst = true;
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
        depth--;
        if (!this.#inItems || depth > 2) continue;
        end = at + depth - 1; // A bracket that ends the items is of the frame.
        if (depth === 2) continue;
        this.#hand(bytes.subarray(from, end));
        from = end;
        this.#inItems = false;
      }
    }
    if (this.#inItems && end > from) {
      this.#hand(bytes.subarray(from, end));
      from = end;
    }
    if (!this.#inItems && stringAt === NONE) {
      this.#frame.push(bytes.slice(from));
      from = bytes.length;
    }
    this.#rest = bytes.slice(from);
    this.#skip = at - bytes.length;
    this.#depth = depth;
    this.#stringAt = stringAt === NONE ? NONE : stringAt - from;
  }

  /** The list without its items, when all was read; `null` where there was nothing. Throws `SyntaxError` where it is no JSON. */
  end(): JsonValue {
    const text = decode(joined([...this.#frame, this.#rest]));
    return text === "" ? null : parseJson(text);
  }

  /** Hands over whole items, with the comma before them. */
  #hand(bytes: Uint8Array): void {
    const text = decode(bytes);
    const items = parseJson(this.#isFirst ? `[${text}]` : `[0${text}]`) as JsonValue[];
    const before = this.#isFirst ? 0 : 1;
    if (items.length > before) this.#isFirst = false;
    for (let n = before; n < items.length; n++) this.#take(items[n] as JsonValue);
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const decoder = new TextDecoder();
function decode(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
