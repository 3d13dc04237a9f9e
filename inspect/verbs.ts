/**
 * Every verb, by its name.
 *
 * @module
 */
import { agents } from "./verbs/agents.ts";
import { check } from "./verbs/check.ts";
import { history } from "./verbs/history.ts";
import { leases } from "./verbs/leases.ts";
import { packets } from "./verbs/packets.ts";
import { pools } from "./verbs/pools.ts";
import type { Verb } from "./verbs/verb.ts";
import { who } from "./verbs/who.ts";
import { why } from "./verbs/why.ts";

/** In the order in which they are shown. */
export const VERBS: Readonly<Record<string, Verb>> = {
  why,
  who,
  history,
  leases,
  pools,
  agents,
  packets,
  check,
};
