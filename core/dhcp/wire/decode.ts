/**
 * Octets to message.
 *
 * @module
 */
import { overload } from "../options/exchange/overload.ts";
import { decodeOption, type DhcpOption } from "../options/option.ts";
import { formatOf } from "../options/table.ts";
import {
  END_OPTION,
  FILE_OFFSET,
  FIXED_LENGTH,
  HEADER_LENGTH,
  MAGIC_COOKIE,
  PAD_OPTION,
  SNAME_OFFSET,
} from "./constants.ts";
import { DhcpDecodeError } from "./errors.ts";
import type { DhcpMessage } from "./message.ts";
import { ByteReader, octets } from "./reader.ts";

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
 * those in pieces (RFC 3396 section 7) included, unknown ones as octets. Of an option whose length is fixed, which is never
 * in pieces, the first copy counts. A message is read whole or not at all.
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
  const sname = fieldText(reader.octets(FILE_OFFSET - SNAME_OFFSET));
  const file = fieldText(reader.octets(FIXED_LENGTH - FILE_OFFSET));
  const cookie = reader.u32();
  if (cookie !== MAGIC_COOKIE) {
    throw new DhcpDecodeError("magic cookie", {
      offset: FIXED_LENGTH,
      wanted: "63 82 53 63",
      got: hex(cookie),
    });
  }
  const { fields, options } = readOptions(bytes);
  return {
    ...fixed,
    sname: (fields & overload.sname) === 0 ? sname : "",
    file: (fields & overload.file) === 0 ? file : "",
    options,
  };
}

/** The options, and which fields hold them beside the options field. */
function readOptions(bytes: Uint8Array): { fields: number; options: DhcpOption[] } {
  const gathered = new Map<number, Gathered>();
  gather(bytes, { name: "options", start: HEADER_LENGTH, end: bytes.length }, gathered);
  const fields = readOverload(gathered);
  if ((fields & overload.file) !== 0) {
    gather(bytes, { name: "file", start: FILE_OFFSET, end: FIXED_LENGTH }, gathered);
  }
  if ((fields & overload.sname) !== 0) {
    gather(bytes, { name: "sname", start: SNAME_OFFSET, end: FILE_OFFSET }, gathered);
  }
  gathered.delete(overload.code); // inside file and sname it means nothing
  const options = [...gathered].map(([code, { pieces, offset }]) =>
    decodeOption(code, join(pieces), offset)
  );
  return { fields, options };
}

/** Collects the options of one field, up to END or the end of the field. */
function gather(bytes: Uint8Array, field: OptionField, into: Map<number, Gathered>): void {
  const { name, start, end } = field;
  let at = start;
  while (at < end) {
    const code = bytes[at] ?? END_OPTION;
    if (code === END_OPTION) return;
    at++;
    if (code === PAD_OPTION) continue;
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
    else if (!isFixed(code)) known.pieces.push(piece);
    at += length;
  }
}

/** Whether all values of an option have the same length, so that a second copy is no piece of it (rule 8). */
function isFixed(code: number): boolean {
  return code === overload.code || formatOf(code).length !== undefined;
}

/** The value of option 52; 0 where it is absent or names no field. */
function readOverload(gathered: ReadonlyMap<number, Gathered>): number {
  const found = gathered.get(overload.code);
  if (found === undefined) return 0;
  const value = join(found.pieces);
  const fields = value[0] ?? 0;
  if (value.length !== 1 || fields > 3) {
    throw new DhcpDecodeError("option 52", {
      offset: found.offset,
      wanted: "1 octet from 0 to 3",
      got: value.length === 1 ? String(fields) : octets(value.length),
    });
  }
  return fields;
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
