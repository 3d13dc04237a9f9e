/**
 * What becomes of a request, or of a watch, that is unlucky on the way to a real API server.
 *
 * @module
 */
import { ApiError } from "../../../kube/mod.ts";
import type { Random } from "../../../runtime/clock.ts";
import { between, oneOf } from "../engine/random.ts";

/** What becomes of a request. */
export type Luck =
  | "none"
  /** Refused before anything was done. */
  | "500 before"
  | "429 before"
  /** Nobody answers, and nothing was done. */
  | "lost before"
  /** Done, and said otherwise: by the server, by a load balancer whose backend went, by a server that would not wait any longer. */
  | "500 after"
  | "503 after"
  | "504 after"
  /** etcd did it, its answer was lost, and the API server's second attempt was refused. */
  | "conflict after"
  /** Done, and nobody answers. */
  | "lost after"
  /** Done, and then nothing comes by this connection any more, without a word. */
  | "connection dies after"
  /** Done, and done again by a client that was told 503 with `Retry-After`. */
  | "done twice"
  /** Done long after its sender gave it up. */
  | "done late";

const WRITES: readonly Luck[] = [
  "500 before",
  "429 before",
  "lost before",
  "500 after",
  "503 after",
  "504 after",
  "conflict after",
  "lost after",
  "connection dies after",
  "done twice",
  "done late",
];
const READS: readonly Luck[] = ["500 before", "429 before", "lost before", "lost after"];

/** An unlucky request's luck. */
export function unlucky(random: Random, { isWrite }: { readonly isWrite: boolean }): Luck {
  return oneOf(random, isWrite ? WRITES : READS);
}

const FAILURES: Partial<Record<Luck, readonly [code: number, reason: string]>> = {
  "500 before": [500, "InternalError"],
  "429 before": [429, "TooManyRequests"],
  "500 after": [500, "InternalError"],
  "503 after": [503, "ServiceUnavailable"],
  "504 after": [504, "Timeout"],
  "conflict after": [409, "Conflict"],
};

/** What the sender is told instead of an answer; `undefined`: it is not lied to. */
export function failureOf(
  luck: Luck,
  request: { readonly method: string; readonly path: string },
): ApiError | undefined {
  const [code, reason] = FAILURES[luck] ?? [];
  if (code === undefined || reason === undefined) return undefined;
  return new ApiError({ code, reason, message: `simulated: ${luck}` }, request);
}

/** When a late request arrives, milliseconds: its sender waits for 30 s at most. */
export function latenessMs(random: Random): number {
  return between(random, 2_000, 60_000);
}

/** How a watch is. */
export interface WatchLuck {
  /** How far it is behind, milliseconds. */
  readonly lagMs: number;
  /** Its server sends no bookmarks. */
  readonly isWithoutBookmarks: boolean;
  /** When it is told that what it goes on from is compacted (410), milliseconds after it was opened. Unset: never. */
  readonly goneAfterMs?: number;
}

/** Part of the watches that are behind, or without bookmarks, also while all is well. */
const ODD = 0.1;
/** Part of those that are far behind. */
const FAR = 0.2;

/** The luck of a watch that is opened while a part of all requests is unlucky. */
export function watchLuck(
  random: Random,
  { trouble, isCalm }: { readonly trouble: number; readonly isCalm: boolean },
): WatchLuck {
  const isBehind = random() < ODD;
  // Far behind, an agent that reports seems silent for as long: that is a fault, too.
  const longest = random() < FAR && !isCalm ? 30_000 : 1_500;
  return {
    lagMs: isBehind ? between(random, 50, longest) : 0,
    isWithoutBookmarks: random() < ODD,
    ...(random() < trouble ? { goneAfterMs: oneOf(random, [0, between(random, 0, 60_000)]) } : {}),
  };
}

/** The last frame of a watch whose beginning is compacted. */
export const GONE = {
  type: "ERROR",
  object: {
    kind: "Status",
    apiVersion: "v1",
    status: "Failure",
    message: "The resourceVersion for the provided watch is too old.",
    reason: "Expired",
    code: 410,
  },
} as const;
