import { deepStrictEqual as deepEqual, strictEqual as equal } from "node:assert/strict";
import { formatTable } from "./table.ts";

Deno.test("formatTable prints a table as kubectl get -A does, wide columns only when asked for", () => {
  const table = {
    columnDefinitions: [{ name: "Name" }, { name: "USED" }, { name: "CIDR", priority: 1 }, {
      name: "Age",
    }],
    rows: [
      {
        cells: ["net-48", 1, "192.168.48.0/24", "5s"],
        object: { metadata: { namespace: "default" } },
      },
      { cells: ["x", null, "10.0.0.0/8", "<unknown>"] },
    ],
  };
  deepEqual(formatTable(table, false), [
    "NAMESPACE   NAME     USED   AGE",
    "default     net-48   1      5s",
    "            x               <unknown>",
  ]);
  equal(formatTable(table, true)[1], "default     net-48   1      192.168.48.0/24   5s");
});
