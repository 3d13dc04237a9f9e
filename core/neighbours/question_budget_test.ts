import { strictEqual } from "node:assert/strict";
import { QuestionBudget } from "./question_budget.ts";

Deno.test("QuestionBudget gives 20 questions in any second, and no more", () => {
  const budget = new QuestionBudget();
  const asked: number[] = [];
  for (let now = 0; now < 5_000; now += 7) {
    if (budget.left(now) === 0) continue;
    budget.spend(now);
    asked.push(now);
  }
  for (const from of asked) {
    const within = asked.filter((at) => at >= from && at < from + 1_000).length;
    strictEqual(within <= 20, true, `${within} from ${from} on`);
  }
  strictEqual(asked.length >= 95, true);
});
