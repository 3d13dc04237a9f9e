import type { OptionDefinition } from "../definition.ts";
import { domainNameOf } from "../formats/name.ts";

/** RFC 2132 section 3.14: what a client calls itself. */
export const hostName: OptionDefinition<12, string> = {
  code: 12,
  name: "host name",
  format: domainNameOf(63),
};
