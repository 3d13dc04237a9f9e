import { DhcpDecodeError } from "./errors.ts";

/** Where the octets of a {@linkcode ByteReader} stand in the message, for its errors. */
export interface ReaderContext {
  /** What is read, such as `option 54`. */
  readonly field: string;
  /** Index in the message of the first octet. */
  readonly base?: number;
}

/**
 * Reads octets in network order from the first to the last. It never reads past the end: it throws
 * {@linkcode DhcpDecodeError} instead.
 *
 * @example
 * ```ts
 * import { ByteReader } from "@vm-dhcp/vm-dhcp/dhcp";
 * import { strictEqual, throws } from "node:assert/strict";
 *
 * const reader = new ByteReader(new Uint8Array([1, 2, 3]), { field: "option 57" });
 * strictEqual(reader.u16(), 0x0102);
 * throws(() => reader.u16(), /Cannot decode option 57 at octet 2, 2 octets wanted: 1 octet/);
 * ```
 */
export class ByteReader {
  /** All octets, read or not. */
  readonly bytes: Uint8Array;
  readonly #field: string;
  readonly #base: number;
  #at = 0;

  /** A reader that stands before the first of `bytes`. */
  constructor(bytes: Uint8Array, { field, base = 0 }: ReaderContext) {
    this.bytes = bytes;
    this.#field = field;
    this.#base = base;
  }

  /** Index in `bytes` of the next octet. */
  get at(): number {
    return this.#at;
  }

  /** Octets that are left. */
  get remaining(): number {
    return this.bytes.length - this.#at;
  }

  /** The next octets as an unsigned number. */
  number(count: number): number {
    return this.#take(count).reduce((number, octet) => number * 256 + octet, 0);
  }

  /** The next octet. */
  u8(): number {
    return this.number(1);
  }

  /** The next two octets as an unsigned number. */
  u16(): number {
    return this.number(2);
  }

  /** The next four octets as an unsigned number. */
  u32(): number {
    return this.number(4);
  }

  /** A copy of the next octets. */
  octets(count: number): Uint8Array<ArrayBuffer> {
    return this.#take(count).slice();
  }

  /** A copy of all octets that are left. */
  rest(): Uint8Array<ArrayBuffer> {
    return this.octets(this.remaining);
  }

  /** The next octets as text, one character per octet, without the NULs at its end (RFC 2132 section 2). */
  text(count: number): string {
    return String.fromCharCode(...this.#take(count)).replace(/\0+$/, "");
  }

  /** A reader of the octets `from` to `to` of all its octets, read or not. */
  between(from: number, to: number): ByteReader {
    return new ByteReader(this.bytes.subarray(from, to), {
      field: this.#field,
      base: this.#base + from,
    });
  }

  /** Throws the error about what stands at the current place. */
  fail(wanted: string, got: string): never {
    throw new DhcpDecodeError(this.#field, { offset: this.#base + this.#at, wanted, got });
  }

  /** Throws unless as many octets are left. */
  expect(count: number): void {
    if (this.remaining !== count) this.fail(octets(count), octets(this.remaining));
  }

  #take(count: number): Uint8Array {
    if (count > this.remaining) this.fail(octets(count), octets(this.remaining));
    const start = this.#at;
    this.#at += count;
    return this.bytes.subarray(start, this.#at);
  }
}

/** A count of octets in words. */
export function octets(count: number): string {
  return count === 1 ? "1 octet" : `${count} octets`;
}
