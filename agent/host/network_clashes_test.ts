import assert from "node:assert/strict";
import { withoutClashes } from "./network_clashes.ts";

Deno.test("withoutClashes gives an interface to the first pool that names it", () => {
  assert.deepEqual(
    withoutClashes([
      { pool: "default/a", interfaceName: "eth1" },
      { pool: "default/b", interfaceName: "eth1" },
      { pool: "default/c", interfaceName: "eth2" },
    ]),
    [
      { pool: "default/a", interfaceName: "eth1" },
      {
        pool: "default/b",
        interfaceName: "eth1",
        problem: "Interface eth1 is served for IPPool default/a already",
      },
      { pool: "default/c", interfaceName: "eth2" },
    ],
  );
});

Deno.test("withoutClashes leaves an interface free that a network with a problem names", () => {
  const networks = [
    { pool: "default/a", interfaceName: "eth1", problem: "No such VLAN" },
    { pool: "default/b", interfaceName: "eth1" },
  ];
  assert.deepEqual(withoutClashes(networks), networks);
});

Deno.test("withoutClashes refuses a pool that comes twice, and one without a namespace", () => {
  const network = { pool: "default/a", interfaceName: "eth1" };
  assert.throws(
    () => withoutClashes([network, network]),
    /^TypeError: Cannot serve a pool twice: default\/a$/,
  );
  assert.throws(
    () => withoutClashes([{ ...network, pool: "a" }]),
    /^TypeError: Cannot serve a pool without a namespace: "a"$/,
  );
});
