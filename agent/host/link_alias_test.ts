import assert from "node:assert/strict";
import { memoryLogger } from "../../runtime/testing/memory_logger.ts";
import { MemoryHost } from "../testing/memory_host.ts";
import { LinkAlias } from "./link_alias.ts";

const POOL = "default/net-48";
const ALIAS = "vm-dhcp: default/net-48";

function setUp(alias = "") {
  const host = new MemoryHost();
  const log = memoryLogger();
  host.link("eth1", { alias });
  const own = new LinkAlias(POOL, { host, log });
  const ensure = (name = "eth1") => {
    const state = host.read();
    own.ensure(state, state.links.get(name));
  };
  const aliasOf = (name = "eth1") => host.read().links.get(name)?.alias;
  return { host, log, own, ensure, aliasOf };
}

Deno.test("E7: LinkAlias writes the pool's name once, also over an earlier agent's, and takes it away at the end", () => {
  for (const before of ["", "vm-dhcp: default/an-earlier-one"]) {
    const { host, own, ensure, aliasOf } = setUp(before);
    ensure();
    ensure();
    assert.equal(aliasOf(), ALIAS);
    assert.equal(host.described.length, 1);
    own.leave(host.read());
    assert.equal(aliasOf(), "");
  }
});

Deno.test("E7: LinkAlias leaves an alias that somebody else wrote, before or meanwhile", () => {
  const { host, own, ensure, aliasOf } = setUp("uplink to rack 4");
  ensure();
  own.leave(host.read());
  assert.deepEqual(host.described, []);
  const later = setUp();
  later.ensure();
  later.host.link("eth1", { alias: "mine" });
  later.ensure();
  later.own.leave(later.host.read());
  assert.equal(later.aliasOf(), "mine");
  assert.equal(aliasOf(), "uplink to rack 4");
});

Deno.test("E7: LinkAlias follows the pool to another interface, and to one made again", () => {
  const { host, ensure, aliasOf } = setUp();
  ensure();
  host.link("eth2");
  ensure("eth2");
  assert.deepEqual([aliasOf("eth1"), aliasOf("eth2")], ["", ALIAS]);
  host.unlink("eth2");
  host.link("eth2");
  ensure("eth2");
  assert.equal(aliasOf("eth2"), ALIAS);
  host.unlink("eth2");
  ensure("eth2");
});

Deno.test("E7: a refused alias keeps nobody from being served, and is told once", () => {
  const { host, log, ensure, aliasOf } = setUp();
  host.dumb = new Error("EPERM");
  for (let round = 0; round < 3; round++) ensure();
  assert.equal(aliasOf(), "");
  assert.equal(log.lines.length, 1);
});

Deno.test("E7: an alias has 255 octets at most", () => {
  const host = new MemoryHost();
  const link = host.link("eth1");
  const long = `${"n".repeat(63)}/${"p".repeat(253)}`;
  new LinkAlias(long, { host, log: memoryLogger() }).ensure(host.read(), link);
  assert.equal(host.read().links.get("eth1")?.alias.length, 255);
});
