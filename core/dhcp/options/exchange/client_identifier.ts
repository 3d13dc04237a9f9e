import type { OptionDefinition } from "../definition.ts";
import { octets } from "../formats/octets.ts";

/** RFC 2132 section 9.14. It selects nothing (rule 6) and comes back as it is (rule 76). */
export const clientIdentifier: OptionDefinition<61, Uint8Array> = {
  code: 61,
  name: "client identifier",
  format: octets,
};
