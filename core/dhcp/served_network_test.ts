import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { parseIPv4 } from "../net/mod.ts";
import { network, NOON, pool } from "./rules/harness.ts";
import { compilePool } from "./served_network.ts";

const paths = (compiled: ReturnType<typeof compilePool>) =>
  compiled.problems.map(({ path }) => path);

Deno.test("a pool without faults compiles without problems", () => {
  const { network, problems } = compilePool(pool());
  deepStrictEqual(problems, []);
  strictEqual(network?.name, "default/net-48");
  strictEqual(network.serverAddress, parseIPv4("192.168.48.77"));
  deepStrictEqual([network.authoritative, network.bootp, network.mtu], [false, false, 1500]);
});

Deno.test("a pool without status has no leases", () => {
  const { status: _, ...bare } = pool();
  const { network, problems } = compilePool(bare);
  deepStrictEqual([network?.leases.size, problems], [0, []]);
});

Deno.test("a pool whose subnet or server cannot be read is not served, and says why", () => {
  const cases = [
    [{ cidr: "192.168.48.0" }, "spec.ipv4Config.cidr"],
    [{ cidr: "fd00::/64" }, "spec.ipv4Config.cidr"],
    [{ serverIP: "" }, "spec.ipv4Config.serverIP"],
    [{ serverIP: "fd00::1" }, "spec.ipv4Config.serverIP"],
    [{ serverIP: "192.168.49.1" }, "spec.ipv4Config.serverIP"],
    [{ serverIP: "192.168.48.0" }, "spec.ipv4Config.serverIP"],
    [{ serverIP: "192.168.48.255" }, "spec.ipv4Config.serverIP"],
  ] as const;
  for (const [config, path] of cases) {
    const compiled = compilePool(pool(config));
    strictEqual(compiled.network, undefined);
    deepStrictEqual(paths(compiled), [path]);
  }
  const { problems } = compilePool(pool({ serverIP: "fd00::1" }));
  deepStrictEqual(problems, [{
    path: "spec.ipv4Config.serverIP",
    value: "fd00::1",
    message: "must be an IPv4 address: IPv6 given where IPv4 is wanted",
  }]);
});

Deno.test("a server address that is handed in is served from, whatever the pool says", () => {
  const address = parseIPv4("192.168.48.9");
  for (const serverIP of ["", "192.168.48.77", "nonsense"]) {
    const { network, problems } = compilePool(pool({ serverIP }), { serverAddress: address });
    deepStrictEqual([network?.serverAddress, problems], [address, []]);
  }
});

Deno.test("a pool with bad values is served without them, and every one is named", () => {
  const compiled = compilePool(pool({
    router: "192.168.48.300",
    dns: ["1.1.1.1", "one", "0.0.0.0"],
    domainName: "no good",
    domainSearch: ["good.example", "-bad"],
    ntp: ["10.0.0.1", "unknown.example"],
    leaseTime: 0,
  }, {
    allocated: {
      "192.168.48.81": "52:54:00:11:22:01",
      "192.168.48.82": "?",
      "10.0.0.1": "52:54:00:11:22:02",
    },
    conflicts: { "192.168.48.83": { until: "soon" } },
  }));
  deepStrictEqual(paths(compiled).toSorted(), [
    "spec.ipv4Config.dns[1]",
    "spec.ipv4Config.dns[2]",
    "spec.ipv4Config.domainName",
    "spec.ipv4Config.domainSearch[1]",
    "spec.ipv4Config.leaseTime",
    "spec.ipv4Config.ntp[1]",
    "spec.ipv4Config.router",
    "status.ipv4.allocated[10.0.0.1]",
    "status.ipv4.allocated[192.168.48.82]",
    "status.ipv4.conflicts[192.168.48.83]",
  ]);
  strictEqual(compiled.network?.leases.size, 1);
  for (const { message } of compiled.problems) ok(/^must be .*[^.]$/.test(message), message);
});

Deno.test("an address may be held until a time", () => {
  const served = network(pool({}, {
    conflicts: {
      "192.168.48.90": { until: "2025-11-21T12:00:10Z" },
      "192.168.48.81": { until: "2025-11-21T13:00:00+01:00", macAddress: "52:54:00:11:22:01" },
      "192.168.48.99": { until: "2025-11-21T11:59:59Z" },
    },
  }));
  const held = (text: string, at: number) => served.isHeld(parseIPv4(text), at);
  deepStrictEqual([held("192.168.48.81", NOON - 1), held("192.168.48.81", NOON)], [true, false]);
  deepStrictEqual([held("192.168.48.90", NOON), held("192.168.48.90", NOON + 10_000)], [
    true,
    false,
  ]);
  deepStrictEqual([held("192.168.48.99", NOON), held("192.168.48.80", NOON)], [false, false]);
});

Deno.test("a network with the same options goes on with what was encoded", () => {
  const first = network();
  const leasesOnly = network(pool({}, { allocated: {} }), { previous: first });
  strictEqual(leasesOnly.options, first.options);
  strictEqual(leasesOnly.leases.size, 0);
  const edited = network(pool({ dns: [] }), { previous: first });
  strictEqual(edited.options === first.options, false);
  deepStrictEqual(network(pool(), { previous: edited }).serverIds, first.serverIds);
});

Deno.test("a network's MTU is at least 576", () => {
  deepStrictEqual([network(pool(), { mtu: 100 }).mtu, network(pool(), { mtu: 9000 }).mtu], [
    576,
    9000,
  ]);
});

Deno.test("replies to the same list are the same octets, and the lists kept are bounded", () => {
  const served = network();
  const list = (...codes: number[]) => ({
    bytes: new Uint8Array(codes),
    offset: 0,
    length: codes.length,
  });
  const first = served.runsFor(list(1, 3, 6));
  strictEqual(served.runsFor(list(1, 3, 6)), first);
  strictEqual(
    served.runsFor({ bytes: new Uint8Array([9, 1, 3, 6, 9]), offset: 1, length: 3 }),
    first,
  );
  for (let i = 0; i < 5000; i++) served.runsFor(list(i & 255, i >>> 8, 3));
  const again = served.runsFor(list(1, 3, 6));
  strictEqual(again === first, false); // it was pushed out
  deepStrictEqual(again, first);
});
