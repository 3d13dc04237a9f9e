/**
 * Message to octets.
 *
 * @module
 */
import { messageType } from "../options/exchange/message_type.ts";
import { overload } from "../options/exchange/overload.ts";
import { relayAgentInformation } from "../options/exchange/relay_agent_information.ts";
import { isInteger, unsigned } from "../options/formats/integer.ts";
import { type DhcpOption, writeOption } from "../options/option.ts";
import {
  END_OPTION,
  FILE_OFFSET,
  FIXED_LENGTH,
  HEADER_LENGTH,
  MAGIC_COOKIE,
  MINIMUM_LENGTH,
  SNAME_OFFSET,
} from "./constants.ts";
import { DhcpEncodeError } from "./errors.ts";
import type { DhcpMessage, DhcpMessageInit } from "./message.ts";
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

/** The numbers that a message begins with, in order (RFC 2131 figure 1). */
const NUMBERS = [
  ["op", unsigned(1)],
  ["htype", unsigned(1)],
  ["hlen", unsigned(1, 16)],
  ["hops", unsigned(1)],
  ["xid", unsigned(4)],
  ["secs", unsigned(2)],
  ["flags", unsigned(2)],
  ["ciaddr", unsigned(4)],
  ["yiaddr", unsigned(4)],
  ["siaddr", unsigned(4)],
  ["giaddr", unsigned(4)],
] as const;

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
  const writer = new ByteWriter(2 * MINIMUM_LENGTH);
  writeHeader(writer, message);
  const ends = inOrder(message.options).map((option) => {
    writeOption(writer, option);
    return writer.length;
  });
  if (writer.length + 1 > maximumLength) return pack(writer.bytes(), ends, maximumLength);
  writer.u8(END_OPTION);
  writer.octets(new Uint8Array(Math.max(MINIMUM_LENGTH - writer.length, 0)));
  return writer.bytes();
}

/** Puts a message that is too long, whose options end at `ends`, into less room by using `file` and `sname` as well. */
function pack(
  long: Uint8Array,
  ends: readonly number[],
  maximumLength: number,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(maximumLength);
  bytes.set(long.subarray(0, HEADER_LENGTH));
  const start = (index: number) => ends[index - 1] ?? HEADER_LENGTH;
  const last = long[start(ends.length - 1)] === relayAgentInformation.code ? 1 : 0;
  const tail = long.subarray(start(ends.length - last));
  const packer = new OptionPacker(bytes, {
    message: 0,
    start: HEADER_LENGTH,
    end: maximumLength - tail.length - 1,
    fields: long[SNAME_OFFSET] === 0 && long[FILE_OFFSET] === 0
      ? overload.file | overload.sname
      : 0,
  });
  for (const [index, end] of ends.slice(0, ends.length - last).entries()) {
    if (!packer.put(long, start(index), end)) {
      throw new DhcpEncodeError("message", {
        wanted: `room for option ${long[start(index)]} within ${maximumLength} octets`,
        got: long.subarray(start(index), end),
      });
    }
  }
  const at = packer.finish();
  if (at + tail.length >= maximumLength) {
    throw new DhcpEncodeError("message", {
      wanted: `room for option 82 within ${maximumLength} octets`,
      got: tail,
    });
  }
  bytes.set(tail, at);
  bytes[at + tail.length] = END_OPTION;
  return bytes;
}

function writeHeader(writer: ByteWriter, message: DhcpMessageInit): void {
  const full: DhcpMessage = { ...DEFAULTS, ...message };
  for (const [field, format] of NUMBERS) {
    const value = full[field];
    if (!format.accepts(value)) {
      throw new DhcpEncodeError(field, { wanted: format.wanted, got: value });
    }
    format.encode(writer, value);
  }
  if (full.chaddr.length > 16) {
    throw new DhcpEncodeError("chaddr", { wanted: "at most 16 octets", got: full.chaddr });
  }
  writer.octets(full.chaddr);
  writer.octets(new Uint8Array(16 - full.chaddr.length));
  writer.text(
    fieldText("sname", full.sname, FILE_OFFSET - SNAME_OFFSET),
    FILE_OFFSET - SNAME_OFFSET,
  );
  writer.text(fieldText("file", full.file, FIXED_LENGTH - FILE_OFFSET), FIXED_LENGTH - FILE_OFFSET);
  writer.u32(MAGIC_COOKIE);
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
  if (code === messageType.code) return 0;
  return code === relayAgentInformation.code ? 2 : 1;
}
