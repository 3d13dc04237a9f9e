import { strictEqual as equal } from "node:assert/strict";
import { Patience } from "./patience.ts";

Deno.test("Patience lets wait while it is busy, and at last no longer", () => {
  const patience = new Patience(100);
  equal(patience.isToWait(false, 0), false);
  equal(patience.isToWait(true, 10), true);
  equal(patience.isToWait(true, 109), true);
  equal(patience.isToWait(true, 110), false);
  equal(patience.isToWait(true, 111), false, "the next one does not wait anew");
  equal(patience.isToWait(false, 120), false);
  equal(patience.isToWait(true, 130), true, "it was quiet meanwhile");
});

Deno.test("Patience begins anew where nobody looked for long", () => {
  const patience = new Patience(100);
  patience.isToWait(true, 0);
  equal(patience.isToWait(true, 1_000), true);
});
