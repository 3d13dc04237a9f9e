import type { OptionFormat } from "./format.ts";

/** Whether a value is a whole number from `least` to `most`. */
export function isInteger(value: unknown, least: number, most: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
}

/** An unsigned number of so many octets, at most `most`. */
export function unsigned(
  length: 1 | 2 | 4,
  most: number = 256 ** length - 1,
): OptionFormat<number> {
  return {
    wanted: `a whole number from 0 to ${most}`,
    length,
    accepts(value): value is number {
      return isInteger(value, 0, most);
    },
    decode(reader) {
      reader.expect(length);
      return reader.number(length);
    },
    encode(writer, value) {
      writer.number(value, length);
    },
  };
}
