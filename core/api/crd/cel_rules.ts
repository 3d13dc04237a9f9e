/**
 * The CEL rules of the CRDs, each with its meaning in TypeScript, so that what is not a kube-apiserver can hold to
 * them too.
 *
 * @module
 */

/** Whether a rule holds for a value. `oldSelf` is the value before the change; a rule that names it is not asked at creation. */
export type CelRuleCheck = (self: unknown, oldSelf: unknown) => boolean;

/** The value may not change. */
export const IMMUTABLE = "self == oldSelf";
/** The text of a subnet is none of those in which no host can have an address; which ones it covers, the webhook looks at. */
export const FOR_HOSTS = "!self.matches('^(0|127|22[4-9]|2[3-5][0-9])[.]')";
/** At most one of the two spellings of the list of NICs. */
export const ONE_SPELLING = "!(has(self.networkConfig) && has(self.networkConfigs))";

/**
 * Every rule that stands in a CRD's `x-kubernetes-validations`: its CEL text -> what it checks.
 *
 * @example
 * ```ts
 * import { CEL_RULES } from "@vm-dhcp/vm-dhcp/api";
 * import { strictEqual as equal } from "node:assert/strict";
 *
 * equal(CEL_RULES.get("self == oldSelf")?.("192.168.48.0/24", "192.168.49.0/24"), false);
 * ```
 */
export const CEL_RULES: ReadonlyMap<string, CelRuleCheck> = new Map<string, CelRuleCheck>([
  [IMMUTABLE, (self, oldSelf) => self === oldSelf],
  // What is no text its type refuses.
  [
    FOR_HOSTS,
    (self) => typeof self !== "string" || !/^(0|127|22[4-9]|2[3-5][0-9])[.]/.test(self),
  ],
  [ONE_SPELLING, (self) => !(has(self, "networkConfig") && has(self, "networkConfigs"))],
]);

function has(self: unknown, field: string): boolean {
  return typeof self === "object" && self !== null && Object.hasOwn(self, field);
}

/** A schema's `x-kubernetes-validations` with one rule, or more. */
export function validation(
  rule: string,
  message: string,
  ...more: readonly { readonly rule: string; readonly message: string }[]
): Record<string, unknown> {
  return { "x-kubernetes-validations": [{ rule, message }, ...more] };
}
