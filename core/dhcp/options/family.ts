import type { ByteReader } from "../reader.ts";
import type { ByteWriter } from "../writer.ts";

/** How the value of an option is written on the wire: options of one family share it. Both directions in one place. */
export interface OptionFamily<T> {
  /** What a value of the family is, in words, for errors. */
  readonly wanted: string;
  /** Whether a value can be written. */
  accepts(value: unknown): value is T;
  /**
   * Reads the value. The reader holds all octets of the option and nothing else; pieces of a split option are joined.
   *
   * @throws {DhcpDecodeError} If the octets are not a value of the family
   */
  decode(reader: ByteReader): T;
  /** Writes a value that was accepted. */
  encode(writer: ByteWriter, value: T): void;
}

/** Whether a value is a whole number from `least` to `most`. */
export function isInteger(value: unknown, least: number, most: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
}
