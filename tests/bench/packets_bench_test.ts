import assert from "node:assert/strict";
import { enterPrivateNetwork } from "../network/namespaces.ts";
import { FIGURES, goalsOf } from "./packets/figures.ts";
import { measurePackets } from "./packets/measure.ts";
import { measuredText, plot, withMeasured } from "./packets/page.ts";
import { SHORT_PLAN } from "./packets/plans.ts";

Deno.test("the packet bench measures every figure, and writes its page and its plot", async () => {
  using _network = enterPrivateNetwork();
  const figures = await measurePackets(SHORT_PLAN, () => undefined);
  const { ours, ceiling, own } = figures;
  for (const samples of [ours, ceiling]) {
    for (const figure of Object.keys(FIGURES) as (keyof typeof FIGURES)[]) {
      const [value] = samples.rounds(figure);
      assert.ok(value !== undefined && value >= 0, `${samples.name}: ${figure}: ${value}`);
    }
    assert.ok((samples.median("closedDirect") ?? 0) > 0);
    assert.ok((samples.median("closedRelay") ?? 0) > 0);
    assert.ok((samples.median("renewals") ?? 0) > 0);
  }
  assert.ok(own.many.startMs > 0 && own.many.residentMb > 0 && own.many.burstLost === 0);
  const measured = measuredText(figures, "A machine.");
  for (const row of Object.values(FIGURES)) assert.ok(measured.includes(`| ${row}`), row);
  for (const { text } of goalsOf(figures)) assert.ok(measured.includes(`| ${text}`), text);
  assert.ok(measured.includes("](performance.svg)"));
  const page = await Deno.readTextFile(new URL("../../docs/performance.md", import.meta.url));
  const written = withMeasured(page, measured);
  assert.equal(withMeasured(written, measured), written);
  assert.throws(() => withMeasured("Nothing", measured), /Cannot write a page without the mark/);
  assert.match(plot(figures), /^<svg [^]*<\/svg>\n$/);
});
