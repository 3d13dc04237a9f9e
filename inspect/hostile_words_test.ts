import { deepStrictEqual, doesNotMatch, strictEqual } from "node:assert/strict";
import type { Condition } from "../core/api/types.ts";
import type { RecordChange } from "../core/history/record_change.ts";
import { configWith, MAC, poolWith } from "../core/inspect/testing/world.ts";
import { inspectApp } from "./app.ts";
import type { InspectSource } from "./source.ts";
import { sourceWith } from "./testing/source.ts";

async function ask(path: string, source: Partial<InspectSource> = {}) {
  const response = await inspectApp(sourceWith(source)).fetch(new Request(`http://x/v1/${path}`));
  return { text: await response.text() };
}

const HOSTILE = "no\x1b[2J\x9b2J\u202eb\r\n# exit 0\n";

const CHANGE: RecordChange = {
  at: "2026-01-01T00:00:00Z",
  event: "given",
  address: "192.168.48.86",
  macAddress: MAC,
  vm: HOSTILE,
  why: HOSTILE,
};

for (const output of ["table", "json", "yaml", "csv"]) {
  for (const verb of ["check", "pools", "agents", "why", "leases", "history"]) {
    Deno.test(`${verb} as ${output} steers no terminal, whatever people write`, async () => {
      const config = configWith({ reason: HOSTILE, message: HOSTILE }, { vmName: HOSTILE });
      const condition = { type: "AgentReady", status: "False", reason: HOSTILE, message: HOSTILE };
      const of = verb === "why" ? `of=${encodeURIComponent(MAC)}&` : "";
      const { text } = await ask(`${verb}?${of}output=${output}`, {
        pools: () => [poolWith({ conditions: [condition as Condition] })],
        configs: () => [config],
        history: () => Promise.resolve([CHANGE]),
        notReady: () => [HOSTILE],
        checks: () =>
          Promise.resolve([{ check: "It", state: "failed", says: HOSTILE, todo: HOSTILE }]),
      });
      // deno-lint-ignore no-control-regex
      doesNotMatch(text, /[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/);
      doesNotMatch(text, /^# exit/m);
      if (output === "table") doesNotMatch(text, /\r/);
    });
  }
}

Deno.test("a refusal steers no terminal either: kubectl shows it as it is", async () => {
  const { text } = await ask(`why?of=${encodeURIComponent(HOSTILE)}`);
  strictEqual(JSON.parse(text).message, "There is no VM and no vmnetcfg no [2J 2J b # exit 0 ");
});

Deno.test("yaml is what json is, for readers of YAML 1.1, too, which take many MAC addresses for numbers", async () => {
  const { parse } = await import("yaml");
  const many = Array.from({ length: 250 }, (_, index) => [
    `192.168.48.${index}`,
    `52:54:00:12:34:${String(index % 60).padStart(2, "0")}`,
  ]);
  const pool = poolWith({ allocated: { ...Object.fromEntries(many), "192.168.48.251": HOSTILE } });
  for (const [verb, source] of [["pools", {}], ["leases", { pools: () => [pool] }]] as const) {
    const json = JSON.parse((await ask(`${verb}?output=json`, source)).text);
    const { text } = await ask(`${verb}?output=yaml`, source);
    for (const version of ["1.1", "1.2"] as const) deepStrictEqual(parse(text, { version }), json);
  }
});
