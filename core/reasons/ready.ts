import type { ConditionAnswer } from "./condition_answer.ts";

/** What a condition says, and which it is. */
type TypedAnswer<Reason extends string> = ConditionAnswer<Reason> & { readonly type: string };

/**
 * The condition `Ready`, which tools wait for that know nothing else of our kinds (`kubectl wait`, Flux, Argo CD): True where every
 * condition that is needed is True, else what the first says that is not.
 *
 * @param needed Types of the conditions that are needed, the one that explains most first; one that is not there is not needed
 * @param message What it says where all is well
 */
export function readyFrom<Reason extends string>(
  answers: readonly TypedAnswer<Reason>[],
  needed: readonly string[],
  message: string,
): TypedAnswer<Reason | "Ready"> {
  const type = "Ready";
  for (const name of needed) {
    const answer = answers.find((one) => one.type === name);
    if (answer !== undefined && answer.status !== "True") return { ...answer, type };
  }
  return { type, status: "True", reason: "Ready", message };
}
