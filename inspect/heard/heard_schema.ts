/**
 * What an agent answers on `GET /clients`, read.
 *
 * @module
 */
import { z } from "zod";
import type { HeardAnswer } from "../../core/inspect/heard.ts";

const CLIENT = z.object({
  pool: z.string(),
  macAddress: z.string(),
  known: z.boolean(),
  at: z.string(),
  asked: z.string(),
  answer: z.string(),
  why: z.string(),
  address: z.string(),
  offersUntaken: z.number(),
  ackedAt: z.string(),
  relay: z.string(),
});

const ANSWER = z.object({
  pod: z.string(),
  since: z.string(),
  pools: z.array(z.object({ pool: z.string(), since: z.string(), forgotten: z.number() })),
  clients: z.array(CLIENT),
  leftOut: z.number(),
});

/** Reads an agent's answer, also one of a later version that says more. Throws an `Error` for what is none. */
export function readHeardAnswer(text: string): HeardAnswer {
  const read = ANSWER.safeParse(JSON.parse(text));
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new Error(`the answer is none of an agent: ${issue?.path.join(".")}: ${issue?.message}`);
}
