import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { parseCidr } from "../../net/mod.ts";
import { shownErrors } from "../testing/shown_errors.ts";
import { keepClientOptions, readClientOptions } from "./read_client_options.ts";

const NETWORK = { cidr: parseCidr("192.168.48.0/24") };

function read(options: unknown): readonly [kept: unknown, ...problems: string[]] {
  const { options: kept, errors } = readClientOptions(
    typeof options === "string" ? options : JSON.stringify(options),
    NETWORK,
  );
  return [kept, ...shownErrors(errors).map(({ path, message }) => `${path}: ${message}`)];
}

const GOOD = { router: "", dns: [], mtu: 1_450, timezone: { tzdb: "UTC" } };

Deno.test("readClientOptions gives back what is good as it is, empty texts and lists, too", () => {
  deepStrictEqual(read(GOOD), [GOOD]);
  deepStrictEqual(read("{}"), [{}]);
});

const BAD: readonly (readonly [name: string, said: object, kept: object, ...string[]])[] = [
  ["a field of another type", { mtu: "1450" }, {}, "mtu: must be a whole number"],
  ["a field with a bad value", { mtu: 67 }, {}, "mtu: must be from 68 to 65535 octets"],
  ["a field that is not known", { mtuu: 1 }, {}, "mtuu: is not a known field; did you mean mtu?"],
  [
    "a field spelt otherwise",
    { Lease_Time: 300 },
    {},
    "Lease_Time: is not a known field; did you mean leaseTime?",
  ],
  [
    "a lease time that cannot become a number",
    { leaseTime: { toString: 0 }, renewalTime: 900 },
    { renewalTime: 900 },
    "leaseTime: must be a whole number",
  ],
  [
    "a field of a pool",
    { hostnames: true },
    {},
    "hostnames: is not a known field; known are router, dns, domainName, domainSearch, ntp, leaseTime, renewalTime, rebindingTime, mtu, routes, broadcast, captivePortal, ipv6OnlyPreferred, timezone, wpad, nextServer, tftpServerName, bootFileName, bootFiles, options, vendorOptions",
  ],
  [
    "a row of a list",
    { ntp: ["a", "b c", "d"] },
    { ntp: ["a", "d"] },
    "ntp[1]: must be an IPv4 address or a host name such as pool.ntp.org",
  ],
  [
    "a row for one of its fields",
    {
      routes: [
        { destination: "10.0.0.0/8", gateway: "192.168.48.1", metric: 1 },
        { destination: "10.1.0.0/16", gateway: "192.168.48.1" },
      ],
    },
    { routes: [{ destination: "10.1.0.0/16", gateway: "192.168.48.1" }] },
    "routes[0].metric: is not a known field; known are destination, gateway",
  ],
  [
    "every row of a list, which would otherwise mean none",
    { ntp: ["b c"] },
    {},
    "ntp[0]: must be an IPv4 address or a host name such as pool.ntp.org",
  ],
  [
    "a list that is too long",
    { dns: ["1.1.1.1", "1.1.1.2", "1.1.1.3", "1.1.1.4"] },
    {},
    "dns: must have at most 3 items",
  ],
  ["a part of the time zone", { timezone: { tzdb: "UTC", posix: "UTC" } }, {
    timezone: { tzdb: "UTC" },
  }, "timezone.posix: must be a POSIX time zone such as CET-1CEST,M3.5.0,M10.5.0/3"],
  [
    "every part of the time zone",
    { timezone: { zone: "UTC" } },
    {},
    "timezone.zone: is not a known field; known are posix, tzdb",
  ],
];

for (const [name, said, kept, ...problems] of BAD) {
  Deno.test(`readClientOptions leaves out ${name}, and names it`, () =>
    deepStrictEqual(read({ ...said, wpad: "" }), [{ ...kept, wpad: "" }, ...problems]));
}

Deno.test("readClientOptions leaves out what was good only beside what is left out", () => {
  const said = JSON.stringify({ leaseTime: "3600", renewalTime: 900, mtu: 1_450 });
  const { options, errors } = readClientOptions(said, { pool: { leaseTime: 600 } });
  deepStrictEqual([options, shownErrors(errors)], [{ mtu: 1_450 }, [
    { path: "leaseTime", value: "3600", message: "must be a whole number" },
    { path: "renewalTime", value: 900, message: "must be less than leaseTime, 600" },
  ]]);
});

Deno.test("readClientOptions takes null for absent, as Go writes it", () => {
  deepStrictEqual(read('{"router": null, "mtu": 1500}'), [{ mtu: 1_500 }]);
});

Deno.test("readClientOptions keeps nothing of what is no object, no JSON, or too long", () => {
  deepStrictEqual(read("[]"), [{}, ": must be an object"]);
  deepStrictEqual(read("{"), [{}, ': must be JSON such as {"mtu": 1450}']);
  const longest = JSON.stringify({ domainSearch: ["a.example.com"] }).padEnd(1_024);
  deepStrictEqual(read(longest), [{ domainSearch: ["a.example.com"] }]);
  deepStrictEqual(read(`${longest} `), [
    {},
    ": must have at most 1024 characters of JSON, not 1025",
  ]);
});

Deno.test("keepClientOptions keeps of anything only what has no fault, so that a second reading finds none", () => {
  const field = fc.constantFrom(
    ...["router", "dns", "mtu", "routes", "timezone", "bootFiles", "options", "vendorOptions", "x"],
  );
  const value = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.array(fc.oneof(fc.ipV4(), fc.object({ maxDepth: 1 }))),
    fc.object({ maxDepth: 1 }),
    fc.constant(null),
  );
  fc.assert(fc.property(fc.dictionary(field, value), (said) => {
    const { options } = keepClientOptions(said, NETWORK);
    const again = keepClientOptions(options, NETWORK);
    deepStrictEqual(again.errors, []);
    strictEqual(again.options, options);
  }));
});
