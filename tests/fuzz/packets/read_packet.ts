/**
 * Requests and replies as the RFCs say them, read without a line of the product.
 *
 * @module
 */

/** The fixed part (RFC 2131 section 2). */
interface Header {
  readonly op: number;
  readonly htype: number;
  readonly hlen: number;
  readonly hops: number;
  readonly xid: number;
  readonly secs: number;
  readonly flags: number;
  readonly ciaddr: number;
  readonly yiaddr: number;
  readonly siaddr: number;
  readonly giaddr: number;
  /** 16 octets as hex digits. */
  readonly chaddr: string;
}

/** What an answer is. */
export type Answer = "silence" | "offer" | "ack" | "nak" | "inform ack" | "boot reply";

/** One option, as it stands in a packet. */
export interface RawOption {
  readonly code: number;
  readonly value: readonly number[];
}

/** What a client said. */
export interface AskedMessage extends Header {
  /** In the order options, file, sname. */
  readonly options: readonly RawOption[];
  /** The rules leave open whether it is looked at. */
  readonly unsure: boolean;
}

/** What the server said. */
export interface SaidMessage extends Header {
  /** Options of the options field, pieces of a long one joined. */
  readonly options: readonly RawOption[];
  /** Those of `file` and `sname`. */
  readonly overloaded: readonly RawOption[];
  /** Octets of `file` and `sname` up to the zeros; none where they hold options. */
  readonly file: readonly number[];
  readonly sname: readonly number[];
}

const COOKIE = 0x63825363;
const OPTIONS_AT = 240;
const SNAME: readonly [number, number] = [44, 108];
const FILE: readonly [number, number] = [108, 236];

/** Reads what a client said; `undefined`: it is to be dropped (rules 1, 2, 4, 9, 10, 11). */
export function readAsked(octets: readonly number[]): AskedMessage | undefined {
  if (octets.length < OPTIONS_AT || u32(octets, 236) !== COOKIE) return undefined;
  const header = readHeader(octets);
  if (header.op !== 1 || header.hlen > 16) return undefined;
  const main = scan(octets.slice(OPTIONS_AT));
  if (main === undefined) return undefined;
  const first = firstOf(main, 52);
  const overload = first?.[0] ?? 0;
  // Rule 11 speaks of 52 = 0; the rules are silent on other lengths and on other values.
  const unsure = (first !== undefined && first.length !== 1) || overload > 3;
  const file = (overload & 1) === 0 || unsure ? [] : scan(octets.slice(...FILE));
  const sname = (overload & 2) === 0 || unsure ? [] : scan(octets.slice(...SNAME));
  if (file === undefined || sname === undefined) return undefined;
  return { ...header, options: [...main, ...file, ...sname], unsure };
}

/** Options up to END or the end of the field; `undefined` where one runs past it. */
function scan(field: readonly number[]): RawOption[] | undefined {
  const options: RawOption[] = [];
  for (let at = 0; at < field.length;) {
    const code = field[at++] ?? 0;
    if (code === 0) continue;
    if (code === 255) break;
    const length = field[at++];
    if (length === undefined || at + length > field.length) return undefined;
    options.push({ code, value: field.slice(at, at += length) });
  }
  return options;
}

/** The first copy of an option of fixed length (rule 8). */
export function firstOf(
  options: readonly RawOption[],
  code: number,
): readonly number[] | undefined {
  return options.find((option) => option.code === code)?.value;
}

/** All pieces of an option, joined (RFC 3396). */
export function joinedOf(options: readonly RawOption[], code: number): readonly number[] {
  return options.filter((option) => option.code === code).flatMap(({ value }) => value);
}

/** Reads what the server said. Throws where it is malformed in any way. */
export function readSaid(octets: readonly number[]): SaidMessage {
  if (octets.length < 300) throw new Error(`Reply has ${octets.length} octets, fewer than 300`);
  if (u32(octets, 236) !== COOKIE) throw new Error("Reply has no magic cookie");
  const options = strictScan(octets.slice(OPTIONS_AT), "options");
  const overload = options.find(({ code }) => code === 52)?.value;
  const fields: RawOption[] = [];
  const texts: Record<"file" | "sname", readonly number[]> = { file: [], sname: [] };
  const [bits = 0] = overload ?? [];
  if (overload !== undefined && (overload.length !== 1 || bits < 1 || bits > 3)) {
    throw new Error(`Reply has option 52 of ${overload}`);
  }
  for (const [bit, name, place] of [[1, "file", FILE], [2, "sname", SNAME]] as const) {
    const field = octets.slice(...place);
    if ((bits & bit) !== 0) fields.push(...strictScan(field, name));
    else texts[name] = field.slice(0, field.findLastIndex((octet) => octet !== 0) + 1);
  }
  const all = [...options, ...fields].map(({ code }) => code);
  const twice = all.find((code, index) => all.indexOf(code) !== index);
  if (twice !== undefined) throw new Error(`Reply has option ${twice} twice`);
  return { ...readHeader(octets), ...texts, options, overloaded: fields };
}

/** Options, END, then zeros. Nothing else, and a piece before another has 255 octets. */
function strictScan(field: readonly number[], name: string): RawOption[] {
  const options: { code: number; value: number[]; last: number }[] = [];
  let at = 0;
  while (field[at] !== 255) {
    const code = field[at];
    const length = field[at + 1];
    if (code === undefined || length === undefined) throw new Error(`Reply's ${name} has no END`);
    if (code === 0) throw new Error(`Reply's ${name} has a PAD before END`);
    if (at + 2 + length > field.length) {
      throw new Error(`Reply's option ${code} runs past the end of ${name}`);
    }
    const value = field.slice(at + 2, at + 2 + length);
    const before = options.at(-1);
    if (before?.code === code && before.last === 255) {
      before.value.push(...value);
      before.last = length;
    } else options.push({ code, value, last: length });
    at += 2 + length;
  }
  if (field.slice(at + 1).some((octet) => octet !== 0)) {
    throw new Error(`Reply's ${name} has something after END`);
  }
  return options.map(({ code, value }) => ({ code, value }));
}

function readHeader(octets: readonly number[]): Header {
  const [op = 0, htype = 0, hlen = 0, hops = 0] = octets;
  return {
    op,
    htype,
    hlen,
    hops,
    xid: u32(octets, 4),
    secs: u32(octets, 8) >>> 16,
    flags: u32(octets, 8) & 0xffff,
    ciaddr: u32(octets, 12),
    yiaddr: u32(octets, 16),
    siaddr: u32(octets, 20),
    giaddr: u32(octets, 24),
    chaddr: octets.slice(28, 44).map((octet) => octet.toString(16).padStart(2, "0")).join(""),
  };
}

/** The unsigned number in four octets. */
export function u32(octets: readonly number[], at: number): number {
  const [first = 0, second = 0, third = 0, fourth = 0] = octets.slice(at, at + 4);
  return ((first << 24) | (second << 16) | (third << 8) | fourth) >>> 0;
}

/** Domain names (RFC 1035 section 4.1.4, RFC 3397). Throws where they cannot be read. */
export function readNames(octets: readonly number[]): string[] {
  const names: string[] = [];
  for (let at = 0; at < octets.length;) {
    const labels: string[] = [];
    let next = -1;
    for (let from = at, steps = 0;; steps++) {
      const length = octets[from];
      if (length === undefined || steps > 300) throw new Error("Reply's option 119 has no end");
      if (length === 0) {
        at = next < 0 ? from + 1 : next;
        break;
      }
      if (length >= 0xc0) {
        if (next < 0) next = from + 2;
        from = ((length & 0x3f) << 8) | (octets[from + 1] ?? 0);
        continue;
      }
      labels.push(String.fromCharCode(...octets.slice(from + 1, from + 1 + length)));
      from += 1 + length;
    }
    names.push(labels.join("."));
  }
  return names;
}
