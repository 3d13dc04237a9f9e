/**
 * Short names that follow from long ones, the same every time.
 *
 * @module
 */
import { createHash } from "node:crypto";

/** Characters of a hash: what an interface's name has room for (IFNAMSIZ less the final NUL and the prefix). */
const HASH_LENGTH = 12;

/**
 * Name of a pool's interface in the agent's pod: follows from the pool's name alone, so that another pool renames none. 14
 * characters of at most 15 that Linux allows.
 */
export function interfaceNameOf(pool: string): string {
  return `vd${hashOf(pool)}`;
}

/** 12 characters `0-9a-z`, the end of a text's SHA-256: nobody finds another text with those of a given one. */
export function hashOf(text: string): string {
  const digest = createHash("sha256").update(text).digest("hex");
  return BigInt(`0x${digest}`).toString(36).slice(-HASH_LENGTH);
}
