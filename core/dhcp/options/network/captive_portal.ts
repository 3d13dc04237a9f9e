import { uriProblem } from "../../../api/options/text_forms.ts";
import type { OptionDefinition } from "../definition.ts";
import { text } from "../formats/text.ts";
import { textOf } from "../pool_source.ts";

/** RFC 8910 section 2.1: URI of the captive portal's API (rule 93). */
export const captivePortal: OptionDefinition<114, string> = {
  code: 114,
  name: "captive portal",
  format: text,
  fromPool: (pool) => textOf(pool, "captivePortal", uriProblem),
  askedFor: true,
};
