import type { OptionDefinition } from "../definition.ts";
import { text } from "../formats/text.ts";

/** RFC 2132 section 9.13: what kind of client asks. */
export const vendorClass: OptionDefinition<60, string> = {
  code: 60,
  name: "vendor class identifier",
  format: text,
};
