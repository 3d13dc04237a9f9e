import assert from "node:assert/strict";
import type { IPPool } from "../../core/api/types.ts";
import { formatIPv4, parseIPv4 } from "../../core/net/mod.ts";
import { PoolCompiler } from "./pool_compiler.ts";
import { poolWith } from "../testing/dhcp.ts";

function setUp() {
  const problems: string[] = [];
  return { problems, compiler: new PoolCompiler((problem) => problems.push(problem)) };
}

Deno.test("PoolCompiler compiles a pool once", () => {
  const { compiler } = setUp();
  const pool = poolWith();
  assert.equal(
    compiler.compile(pool, { mtu: 1500 }).served,
    compiler.compile(pool, { mtu: 1500 }).served,
  );
  const remembered = compiler.compile(pool, { mtu: 1500, remembered: true });
  assert.equal(remembered.served?.remembered, true);
  assert.equal(compiler.compile(pool, { mtu: 1500 }).served?.remembered, false);
  assert.equal(compiler.compile(pool, { mtu: 1400 }).served?.mtu, 1400);
});

Deno.test("PoolCompiler keeps the server identifiers of before, also over a state that cannot be served", () => {
  const { compiler } = setUp();
  compiler.compile(poolWith({ serverIP: "192.168.48.77" }), { mtu: 1500 });
  compiler.compile(poolWith({ serverIP: "10.0.0.1" }), { mtu: 1500 });
  const { served } = compiler.compile(poolWith({ serverIP: "192.168.48.78" }), { mtu: 1500 });
  assert.equal(served?.isServer(parseIPv4("192.168.48.77")), true);
  assert.equal(served?.isServer(parseIPv4("10.0.0.1")), false);
});

Deno.test("PoolCompiler gives a pool without a server address the first that is free for it", () => {
  const { compiler } = setUp();
  const { serverIP: _, ...config } = poolWith({ router: "192.168.48.1" }).spec.ipv4Config;
  const pool = poolWith();
  const { served } = compiler.compile(
    { ...pool, spec: { ...pool.spec, ipv4Config: config } },
    { mtu: 1500 },
  );
  assert.equal(formatIPv4(served?.serverAddress ?? 0), "192.168.48.2");
});

Deno.test("PoolCompiler serves what is good, and tells the rest once", () => {
  const { compiler, problems } = setUp();
  const pool = poolWith({ dns: ["1.1.1.1", "one"] });
  assert.equal(compiler.compile(pool, { mtu: 1500 }).served?.leases.size, 1);
  compiler.compile(pool, { mtu: 1500 });
  assert.equal(problems.length, 1);
  assert.match(problems[0] ?? "", /^spec\.ipv4Config\.dns\[1\]: must be an IPv4 address.*: "one"$/);
});

Deno.test("PoolCompiler names the first five problems, and says how many more there are", () => {
  const { compiler, problems } = setUp();
  const domainSearch = Array.from({ length: 8 }, (_, at) => `bad name ${at}`);
  const { problems: text } = compiler.compile(poolWith({ domainSearch }), { mtu: 1500 });
  assert.match(
    text,
    /^spec\.ipv4Config\.domainSearch\[0\]: .*; spec\.ipv4Config\.domainSearch\[4\]: .*; and 3 more$/,
  );
  assert.doesNotMatch(text, /domainSearch\[5\]/);
  assert.deepEqual(problems, [text]);
  const five =
    compiler.compile(poolWith({ domainSearch: domainSearch.slice(0, 5) }), { mtu: 1500 }).problems;
  assert.match(five, /"bad name 4"$/);
});

Deno.test("PoolCompiler has room for what is wrong with a pool in a report, also where its keys are long", () => {
  const { compiler } = setUp();
  const allocated = Object.fromEntries(
    Array.from({ length: 10 }, (_, at) => [`${at}${"k".repeat(10_000)}`, "52:54:00:00:00:01"]),
  );
  const pool = poolWith();
  const status = { ...pool.status, ipv4: { ...pool.status?.ipv4, allocated } };
  const { problems } = compiler.compile({ ...pool, status } as IPPool, { mtu: 1500 });
  assert.match(problems, /^status\.ipv4\.allocated\[0k+; .*; and 5 more$/);
  assert.ok(problems.length < 1_600, String(problems.length));
});

const UNFIT: readonly (readonly [what: string, pool: unknown, problem: RegExp])[] = [
  ["a subnet that cannot be read", poolWith({ cidr: "192.168.48.0" }), /^spec\.ipv4Config\.cidr: /],
  [
    "a server address outside its subnet",
    poolWith({ serverIP: "10.0.0.1" }),
    /^spec\.ipv4Config\.serverIP: /,
  ],
  ["no spec at all", { ...poolWith(), spec: undefined }, /^spec: /],
  ["a spec of another kind", { ...poolWith(), spec: { ipv4Config: [] } }, /^spec\./],
];
for (const [what, pool, problem] of UNFIT) {
  Deno.test(`PoolCompiler serves no pool with ${what}, and says why`, () => {
    const { compiler } = setUp();
    const { served, problems } = compiler.compile(pool as IPPool, { mtu: 1500 });
    assert.equal(served, undefined);
    assert.match(problems, problem);
  });
}
