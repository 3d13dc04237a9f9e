/**
 * The attributes that netlink messages are made of (`struct nlattr`): length, type, value, padding. Pure.
 *
 * @module
 */

/** One attribute as it was read. */
export interface NetlinkAttribute {
  readonly type: number;
  /** A view of the bytes that were received. */
  readonly value: Uint8Array<ArrayBuffer>;
}

/** The attributes from an offset to the end. One that is cut off ends them. */
export function* attributes(
  body: DataView<ArrayBuffer>,
  start: number,
): Generator<NetlinkAttribute> {
  let offset = start;
  while (offset + 4 <= body.byteLength) {
    const length = body.getUint16(offset, true);
    if (length < 4 || offset + length > body.byteLength) return;
    // The two highest bits are flags.
    const type = body.getUint16(offset + 2, true) & 0x3fff;
    yield { type, value: new Uint8Array(body.buffer, body.byteOffset + offset + 4, length - 4) };
    offset += align(length);
  }
}

/** The attributes within an attribute. */
export function nested({ value }: NetlinkAttribute): Generator<NetlinkAttribute> {
  return attributes(new DataView(value.buffer, value.byteOffset, value.length), 0);
}

/** Writes an attribute, padded. */
export function attribute(type: number, value: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(align(4 + value.length));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 4 + value.length, true);
  view.setUint16(2, type, true);
  bytes.set(value, 4);
  return bytes;
}

/** Writes a number of 32 bits. */
export function number32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, value, true);
  return bytes;
}

/** Reads a number of 32 bits; 0 where there are fewer. */
export function readNumber32(value: Uint8Array): number {
  return value.length < 4 ? 0 : new DataView(value.buffer, value.byteOffset).getInt32(0, true);
}

/** Reads text up to its closing zero. */
export function readText(value: Uint8Array): string {
  const end = value.indexOf(0);
  return new TextDecoder().decode(end < 0 ? value : value.subarray(0, end));
}

/** Rounds up to the next multiple of 4, where the next attribute or message begins. */
export function align(length: number): number {
  return (length + 3) & ~3;
}

/** One after the other. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}
