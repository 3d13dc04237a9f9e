import assert from "node:assert/strict";
import { interfaceNameProblem } from "./interface_name.ts";

for (const name of ["eth1", "br-lan.100", "n0123456789abcd", "a"]) {
  Deno.test(`interfaceNameProblem has nothing against ${name}`, () => {
    assert.equal(interfaceNameProblem(name), undefined);
  });
}

for (
  const name of [
    "",
    ".",
    "..",
    "a/b",
    "a b",
    "eth0:1",
    "n0123456789abcde",
    "\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc",
  ]
) {
  Deno.test(`interfaceNameProblem refuses ${JSON.stringify(name)}`, () => {
    assert.match(interfaceNameProblem(name) ?? "", /^must /);
  });
}
