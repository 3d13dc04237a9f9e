import type { ByteReader } from "../../wire/reader.ts";
import type { ByteWriter } from "../../wire/writer.ts";

/** How the value of an option is written on the wire, both directions in one place. */
export interface OptionFormat<Value> {
  /** What a value is, in words, for errors. */
  readonly wanted: string;
  /** Octets that every value has; absent where they vary. */
  readonly length?: number;
  /** Whether a value can be written. */
  accepts(value: unknown): value is Value;
  /**
   * Reads the value. The reader holds all octets of the option and nothing else; pieces of a split option are joined.
   *
   * @throws {DhcpDecodeError} If the octets are not a value of the format
   */
  decode(reader: ByteReader): Value;
  /** Writes a value that was accepted. */
  encode(writer: ByteWriter, value: Value): void;
}
