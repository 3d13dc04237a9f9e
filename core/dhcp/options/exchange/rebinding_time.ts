import type { OptionDefinition } from "../definition.ts";
import { unsigned } from "../formats/integer.ts";
import { rebindingOf, timerOf } from "./lease_time.ts";

/** RFC 2132 section 9.12: T2, in seconds. */
export const rebindingTime: OptionDefinition<59, number> = {
  code: 59,
  name: "rebinding (T2) time",
  format: unsigned(4),
  fromPool: (pool) => timerOf(pool, "rebindingTime", rebindingOf),
  always: true,
  only: "lease",
};
