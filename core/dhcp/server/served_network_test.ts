import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { fieldPath } from "../../api/fields/field_error.ts";
import { parseIPv4 } from "../../net/mod.ts";
import { network, NOON, pool } from "../testing/harness.ts";
import type { ReplyKind } from "./reply_options.ts";
import { compilePool, type ServedNetwork } from "./served_network.ts";

const paths = (compiled: ReturnType<typeof compilePool>) =>
  compiled.problems.map(({ path }) => fieldPath(path));

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
    path: ["spec", "ipv4Config", "serverIP"],
    value: "fd00::1",
    message: "must be an IPv4 address: IPv6 given where IPv4 is wanted",
  }]);
});

Deno.test("a pool that does not say its server's address yet is a problem, not a failure", () => {
  const whole = pool();
  const { serverIP: _, ...ipv4Config } = whole.spec.ipv4Config;
  const compiled = compilePool({ ...whole, spec: { ...whole.spec, ipv4Config } });
  strictEqual(compiled.network, undefined);
  deepStrictEqual(paths(compiled), ["spec.ipv4Config.serverIP"]);
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

function list(...codes: readonly number[]) {
  return { bytes: new Uint8Array(codes), offset: 0, length: codes.length };
}

/** The options of the reply to a list, one after the other, each as its octets. */
function optionsFor(served: ServedNetwork, codes: readonly number[], kind: ReplyKind = "lease") {
  const run = served.options.plain.for(list(...codes), kind);
  const ends = [...run.ends.subarray(0, run.count)];
  strictEqual(ends.at(-1), run.length);
  return ends.map((end, index) => [...run.bytes.subarray(ends[index - 1] ?? 0, end)]);
}

/** What a network that was never asked before says. */
function optionsOfNew(codes: readonly number[], kind?: ReplyKind) {
  return optionsFor(network(), codes, kind);
}

const ALL = [1, 3, 6, 15, 119, 42, 28, 51, 58, 59, 54];

Deno.test("each list gets its own options, however many lists others sent before", () => {
  const served = network();
  for (let first = 0; first < 256; first++) {
    for (let length = ALL.length; length >= 0; length--) { // the longer before what it begins with
      const codes = [first, ...ALL.slice(0, length)];
      for (const kind of ["lease", "inform"] as const) {
        deepStrictEqual(optionsFor(served, codes, kind), optionsOfNew(codes, kind), `${codes}`);
      }
    }
  }
});

/** A list of all that the network has, in an order of its own for each number. */
function shuffled(number: number): number[] {
  const rest = [...ALL];
  const codes: number[] = [];
  for (let left = number; rest.length > 0; left = Math.floor(left / rest.length) + 1) {
    codes.push(...rest.splice(left % rest.length, 1));
  }
  return codes;
}

Deno.test("T16, rule 106: a list that nobody sent before gets its options in its order, and leaves the network as it was", () => {
  const served = network();
  for (let number = 0; number < 5000; number++) {
    const codes = shuffled(number * 7919);
    if (number % 16 === 0) deepStrictEqual(optionsFor(served, codes), optionsOfNew(codes));
    else served.options.plain.for(list(...codes), "lease");
  }
  deepStrictEqual(optionsFor(served, [1, 3, 6]), optionsOfNew([1, 3, 6]));
  deepStrictEqual(optionsFor(served, [6, 3, 1], "inform"), optionsOfNew([6, 3, 1], "inform"));
});

Deno.test("T16, rule 106: lists that differ in what the network does not have are one list", () => {
  const served = network();
  const first = served.options.plain.for(list(1, 3, 6), "lease");
  const same = [[1, 3, 6, 250], [200, 1, 99, 3, 3, 6, 1], [1, 3, 6, ...new Array(250).fill(12)]];
  for (const codes of same) strictEqual(served.options.plain.for(list(...codes), "lease"), first);
  for (let number = 0; number < 5000; number++) {
    served.options.plain.for(list(200 + (number % 50), 60 + (number % 40), 3), "lease");
  }
  strictEqual(served.options.plain.for(list(1, 3, 6), "lease"), first);
  strictEqual(
    served.options.plain.for(
      { bytes: new Uint8Array([9, 1, 3, 6, 9]), offset: 1, length: 3 },
      "lease",
    ),
    first,
  );
});

Deno.test("T16: the lists that are kept are bounded", () => {
  const served = network();
  const kept = new Set<unknown>();
  for (let number = 0; number < 5000; number++) {
    const codes = shuffled(number * 7919);
    kept.add(served.options.plain.for(list(...codes), "lease"));
  }
  // 68 at first, one in 64 of the others, and the one that is used again for all the rest.
  ok(kept.size <= 68 + 5000 / 64 + 1, `${kept.size}`);
});

Deno.test("rows of the pool are not read again for each client that has a word of its own", () => {
  const reads = (count: number) => {
    let rows = 0;
    const counted = <Row extends object>(row: Row): Row =>
      new Proxy(row, { get: (target, key) => (rows++, Reflect.get(target, key)) });
    const macs = Array.from({ length: count }, (_, i) => `52:54:00:22:00:${10 + i}`);
    const clients = Object.fromEntries(
      macs.map((mac, i) => [mac, { options: { leaseTime: 600 + i } }]),
    );
    const options = [counted({ code: 200, type: "text" as const, value: "x" })];
    const bootFiles = [counted({ architecture: 7, fileName: "a.efi" })];
    const { problems } = compilePool(pool({ options, bootFiles }, { clients }));
    deepStrictEqual(problems, []);
    return rows;
  };
  strictEqual(reads(50), reads(1));
});
