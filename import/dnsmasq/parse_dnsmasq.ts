/**
 * Reads the text of a `dnsmasq.conf` as lines, whatever they mean.
 *
 * @module
 */
import { ImportError, type Place } from "../source/place.ts";

/** A part of a value, between commas. */
export interface Part {
  readonly text: string;
  /** Whether all of it was in quotes. */
  readonly quoted: boolean;
}

/** `name` or `name=part,part`. */
export interface Line {
  readonly place: Place;
  readonly name: string;
  readonly parts: readonly Part[];
  /** As it is written, without a comment. */
  readonly text: string;
}

/**
 * Reads the text.
 *
 * @throws {ImportError} where it is no `dnsmasq.conf`.
 */
export function parseDnsmasq(file: string, text: string): readonly Line[] {
  return text.split(/\r\n|\n|\r/).flatMap((line, index) => {
    const start = line.search(/[^\s\ufeff]/);
    if (start < 0 || line.charAt(start) === "#") return [];
    const place = { file, line: index + 1, column: start + 1 };
    const [whole, name = "", equals = ""] = /^([A-Za-z0-9-]+)\s*(=?)\s*/.exec(line.slice(start)) ??
      [];
    if (whole === undefined) throw new ImportError(place, "The name of an option is wanted");
    const at = start + whole.length;
    if (equals === "" && !/^(#|$)/.test(line.slice(at))) {
      throw new ImportError({ ...place, column: at + 1 }, '"=" is wanted');
    }
    const { parts, end } = partsOf(line, { place, at });
    return [{
      place,
      name,
      parts: equals === "" ? [] : parts,
      text: line.slice(start, end).trim(),
    }];
  });
}

/** The lines of a file that has values alone, such as that of `dhcp-hostsfile`. */
export function parseValues(file: string, { text, name }: {
  readonly text: string;
  /** What each value is of. */
  readonly name: string;
}): readonly Line[] {
  return text.split(/\r\n|\n|\r/).flatMap((line, index) => {
    const start = line.search(/[^\s\ufeff]/);
    if (start < 0 || line.charAt(start) === "#") return [];
    const place = { file, line: index + 1, column: start + 1 };
    const { parts, end } = partsOf(line, { place, at: start });
    return [{ place, name, parts, text: line.slice(start, end).trim() }];
  });
}

/** The parts of a value; a `#` behind a space begins a comment. */
function partsOf(
  line: string,
  { place, at }: { readonly place: Place; readonly at: number },
): { readonly parts: readonly Part[]; readonly end: number } {
  const parts: Part[] = [];
  let text = "";
  let quoted = false;
  let end = at;
  const close = () => {
    parts.push({ text: quoted ? text : text.trim(), quoted });
    text = "";
    quoted = false;
  };
  for (; end < line.length; end++) {
    const character = line.charAt(end);
    if (character === '"') {
      const closing = quoteEnd(line, end);
      if (closing < 0) {
        throw new ImportError(
          { ...place, column: end + 1 },
          "The end of the quoted text is wanted",
        );
      }
      quoted = text.trim() === "";
      text = (quoted ? "" : text) + unescaped(line.slice(end + 1, closing));
      end = closing;
    } else if (character === ",") close();
    else if (character === "#" && /\s/.test(line.charAt(end - 1))) break;
    else if (!quoted || /\S/.test(character)) text += character;
  }
  close();
  return { parts, end };
}

const ESCAPES: Readonly<Record<string, string>> = { t: "\t", n: "\n", b: "\b", r: "\r", e: "\x1b" };

/** A quoted text; a backslash before another letter stands for itself. */
function unescaped(text: string): string {
  return text.replace(/\\(["tnebr\\])/g, (_, letter: string) => ESCAPES[letter] ?? letter);
}

function quoteEnd(line: string, start: number): number {
  for (let at = start + 1; at < line.length; at++) {
    if (line.charAt(at) === "\\") at++;
    else if (line.charAt(at) === '"') return at;
  }
  return -1;
}
