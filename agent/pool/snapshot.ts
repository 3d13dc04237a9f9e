/**
 * The last known state of a pool as text that shows when it is damaged.
 *
 * @module
 */
import { fieldPath, readIPPool } from "../../core/api/mod.ts";
import type { IPPool } from "../../core/api/types.ts";

/** First line of a snapshot: format and version, then the SHA-256 of what follows. */
const HEAD = "vm-dhcp-snapshot/1 sha256:";

/** A pool that was read from a snapshot. */
export interface PoolSnapshot {
  readonly pool: IPPool;
  /** When it was kept, milliseconds since the epoch. */
  readonly keptAt: number;
}

/** The text of a snapshot. */
export async function encodeSnapshot({ pool, keptAt }: PoolSnapshot): Promise<string> {
  const body = JSON.stringify({ keptAt, pool });
  return `${HEAD}${await digest(body)}\n${body}\n`;
}

/** The pool of a snapshot. Throws an `Error` that says what is wrong with it. */
export async function decodeSnapshot(text: string): Promise<PoolSnapshot> {
  const [head = "", body = ""] = text.split("\n");
  if (!head.startsWith(HEAD)) {
    throw new Error("Cannot read a snapshot: unknown format");
  }
  if (head.slice(HEAD.length) !== await digest(body)) {
    throw new Error("Cannot read a snapshot: wrong checksum");
  }
  const { keptAt, pool } = JSON.parse(body) as { keptAt: number; pool: unknown };
  const checked = readIPPool(pool);
  if (!checked.ok) {
    throw new Error(
      `Cannot read a snapshot: no IPPool: ${fieldPath(checked.errors[0]?.path ?? [])}`,
    );
  }
  return { pool: checked.value, keptAt };
}

async function digest(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(hash).toHex();
}
