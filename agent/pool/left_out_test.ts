import assert from "node:assert/strict";
import { compilePool, type ServedNetwork } from "../../core/dhcp/mod.ts";
import { poolWith } from "../testing/dhcp.ts";
import { LeftOutOptions } from "./left_out.ts";

function networkOf(config: Parameters<typeof poolWith>[0] = {}, previous?: ServedNetwork) {
  const { network } = compilePool(poolWith(config), previous === undefined ? {} : { previous });
  assert.ok(network);
  return network;
}

Deno.test("rule 83: options that replies had no room for are named once each, five at most", () => {
  let calls = 0;
  const leftOut = new LeftOutOptions(() => calls++);
  const network = networkOf();
  assert.equal(leftOut.noteOf(network), undefined);
  for (const code of [119, 6, 119, 6, 119]) leftOut.add(code);
  assert.equal(calls, 2);
  assert.equal(
    leftOut.noteOf(network),
    "some replies have no room for the options 6 domain name servers, 119 domain search",
  );
  for (let code = 200; code < 224; code++) leftOut.add(code);
  assert.match(leftOut.noteOf(network) ?? "", / 202 unassigned and 21 more$/);
});

Deno.test("rule 83: what is left out is forgotten when the pool has other options, and only then", () => {
  const leftOut = new LeftOutOptions(() => undefined);
  const network = networkOf();
  leftOut.noteOf(network);
  leftOut.add(119);
  assert.match(leftOut.noteOf(networkOf({}, network)) ?? "", /119/);
  assert.equal(leftOut.noteOf(networkOf({ leaseTime: 60 }, network)), undefined);
});
