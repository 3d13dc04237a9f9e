import type { OptionDefinition } from "../definition.ts";
import { unsigned } from "../formats/integer.ts";
import { renewalOf, timerOf } from "./lease_time.ts";

/** RFC 2132 section 9.11: T1, in seconds. */
export const renewalTime: OptionDefinition<58, number> = {
  code: 58,
  name: "renewal (T1) time",
  format: unsigned(4),
  fromPool: (pool) => timerOf(pool, "renewalTime", renewalOf),
  always: true,
  only: "lease",
};
