/**
 * Writes octets in network order into a buffer that grows as needed. Numbers are cut to their width; who calls checks
 * them.
 *
 * @example
 * ```ts
 * import { ByteWriter } from "@vm-dhcp/vm-dhcp/dhcp";
 * import { deepStrictEqual } from "node:assert/strict";
 *
 * const writer = new ByteWriter();
 * writer.u8(1);
 * writer.u16(0x0203);
 * deepStrictEqual(writer.bytes(), new Uint8Array([1, 2, 3]));
 * ```
 */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  /** A writer that has nothing yet, and room for `capacity` octets until it grows. */
  constructor(capacity: number = 64) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** Octets written so far. */
  get length(): number {
    return this.#length;
  }

  /** Writes one octet. */
  u8(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** Writes an unsigned number into so many octets. */
  number(value: number, count: number): void {
    for (let left = count - 1; left >= 0; left--) this.u8(Math.floor(value / 256 ** left));
  }

  /** Writes two octets. */
  u16(value: number): void {
    this.number(value, 2);
  }

  /** Writes four octets. */
  u32(value: number): void {
    this.number(value, 4);
  }

  /** Writes octets as they are. */
  octets(values: ArrayLike<number>): void {
    this.#reserve(values.length);
    this.#bytes.set(values, this.#length);
    this.#length += values.length;
  }

  /** Writes text, one octet per character, followed by as many zeros as make it `width` octets. */
  text(text: string, width: number = text.length): void {
    for (let i = 0; i < width; i++) this.u8(i < text.length ? text.charCodeAt(i) : 0);
  }

  /** Overwrites one octet that was written before. */
  set(at: number, value: number): void {
    if (at < this.#length) this.#bytes[at] = value;
  }

  /** Takes back everything from `at`, and gives a copy of it. */
  cut(at: number): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.slice(at, this.#length);
    this.#length = Math.min(at, this.#length);
    return taken;
  }

  /** A copy of what was written. */
  bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + count));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}
