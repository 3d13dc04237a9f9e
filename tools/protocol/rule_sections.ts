/**
 * The rules that the server keeps on the wire.
 *
 * @module
 */
import type { RuleSection } from "./rule.ts";
import { OPTION_RULES } from "./rules/options.ts";
import { REPLY_RULES } from "./rules/replies.ts";
import { REQUEST_RULES } from "./rules/requests.ts";

/** All rules, in the order of their numbers. */
export const RULE_SECTIONS: readonly RuleSection[] = [
  ...REQUEST_RULES,
  ...REPLY_RULES,
  ...OPTION_RULES,
];
