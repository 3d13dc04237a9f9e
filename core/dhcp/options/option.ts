import { OPTION_LENGTH } from "../wire/constants.ts";
import { DhcpEncodeError } from "../wire/errors.ts";
import { ByteReader } from "../wire/reader.ts";
import { ByteWriter } from "../wire/writer.ts";
import { overload } from "./exchange/overload.ts";
import { formatOf, type OptionValues } from "./table.ts";

/** An option whose format is known: its code and a value of the type that {@linkcode OptionValues} has for it. */
export type KnownOption = {
  [Code in keyof OptionValues]: { readonly code: Code; readonly value: OptionValues[Code] };
}[keyof OptionValues];

/** An option whose format is not known: its code and its octets. */
export interface UnknownOption {
  /** 1 to 254. */
  readonly code: number;
  /** The octets as received, pieces joined. */
  readonly value: Uint8Array;
}

/** An option of a {@linkcode DhcpMessage}. */
export type DhcpOption = KnownOption | UnknownOption;

/**
 * Reads the value of one option.
 *
 * @example
 * ```ts
 * import { decodeOption } from "@vm-dhcp/vm-dhcp/dhcp";
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * deepStrictEqual(decodeOption(57, new Uint8Array([2, 64])), { code: 57, value: 576 });
 * deepStrictEqual(decodeOption(200, new Uint8Array([1])), { code: 200, value: new Uint8Array([1]) });
 * ```
 *
 * @param code The option's code
 * @param octets Its value, pieces joined
 * @param offset Where it begins in the message, for the error
 * @returns The option
 * @throws {DhcpDecodeError} If the octets are not a value of that option
 */
export function decodeOption(code: number, octets: Uint8Array, offset: number = 0): DhcpOption {
  const value = formatOf(code).decode(
    new ByteReader(octets, { field: `option ${code}`, base: offset }),
  );
  return { code, value } as DhcpOption;
}

/**
 * Writes one option with its code and length; a value over 255 octets in several pieces (RFC 3396 section 5).
 *
 * @example
 * ```ts
 * import { encodeOption } from "@vm-dhcp/vm-dhcp/dhcp";
 * import { parseIPv4 } from "@vm-dhcp/vm-dhcp/net";
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const routers = encodeOption({ code: 3, value: [parseIPv4("10.0.0.1")] });
 * deepStrictEqual(routers, new Uint8Array([3, 4, 10, 0, 0, 1]));
 * ```
 *
 * @param option The option
 * @returns Its octets
 * @throws {DhcpEncodeError} If the value is not one of that option; pad, end and overload are written by
 * {@linkcode encode} itself and refused
 */
export function encodeOption(option: DhcpOption): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  writeOption(writer, option);
  return writer.bytes();
}

/** Writes what {@linkcode encodeOption} gives. */
export function writeOption(writer: ByteWriter, { code, value }: DhcpOption): void {
  if (!Number.isInteger(code) || code < 1 || code > 254 || code === overload.code) {
    throw new DhcpEncodeError("option", {
      wanted: "a code from 1 to 254 other than 52",
      got: code,
    });
  }
  const format = formatOf(code);
  if (!format.accepts(value)) {
    throw new DhcpEncodeError(`option ${code}`, { wanted: format.wanted, got: value });
  }
  const start = writer.length;
  writer.u8(code);
  writer.u8(0);
  format.encode(writer, value);
  const length = writer.length - start - 2;
  if (length <= OPTION_LENGTH) return writer.set(start + 1, length);
  const octets = writer.cut(start).subarray(2);
  for (let at = 0; at < length; at += OPTION_LENGTH) {
    const piece = octets.subarray(at, at + OPTION_LENGTH);
    writer.u8(code);
    writer.u8(piece.length);
    writer.octets(piece);
  }
}
