import type { OptionDefinition } from "../definition.ts";
import { octets } from "../formats/octets.ts";

/** RFC 4039: the client would be bound by two messages rather than four (rule 91). It has no value. */
export const rapidCommit: OptionDefinition<80, Uint8Array> = {
  code: 80,
  name: "rapid commit",
  format: octets,
};
