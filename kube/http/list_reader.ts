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

/** Takes the items out of a list. What is read is what `JSON.parse` reads, and what it refuses is refused. */
export class ListReader {
  /** All but the items. */
  readonly #frame: Uint8Array[] = [];
  /** What is read and neither taken nor of the frame yet: the beginning of an item or of a string. */
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

  /** The items that the next piece completes. Throws `SyntaxError` where one is no JSON. */
  add(chunk: Uint8Array): readonly JsonValue[] {
    const items: JsonValue[] = [];
    const bytes = joined([this.#rest, chunk]);
    let at = this.#rest.length + this.#skip;
    let depth = this.#depth;
    let stringAt = this.#stringAt;
    /** What is before is taken, or of the frame; and what is before that may be. */
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
        this.#take(bytes.subarray(from, end), items);
        from = end;
        this.#inItems = false;
      }
    }
    if (this.#inItems && end > from) {
      this.#take(bytes.subarray(from, end), items);
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
    return items;
  }

  /** The list without its items, when all was read; `null` where there was nothing. Throws `SyntaxError` where it is no JSON. */
  end(): JsonValue {
    const text = decode(joined([...this.#frame, this.#rest]));
    return text === "" ? null : parseJson(text);
  }

  /** Takes whole items, with the comma before them. */
  #take(bytes: Uint8Array, items: JsonValue[]): void {
    const text = decode(bytes);
    const before = this.#isFirst ? [] : ["null"];
    const read = parseJson(`[${before}${text}]`) as JsonValue[];
    for (let n = before.length; n < read.length; n++) items.push(read[n] as JsonValue);
    if (read.length > before.length) this.#isFirst = false;
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
