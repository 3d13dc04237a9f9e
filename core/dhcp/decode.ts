/**
 * Octets to message.
 *
 * @module
 */
import { HEADER_LENGTH, MAGIC_COOKIE, OptionCode } from "./constants.ts";
import { DhcpDecodeError } from "./errors.ts";
import type { DhcpMessage } from "./message.ts";
import { decodeOption, type DhcpOption } from "./options/option.ts";
import { ByteReader, octets } from "./reader.ts";

/** Offsets of the fields that can hold options (RFC 2131 figure 1). */
const SNAME = 44;
const FILE = 108;
const COOKIE = 236;

/** The octets of an option, gathered from wherever it stands. */
interface Gathered {
  /** Where its first piece begins. */
  readonly offset: number;
  readonly pieces: Uint8Array[];
}

/** A field that holds options. */
interface OptionField {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Reads a whole DHCPv4 message: all options in order, those in `file` and `sname` (option 52, RFC 2131 section 4.1) and
 * those in pieces (RFC 3396 section 7) included, unknown ones as octets. A message is read whole or not at all.
 *
 * @example
 * ```ts
 * import { decode, encode, optionValue } from "@vm-dhcp/vm-dhcp/dhcp";
 * import { deepStrictEqual, strictEqual } from "node:assert/strict";
 *
 * const bytes = encode({
 *   op: 1,
 *   xid: 0xcafe,
 *   chaddr: new Uint8Array([0x52, 0x54, 0, 0x11, 0x22, 1]),
 *   options: [{ code: 53, value: 1 }, { code: 12, value: "vm-1" }, { code: 77, value: new Uint8Array([1]) }],
 * });
 * const message = decode(bytes);
 * strictEqual(message.xid, 0xcafe);
 * strictEqual(optionValue(message, 12), "vm-1");
 * deepStrictEqual(message.options.map(({ code }) => code), [53, 12, 77]);
 * ```
 *
 * @param bytes The UDP payload
 * @returns The message
 * @throws {DhcpDecodeError} And nothing else, whatever the octets are
 */
export function decode(bytes: Uint8Array): DhcpMessage {
  if (bytes.length < HEADER_LENGTH) {
    throw new DhcpDecodeError("message", {
      offset: 0,
      wanted: `at least ${HEADER_LENGTH} octets`,
      got: octets(bytes.length),
    });
  }
  const reader = new ByteReader(bytes.subarray(0, HEADER_LENGTH), { field: "header" });
  const op = reader.u8();
  const htype = reader.u8();
  const hlen = reader.u8();
  if (hlen > 16) {
    throw new DhcpDecodeError("hlen", { offset: 2, wanted: "at most 16", got: String(hlen) });
  }
  const fixed = {
    op,
    htype,
    hlen,
    hops: reader.u8(),
    xid: reader.u32(),
    secs: reader.u16(),
    flags: reader.u16(),
    ciaddr: reader.u32(),
    yiaddr: reader.u32(),
    siaddr: reader.u32(),
    giaddr: reader.u32(),
    chaddr: reader.octets(16),
  };
  const sname = fieldText(reader.octets(FILE - SNAME));
  const file = fieldText(reader.octets(COOKIE - FILE));
  const cookie = reader.u32();
  if (cookie !== MAGIC_COOKIE) {
    throw new DhcpDecodeError("magic cookie", {
      offset: COOKIE,
      wanted: "63 82 53 63",
      got: hex(cookie),
    });
  }
  const { overload, options } = readOptions(bytes);
  return {
    ...fixed,
    sname: (overload & 2) === 0 ? sname : "",
    file: (overload & 1) === 0 ? file : "",
    options,
  };
}

function readOptions(bytes: Uint8Array): { overload: number; options: DhcpOption[] } {
  const gathered = new Map<number, Gathered>();
  gather(bytes, { name: "options", start: HEADER_LENGTH, end: bytes.length }, gathered);
  const overload = readOverload(gathered);
  if ((overload & 1) !== 0) {
    gather(bytes, { name: "file", start: FILE, end: COOKIE }, gathered);
  }
  if ((overload & 2) !== 0) {
    gather(bytes, { name: "sname", start: SNAME, end: FILE }, gathered);
  }
  gathered.delete(OptionCode.Overload); // inside file and sname it means nothing
  const options = [...gathered].map(([code, { pieces, offset }]) =>
    decodeOption(code, join(pieces), offset)
  );
  return { overload, options };
}

/** Collects the options of one field, up to END or the end of the field. */
function gather(bytes: Uint8Array, field: OptionField, into: Map<number, Gathered>): void {
  const { name, start, end } = field;
  let at = start;
  while (at < end) {
    const code = bytes[at] ?? OptionCode.End;
    if (code === OptionCode.End) return;
    at++;
    if (code === OptionCode.Pad) continue;
    const length = at < end ? bytes[at] ?? 0 : -1;
    const left = end - at - 1;
    if (length < 0 || length > left) {
      throw new DhcpDecodeError(`option ${code}`, {
        offset: at - 1,
        wanted: length < 0 ? "a length" : `${octets(length)} in ${name}`,
        got: length < 0 ? `the end of ${name}` : octets(left),
      });
    }
    at++;
    const piece = bytes.subarray(at, at + length);
    const known = into.get(code);
    if (known === undefined) into.set(code, { offset: at, pieces: [piece] });
    else known.pieces.push(piece);
    at += length;
  }
}

/** The value of option 52, or 0. */
function readOverload(gathered: ReadonlyMap<number, Gathered>): number {
  const found = gathered.get(OptionCode.Overload);
  if (found === undefined) return 0;
  const value = join(found.pieces);
  const overload = value[0] ?? 0;
  if (value.length !== 1 || overload < 1 || overload > 3) {
    throw new DhcpDecodeError("option 52", {
      offset: found.offset,
      wanted: "1 octet from 1 to 3",
      got: value.length === 1 ? String(overload) : octets(value.length),
    });
  }
  return overload;
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  const [first = new Uint8Array(0)] = pieces;
  if (pieces.length <= 1) return first;
  const joined = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}

/** The text of a fixed field, up to its first NUL. */
function fieldText(field: Uint8Array): string {
  const end = field.indexOf(0);
  return String.fromCharCode(...(end < 0 ? field : field.subarray(0, end)));
}

function hex(value: number): string {
  return value.toString(16).padStart(8, "0").replace(/..(?!$)/g, "$& ");
}
