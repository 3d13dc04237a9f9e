/**
 * Message to octets.
 *
 * @module
 */
import { HEADER_LENGTH, MAGIC_COOKIE, MINIMUM_LENGTH, OptionCode } from "./constants.ts";
import { DhcpEncodeError } from "./errors.ts";
import type { DhcpMessage, DhcpMessageInit } from "./message.ts";
import { isInteger } from "./options/family.ts";
import { type DhcpOption, encodeOption } from "./options/option.ts";
import { OptionPacker } from "./option_packer.ts";
import { ByteWriter } from "./writer.ts";

/** What {@linkcode encode} can be told. */
export interface EncodeOptions {
  /**
   * Octets of the message at most, at least 300. What does not fit into the options field goes into `file` and `sname`
   * where these are empty. Default: 65507, what UDP over IPv4 carries.
   */
  readonly maximumLength?: number;
}

const UDP_MAXIMUM = 65507;

/** The fields that are whole numbers, with the most that each can hold. */
const NUMBERS = {
  op: 0xff,
  htype: 0xff,
  hlen: 16,
  hops: 0xff,
  xid: 0xffffffff,
  secs: 0xffff,
  flags: 0xffff,
  ciaddr: 0xffffffff,
  yiaddr: 0xffffffff,
  siaddr: 0xffffffff,
  giaddr: 0xffffffff,
} as const;

/**
 * Writes a DHCPv4 message: the same message always gives the same octets. Option 53 comes first and 82 last (RFC 3046
 * section 2.1), the others in the order given; values over 255 octets are split (RFC 3396 section 5); the message is
 * padded to 300 octets (RFC 1542 section 2.1).
 *
 * `decode(encode(message))` is the message, but for the places of 53 and 82.
 *
 * @example
 * ```ts
 * import { encode } from "@vm-dhcp/vm-dhcp/dhcp";
 * import { deepStrictEqual, strictEqual } from "node:assert/strict";
 *
 * const bytes = encode({
 *   op: 1,
 *   xid: 1,
 *   chaddr: new Uint8Array([0x52, 0x54, 0, 0x11, 0x22, 1]),
 *   options: [{ code: 12, value: "vm-1" }, { code: 53, value: 1 }],
 * });
 * strictEqual(bytes.length, 300);
 * deepStrictEqual([...bytes.subarray(240, 250)], [53, 1, 1, 12, 4, 118, 109, 45, 49, 255]);
 * ```
 *
 * @param message The message
 * @param options How long it may be
 * @returns The UDP payload
 * @throws {DhcpEncodeError} If a field or option cannot hold its value, an option is given twice, or not all fits
 */
export function encode(
  message: DhcpMessageInit,
  { maximumLength = UDP_MAXIMUM }: EncodeOptions = {},
): Uint8Array<ArrayBuffer> {
  if (!isInteger(maximumLength, MINIMUM_LENGTH, UDP_MAXIMUM)) {
    throw new DhcpEncodeError("message", {
      wanted: `a maximum length from ${MINIMUM_LENGTH} to ${UDP_MAXIMUM}`,
      got: maximumLength,
    });
  }
  const header = encodeHeader(message);
  const units = inOrder(message.options).map(encodeOption);
  const length = units.reduce((sum, unit) => sum + unit.length, header.length + 1);
  const bytes = new Uint8Array(Math.max(Math.min(length, maximumLength), MINIMUM_LENGTH));
  bytes.set(header);
  if (length <= maximumLength) {
    let at = header.length;
    for (const unit of units) {
      bytes.set(unit, at);
      at += unit.length;
    }
    bytes[at] = OptionCode.End;
    return bytes;
  }
  return packUnits(bytes, units, message);
}

/** Uses `file` and `sname` as well. */
function packUnits(
  bytes: Uint8Array<ArrayBuffer>,
  units: readonly Uint8Array[],
  message: DhcpMessageInit,
): Uint8Array<ArrayBuffer> {
  const relay = units.findIndex((unit) => unit[0] === OptionCode.RelayAgentInformation);
  const tail = relay < 0 ? new Uint8Array(0) : units[relay] ?? new Uint8Array(0);
  const packer = new OptionPacker(bytes, {
    message: 0,
    start: HEADER_LENGTH,
    end: bytes.length - tail.length - 1,
    overload: !message.sname && !message.file,
  });
  for (const unit of relay < 0 ? units : units.slice(0, relay)) {
    if (!packer.put(unit, 0, unit.length)) {
      throw new DhcpEncodeError("message", {
        wanted: `room for option ${unit[0]} within ${bytes.length} octets`,
        got: unit,
      });
    }
  }
  const at = packer.finish();
  bytes.set(tail, at);
  bytes[at + tail.length] = OptionCode.End;
  return bytes;
}

function encodeHeader(message: DhcpMessageInit): Uint8Array {
  const full: DhcpMessage = { ...DEFAULTS, ...message };
  for (const [field, most] of Object.entries(NUMBERS)) {
    const value = full[field as keyof typeof NUMBERS];
    if (!isInteger(value, 0, most)) {
      throw new DhcpEncodeError(field, { wanted: `a whole number from 0 to ${most}`, got: value });
    }
  }
  if (full.chaddr.length > 16) {
    throw new DhcpEncodeError("chaddr", { wanted: "at most 16 octets", got: full.chaddr });
  }
  const writer = new ByteWriter();
  writer.u8(full.op);
  writer.u8(full.htype);
  writer.u8(full.hlen);
  writer.u8(full.hops);
  writer.u32(full.xid);
  writer.u16(full.secs);
  writer.u16(full.flags);
  writer.u32(full.ciaddr);
  writer.u32(full.yiaddr);
  writer.u32(full.siaddr);
  writer.u32(full.giaddr);
  writer.octets(full.chaddr);
  writer.octets(new Uint8Array(16 - full.chaddr.length));
  writer.text(fieldText("sname", full.sname, 64), 64);
  writer.text(fieldText("file", full.file, 128), 128);
  writer.u32(MAGIC_COOKIE);
  return writer.bytes();
}

const DEFAULTS: Omit<DhcpMessage, "op" | "xid" | "chaddr" | "options"> = {
  htype: 1,
  hlen: 6,
  hops: 0,
  secs: 0,
  flags: 0,
  ciaddr: 0,
  yiaddr: 0,
  siaddr: 0,
  giaddr: 0,
  sname: "",
  file: "",
};

/** A text that fits into a fixed field with a NUL after it. */
function fieldText(field: string, text: string, width: number): string {
  // deno-lint-ignore no-control-regex
  if (text.length < width && /^[\x01-\xff]*$/.test(text)) return text;
  throw new DhcpEncodeError(field, {
    wanted: `at most ${width - 1} characters from U+0001 to U+00FF`,
    got: text,
  });
}

/** 53 first, 82 last (rule 73), none twice. */
function inOrder(options: readonly DhcpOption[]): DhcpOption[] {
  const seen = new Set<number>();
  for (const { code } of options) {
    if (seen.has(code)) {
      throw new DhcpEncodeError(`option ${code}`, { wanted: "the option once", got: "twice" });
    }
    seen.add(code);
  }
  return [...options].sort((a, b) => place(a) - place(b));
}

function place({ code }: DhcpOption): number {
  if (code === OptionCode.MessageType) return 0;
  return code === OptionCode.RelayAgentInformation ? 2 : 1;
}
