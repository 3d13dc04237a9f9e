import { httpUrlProblem } from "../../../api/options/text_forms.ts";
import type { OptionDefinition } from "../definition.ts";
import { text } from "../formats/text.ts";
import { textOf } from "../pool_source.ts";

/** URL of the proxy's configuration file (draft-ietf-wrec-wpad-01 section 4.4.1), not registered, but in wide use. */
export const webProxy: OptionDefinition<252, string> = {
  code: 252,
  name: "web proxy auto-discovery",
  format: text,
  fromPool: (pool) => textOf(pool, "wpad", httpUrlProblem),
};
