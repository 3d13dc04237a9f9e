import { strictEqual } from "node:assert/strict";
import { csvText } from "./csv.ts";

Deno.test("csvText quotes as RFC 4180 has it", () => {
  strictEqual(
    csvText(["A B", "C"], [['say "hi"', "a,b"], ["two\n# exit 0\nlines\x1b[2J", undefined], [
      1,
      true,
    ]]),
    'a_b,c\r\n"say ""hi""","a,b"\r\ntwo # exit 0 lines [2J,\r\n1,true\r\n',
  );
});

for (const text of ["=1+1", "+1", "-1", "@SUM(A1)", " =1+1", "\uff1d1+1"]) {
  Deno.test(`csvText lets no spreadsheet run ${JSON.stringify(text)}`, () => {
    strictEqual(csvText(["A"], [[text]]).split("\r\n")[1], `'${text}`);
  });
}

Deno.test("csvText leaves numbers alone that are below zero", () => {
  strictEqual(csvText(["A"], [[-1]]), "a\r\n-1\r\n");
});
