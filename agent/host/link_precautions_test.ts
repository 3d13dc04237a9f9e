import assert from "node:assert/strict";
import { memoryLogger } from "../../runtime/testing/memory_logger.ts";
import { MemoryHost } from "../testing/memory_host.ts";
import type { LinkSettings } from "./host_network.ts";
import { LinkPrecautions } from "./link_precautions.ts";

function setUp(
  settings: Partial<LinkSettings> = {},
  options: { readonly rpFilterOfAll?: number; readonly keepForwarding?: boolean } = {},
) {
  const { rpFilterOfAll = 0, keepForwarding = false } = options;
  const host = new MemoryHost();
  host.routes = { ...host.routes, rpFilterOfAll };
  const all = { forwarding: 0, rpFilter: 0, acceptLocal: 0, arpIgnore: 0, ...settings };
  const link = host.link("eth1", { settings: all });
  const log = memoryLogger();
  const precautions = new LinkPrecautions({ host, log, keepForwarding });
  const ensure = () => {
    const state = host.read();
    return precautions.ensure(state, state.links.get("eth1"));
  };
  return { host, link, log, precautions, ensure };
}

Deno.test("T11: LinkPrecautions turns forwarding off, keeps it off, and puts it back", () => {
  const { host, link, precautions, ensure } = setUp({ forwarding: 1 });
  for (const _look of [1, 2]) assert.equal(ensure(), undefined);
  assert.deepEqual(host.calls, ["forwarding 0 eth1"]);
  host.link("eth1", { ...link, settings: { ...link.settings, forwarding: 1 } });
  ensure();
  assert.deepEqual(host.calls.slice(1), ["forwarding 0 eth1"]);
  precautions.leave(host.read());
  precautions.leave(host.read());
  assert.deepEqual(host.calls.slice(2), ["forwarding 1 eth1"]);
});

Deno.test("T11: LinkPrecautions leaves forwarding as it is where the machine routes, and where it is off", () => {
  for (const [forwarding, keepForwarding] of [[1, true], [0, false]] as const) {
    const { host, precautions, ensure } = setUp({ forwarding }, { keepForwarding });
    ensure();
    precautions.leave(host.read());
    assert.deepEqual(host.calls, []);
  }
});

for (
  const [own, all, wanted] of [
    [0, 0, undefined],
    [1, 0, 0],
    [0, 1, 2],
    [1, 1, 2],
    [2, 1, undefined],
    [1, 2, undefined],
    [0, 2, undefined],
  ] as const
) {
  const what = wanted === undefined ? "leaves it" : `makes it ${wanted}, and puts it back`;
  Deno.test(`T10: LinkPrecautions ${what} where rp_filter is ${own} and that of all is ${all}`, () => {
    const { host, precautions, ensure } = setUp({ rpFilter: own }, { rpFilterOfAll: all });
    for (const _look of [1, 2]) assert.equal(ensure(), undefined);
    precautions.leave(host.read());
    const changes = wanted === undefined ? [] : [`rpFilter ${wanted} eth1`, `rpFilter ${own} eth1`];
    assert.deepEqual(host.calls, changes);
  });
}

Deno.test("T10: LinkPrecautions puts rp_filter back as soon as that of all is no longer strict", () => {
  const { host, ensure } = setUp({}, { rpFilterOfAll: 1 });
  ensure();
  host.routes = { ...host.routes, rpFilterOfAll: 0 };
  ensure();
  assert.deepEqual(host.calls, ["rpFilter 2 eth1", "rpFilter 0 eth1"]);
});

Deno.test("T10: LinkPrecautions says that renewals are not heard where loose is all that it can do and nothing leads anywhere", () => {
  const { host, ensure } = setUp({}, { rpFilterOfAll: 1 });
  host.routes = { ...host.routes, hasDefaultRoute: false };
  assert.equal(
    ensure(),
    "rp_filter of eth1 is 2 and there is no default route: clients that renew by unicast are not heard",
  );
});

Deno.test("LinkPrecautions says what went wrong, says it once in the log, and tries again", () => {
  const { host, log, ensure } = setUp({ forwarding: 1 });
  for (const _look of [1, 2, 3]) {
    host.failure = new Error("Cannot change the settings: EPERM");
    assert.equal(ensure(), "Cannot change the settings: EPERM");
  }
  assert.equal(log.lines.filter(({ level }) => level === "warn").length, 1);
  assert.equal(ensure(), undefined);
  assert.deepEqual(host.calls, ["forwarding 0 eth1"]);
});

Deno.test("LinkPrecautions undoes nothing on an interface that is gone, or was made again", () => {
  const { host, precautions, ensure } = setUp({ forwarding: 1, rpFilter: 1 });
  ensure();
  host.unlink("eth1");
  host.link("eth1", { settings: { forwarding: 0, rpFilter: 0, acceptLocal: 0, arpIgnore: 0 } });
  host.calls.length = 0;
  ensure();
  precautions.leave(host.read());
  assert.deepEqual(host.calls, []);
});

Deno.test("LinkPrecautions puts an interface back that it no longer serves", () => {
  const { host, precautions, ensure } = setUp({ forwarding: 1 });
  ensure();
  const other = host.link("eth2", {
    settings: { forwarding: 1, rpFilter: 0, acceptLocal: 0, arpIgnore: 0 },
  });
  precautions.ensure(host.read(), other);
  assert.deepEqual(host.calls, ["forwarding 0 eth1", "forwarding 1 eth1", "forwarding 0 eth2"]);
  precautions.ensure(host.read(), undefined);
  assert.deepEqual(host.calls.slice(3), ["forwarding 1 eth2"]);
});
