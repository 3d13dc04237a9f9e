import { type AddressRange, rangeSize } from "../../net/mod.ts";

const TWO_32 = 0x1_0000_0000;

/** A well mixed unsigned 32-bit hash of a 48-bit MAC address (MurmurHash3's finalizer over both halves). */
export function hashMac(mac: number): number {
  let hash = mac >>> 0;
  hash ^= Math.imul(Math.floor(mac / TWO_32), 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The address of a range that a MAC address gets if it is free: the same one every time. */
export function homeAddress(mac: number, range: AddressRange): number {
  return range.start + Math.floor(hashMac(mac) / TWO_32 * rangeSize(range));
}
