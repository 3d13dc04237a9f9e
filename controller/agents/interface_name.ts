/**
 * Short names that follow from long ones, the same every time.
 *
 * @module
 */

/** Characters of an interface's name at most (IFNAMSIZ less the final NUL). */
const HASH_LENGTH = 12;

/**
 * Name of a pool's interface in the agent's pod: follows from the pool's name alone, so that another pool renames none. 14
 * characters of at most 15 that Linux allows.
 */
export function interfaceNameOf(pool: string): string {
  return `vd${hashOf(pool)}`;
}

/** 12 characters `0-9a-z` that follow from a text: 62 bits of two FNV-1a hashes. */
export function hashOf(text: string): string {
  const high = fnv1a(text, 0x811c9dc5) >>> 1;
  const low = fnv1a(text, 0x01000193 ^ text.length);
  return ((BigInt(high) << 31n) | BigInt(low >>> 1)).toString(36).padStart(HASH_LENGTH, "0").slice(
    -HASH_LENGTH,
  );
}

function fnv1a(text: string, basis: number): number {
  let hash = basis;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    hash ^= hash >>> 15;
  }
  return hash >>> 0;
}
