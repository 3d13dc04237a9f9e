/**
 * What the programs tell Prometheus is what the catalogue says.
 *
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import { catalogueOf } from "../../tools/metrics/catalogue.ts";
import { startProgram } from "./program.ts";

const POOLS = JSON.stringify([{ interfaceName: "no-such-link", ipPoolRef: "default/net-48" }]);
const OPTIONS = { controller: {}, agent: { env: { AGENT_NETWORK_CONFIGS: POOLS } } };

for (const program of ["controller", "agent"] as const) {
  Deno.test(`${program} has all metrics of docs/metrics.md, and no other`, async () => {
    await using running = startProgram(program, [], OPTIONS[program]);
    const page = await running.page("/metrics");
    const told = [...page.matchAll(/^# HELP (\S+) (.*)\n# TYPE \S+ (\w+)$/gm)]
      .map(([, name, help, type]) => ({ name, type, help })).toSorted((one, other) =>
        (one.name ?? "") < (other.name ?? "") ? -1 : 1
      );
    deepStrictEqual(
      told,
      catalogueOf(program).map(({ name, type, help }) => ({ name, type, help })),
    );
  });
}
