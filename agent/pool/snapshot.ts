/**
 * The last known state of a pool as text that shows when it is damaged.
 *
 * @module
 */
import { createHash } from "node:crypto";
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
export function encodeSnapshot({ pool, keptAt }: PoolSnapshot): string {
  const body = JSON.stringify({ keptAt, pool });
  return `${HEAD}${digest(body)}\n${body}\n`;
}

/** The pool of a snapshot. Throws an `Error` that says what is wrong with it. */
export function decodeSnapshot(text: string): PoolSnapshot {
  const [head = "", body = ""] = text.split("\n");
  if (!head.startsWith(HEAD)) {
    throw new Error("Cannot read a snapshot: unknown format");
  }
  if (head.slice(HEAD.length) !== digest(body)) {
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

/** At once: a thread that does it later is nothing that simulated time knows of. */
function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
