/**
 * Thrown by {@linkcode decode} when octets are not a DHCPv4 message.
 *
 * The message reads `Cannot decode <field> at octet <offset>, <wanted> wanted: <got>`.
 *
 * @example
 * ```ts
 * import { decode, DhcpDecodeError } from "@vm-dhcp/vm-dhcp/dhcp";
 * import { strictEqual } from "node:assert/strict";
 *
 * try {
 *   decode(new Uint8Array([1, 1, 6]));
 * } catch (error) {
 *   if (!(error instanceof DhcpDecodeError)) throw error;
 *   strictEqual(error.message, "Cannot decode message at octet 0, at least 240 octets wanted: 3 octets");
 *   strictEqual(error.field, "message");
 * }
 * ```
 */
export class DhcpDecodeError extends Error {
  /** Always `DhcpDecodeError`. */
  override readonly name: string = "DhcpDecodeError";
  /** What was read, such as `magic cookie` or `option 54`. */
  readonly field: string;
  /** Index of the octet, from the start of the message, where the field begins. */
  readonly offset: number;
  /** What the field must be, in words. */
  readonly wanted: string;
  /** What it was, in words. */
  readonly got: string;

  /** An error about a field of a message. */
  constructor(field: string, problem: DecodeProblem) {
    const { offset, wanted, got } = problem;
    super(`Cannot decode ${field} at octet ${offset}, ${wanted} wanted: ${got}`);
    this.field = field;
    this.offset = offset;
    this.wanted = wanted;
    this.got = got;
  }
}

/** What is wrong with a field. */
export interface DecodeProblem {
  /** Index of the octet where the field begins. */
  readonly offset: number;
  /** What the field must be, in words. */
  readonly wanted: string;
  /** What it was, in words. */
  readonly got: string;
}

/**
 * Thrown by {@linkcode encode} when a message cannot be put into octets.
 *
 * The message reads `Cannot encode <field>, <wanted> wanted: <got>`.
 *
 * @example
 * ```ts
 * import { DhcpEncodeError, encodeOption } from "@vm-dhcp/vm-dhcp/dhcp";
 * import { throws } from "node:assert/strict";
 *
 * throws(() => encodeOption({ code: 3, value: [] }), DhcpEncodeError);
 * ```
 */
export class DhcpEncodeError extends Error {
  /** Always `DhcpEncodeError`. */
  override readonly name: string = "DhcpEncodeError";
  /** What was written, such as `hlen` or `option 54`. */
  readonly field: string;
  /** What the field must be, in words. */
  readonly wanted: string;
  /** What it was, in words. */
  readonly got: string;

  /** An error about a field of a message. */
  constructor(field: string, { wanted, got }: { readonly wanted: string; readonly got: unknown }) {
    const text = describe(got);
    super(`Cannot encode ${field}, ${wanted} wanted: ${text}`);
    this.field = field;
    this.wanted = wanted;
    this.got = text;
  }
}

/** A value in words, whatever it is. */
function describe(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (value instanceof Uint8Array) return `${value.length} octets`;
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(describe).join(", ");
  return typeof value === "object" && value !== null ? "an object" : String(value);
}
