import { deepStrictEqual } from "node:assert/strict";
import { parseCidr, parseIPv4 } from "../../net/mod.ts";
import { FieldChecks } from "../fields/field_checks.ts";
import { type ShownError, shownErrors } from "../testing/shown_errors.ts";
import { checkClientOptions, type OptionsNetwork } from "./check_client_options.ts";

const NETWORK: OptionsNetwork = {
  cidr: parseCidr("192.168.48.0/24"),
  server: parseIPv4("192.168.48.77"),
};

function errorsOf(options: unknown, network: OptionsNetwork = NETWORK): readonly ShownError[] {
  const checks = new FieldChecks({ told: options });
  checkClientOptions(checks, ["told"], network);
  return shownErrors(checks.errors);
}

const ON_LINK = { destination: "169.254.1.1/32", gateway: "0.0.0.0" };
const DEFAULT = { destination: "0.0.0.0/0", gateway: "192.168.48.1" };

const ACCEPTED: Readonly<Record<string, object>> = {
  "nothing": {},
  "empty texts and lists": {
    router: "",
    dns: [],
    domainName: "",
    domainSearch: [],
    ntp: [],
    routes: [],
    broadcast: "",
    captivePortal: "",
    timezone: { posix: "", tzdb: "" },
    wpad: "",
    nextServer: "",
    tftpServerName: "",
    bootFileName: "",
    bootFiles: [],
    options: [],
    vendorOptions: [],
  },
  "what has another type, which the schema tells": { router: 7, mtu: "x", routes: "x", dns: [1] },
  "the smallest and the largest packet": { mtu: 68 },
  "a router that a route with the gateway 0.0.0.0 reaches": {
    router: "169.254.1.1",
    routes: [ON_LINK],
  },
  "a router in a subnet that is on the link": {
    router: "10.9.0.1",
    routes: [{ destination: "10.9.0.0/16", gateway: "0.0.0.0" }],
  },
  "routes through a router that is on the link": {
    routes: [{ destination: "10.0.0.0/8", gateway: "169.254.1.1" }, ON_LINK],
  },
  "a default route beside a router": { router: "192.168.48.1", routes: [DEFAULT] },
  "times that rise": { renewalTime: 1, rebindingTime: 2, leaseTime: 3 },
  "a late renewal where no rebinding time is said": { renewalTime: 3_598, leaseTime: 3_600 },
  "the network's address as broadcast address, as old machines have it": {
    broadcast: "192.168.48.0",
  },
  "file names that are URLs": {
    bootFileName: "http://[2001:db8::1]/a%20b?x=1",
    tftpServerName: "a",
  },
  "one architecture with and without a class": {
    bootFiles: [
      { architecture: 7, fileName: "a" },
      { architecture: "x64-uefi", userClass: "iPXE", fileName: "b" },
      { architecture: "65535", fileName: "c" },
      { fileName: "d" },
    ],
  },
  "one code of two enterprises": {
    vendorOptions: [
      { enterprise: 0, code: 1, type: "uint8", value: "1" },
      { enterprise: 4_294_967_295, code: 1, type: "uint8", value: "1" },
    ],
  },
  "250 octets of one enterprise": {
    vendorOptions: [{ enterprise: 9, code: 255, type: "text", value: "x".repeat(248) }],
  },
};

Deno.test("checkClientOptions refuses servers that are no single host", () => {
  const message =
    "must be the address of a host, not of 0.0.0.0/8, 127.0.0.0/8, 224.0.0.0/4 or 255.255.255.255";
  for (const address of ["0.0.0.1", "127.0.0.53", "224.0.0.1", "239.1.1.1", "255.255.255.255"]) {
    deepStrictEqual(errorsOf({ dns: ["1.1.1.1", address], nextServer: address }), [
      { path: "told.dns[1]", value: address, message },
      { path: "told.nextServer", value: address, message },
    ]);
  }
  for (const address of ["1.0.0.0", "126.1.1.1", "128.0.0.1", "223.255.255.255", "240.0.0.1"]) {
    deepStrictEqual(errorsOf({ dns: [address], nextServer: address }), []);
  }
});

for (const [what, options] of Object.entries(ACCEPTED)) {
  Deno.test(`checkClientOptions accepts ${what}`, () => deepStrictEqual(errorsOf(options), []));
}

const HOST = "must be a host address of 192.168.48.0/24";
const ROUTER = `${HOST}, or one that a route with the gateway 0.0.0.0 reaches`;
const ASCII = "must be 1 to 255 printable ASCII characters";
const SECONDS = "must be from 1 to 4294967295 seconds";
const LONG = "x".repeat(256);

/** What is refused: name, options, and for each error the path below the options, the value and the message. */
const REFUSED: readonly (readonly [
  name: string,
  options: object,
  ...errors: (readonly [path: string, value: unknown, message: string])[],
])[] = [
  [
    "a renewal time that leaves none for the rebinding time",
    { renewalTime: 3_599, leaseTime: 3_600 },
    ["renewalTime", 3_599, "must leave a second for rebindingTime before leaseTime, 3600"],
  ],
  [
    "a router outside the subnet",
    { router: "169.254.1.1" },
    ["router", "169.254.1.1", ROUTER],
  ],
  [
    "a router outside the subnet that no route reaches",
    { router: "169.254.1.2", routes: [ON_LINK, DEFAULT] },
    [
      "router",
      "169.254.1.2",
      ROUTER,
    ],
  ],
  [
    "routers that are no hosts, though a route says that everything is on the link",
    {
      router: "0.0.0.0",
      routes: [
        { destination: "0.0.0.0/0", gateway: "0.0.0.0" },
        { destination: "10.0.0.0/8", gateway: "224.0.0.1" },
      ],
    },
    ["router", "0.0.0.0", ROUTER],
    ["routes[1].gateway", "224.0.0.1", `${HOST}, or 0.0.0.0 for a subnet on the link`],
  ],
  [
    "the server as router and as broadcast address",
    { router: "192.168.48.77", broadcast: "192.168.48.77" },
    ["router", "192.168.48.77", "must not be the address of serverIP"],
    ["broadcast", "192.168.48.77", "must not be the address of serverIP"],
  ],
  [
    "names that are none",
    { domainName: "a b", domainSearch: ["a", "-b"], ntp: ["a_b"], dns: ["1.2.3"] },
    [
      "dns[0]",
      "1.2.3",
      "must be an IPv4 address such as 192.168.48.10: four decimal parts from 0 to 255 wanted",
    ],
    ["domainName", "a b", "must be a domain name such as example.com"],
    ["domainSearch[1]", "-b", "must be a domain name such as example.com"],
    ["ntp[0]", "a_b", "must be an IPv4 address or a host name such as pool.ntp.org"],
  ],
  [
    "servers without an address",
    { dns: ["0.0.0.0"], ntp: ["ntp", "0.0.0.0"] },
    ["dns[0]", "0.0.0.0", "must be the address of a host"],
    ["ntp[1]", "0.0.0.0", "must be the address of a host"],
  ],
  [
    "times that are none",
    { leaseTime: 0, renewalTime: 0, rebindingTime: 1 },
    ["leaseTime", 0, SECONDS],
    ["renewalTime", 0, SECONDS],
    ["rebindingTime", 1, "must be from 2 to 4294967295 seconds"],
  ],
  [
    "times that do not rise",
    { renewalTime: 1_800, rebindingTime: 1_800, leaseTime: 1_800 },
    ["renewalTime", 1_800, "must be less than rebindingTime, 1800"],
    ["rebindingTime", 1_800, "must be less than leaseTime, 1800"],
  ],
  [
    "a renewal after the end of a lease of a year",
    { renewalTime: 31_536_000 },
    ["renewalTime", 31_536_000, "must be less than leaseTime, 31536000"],
  ],
  ["packets that are too small", { mtu: 67 }, ["mtu", 67, "must be from 68 to 65535 octets"]],
  ["packets that are too large", { mtu: 65_536 }, [
    "mtu",
    65_536,
    "must be from 68 to 65535 octets",
  ]],
  [
    "routes that lead nowhere",
    {
      routes: [
        { destination: "10.0.0.1/8", gateway: "192.168.49.1" },
        { destination: "10.0.0.0", gateway: "" },
        { destination: "10.2.0.0/16", gateway: "192.168.48.255" },
      ],
    },
    ["routes[0].destination", "10.0.0.1/8", "must have no host bits: it means 10.0.0.0/8"],
    [
      "routes[0].gateway",
      "192.168.49.1",
      `${HOST}, or 0.0.0.0 for a subnet on the link`,
    ],
    [
      "routes[1].destination",
      "10.0.0.0",
      "must be an IPv4 subnet such as 192.168.48.0/24: a prefix length from 0 to 32 wanted",
    ],
    [
      "routes[1].gateway",
      "",
      "must be an IPv4 address such as 192.168.48.10: it is empty",
    ],
    [
      "routes[2].gateway",
      "192.168.48.255",
      `${HOST}, or 0.0.0.0 for a subnet on the link`,
    ],
  ],
  [
    "two default routes",
    { routes: [DEFAULT, { ...DEFAULT, gateway: "192.168.48.2" }] },
    [
      "routes[1].destination",
      "0.0.0.0/0",
      "must not be used twice: told.routes[0].destination has it too",
    ],
  ],
  [
    "a broadcast address of another subnet",
    { broadcast: "192.168.49.255" },
    ["broadcast", "192.168.49.255", "must be an address of 192.168.48.0/24"],
  ],
  [
    "URIs that are none",
    { captivePortal: "portal", wpad: "ftp://example.com/wpad.dat" },
    ["captivePortal", "portal", "must be a URI such as https://portal.example.com/api"],
    [
      "wpad",
      "ftp://example.com/wpad.dat",
      "must be a URL such as http://proxy.example.com/wpad.dat",
    ],
  ],
  [
    "too short a time without IPv4",
    { ipv6OnlyPreferred: 299 },
    ["ipv6OnlyPreferred", 299, "must be from 300 to 4294967295 seconds"],
  ],
  [
    "time zones that are none",
    { timezone: { posix: "Europe/Zurich", tzdb: "Europe/" } },
    [
      "timezone.posix",
      "Europe/Zurich",
      "must be a POSIX time zone such as CET-1CEST,M3.5.0,M10.5.0/3",
    ],
    ["timezone.tzdb", "Europe/", "must be the name of a time zone such as Europe/Zurich"],
  ],
  [
    "boot servers and files that are none",
    { nextServer: "0.0.0.0", tftpServerName: "a\n", bootFileName: LONG },
    ["nextServer", "0.0.0.0", "must be the address of a host"],
    ["tftpServerName", "a\n", ASCII],
    ["bootFileName", LONG, ASCII],
  ],
  [
    "boot files for what is no kind, without a name, and twice for one kind",
    {
      bootFiles: [
        { architecture: 65_536, fileName: "a" },
        { architecture: "x64-UEFI", vendorClass: "\t", userClass: "\u00e9", fileName: "" },
        { architecture: 7, fileName: "a" },
        { architecture: "x64-uefi", fileName: "b" },
      ],
    },
    [
      "bootFiles[0].architecture",
      65_536,
      "must be a number from 0 to 65535 or a name such as x64-uefi",
    ],
    [
      "bootFiles[1].architecture",
      "x64-UEFI",
      "must be a number from 0 to 65535 or a name such as x64-uefi",
    ],
    ["bootFiles[1].userClass", "\u00e9", ASCII],
    ["bootFiles[1].vendorClass", "\t", ASCII],
    ["bootFiles[1].fileName", "", ASCII],
    [
      "bootFiles[3]",
      { architecture: "x64-uefi", fileName: "b" },
      "must not be used twice: told.bootFiles[2] has it too",
    ],
  ],
  [
    "an option twice, and bad ones",
    {
      options: [
        { code: 150, type: "ipv4", value: "192.168.48.5" },
        { code: 150, type: "ipv4", value: "192.168.48.6" },
        { code: 53, type: "uint8", value: "1" },
      ],
    },
    ["options[1].code", 150, "must not be used twice: told.options[0].code has it too"],
    ["options[2].code", 53, "must not be an option that DHCP itself uses"],
  ],
  [
    "an option of a vendor twice, and more than one enterprise has room for",
    {
      vendorOptions: [
        { enterprise: 9, code: 1, type: "text", value: "x".repeat(240) },
        { enterprise: 9, code: 1, type: "uint8", value: "1" },
        { enterprise: 9, code: 2, type: "text", value: "x".repeat(10) },
      ],
    },
    ["vendorOptions[1].code", 1, "must not be used twice: told.vendorOptions[0].code has it too"],
    [
      "vendorOptions[2].value",
      "xxxxxxxxxx",
      "must leave at most 250 octets for all of enterprise 9, not 257",
    ],
  ],
];

for (const [name, options, ...errors] of REFUSED) {
  Deno.test(`checkClientOptions refuses ${name}`, () =>
    deepStrictEqual(
      errorsOf(options),
      errors.map(([path, value, message]) => ({ path: `told.${path}`, value, message })),
    ));
}

Deno.test("checkClientOptions judges a NIC's words together with its pool's where they go together", () => {
  const pool = { leaseTime: 600, rebindingTime: 500, routes: [ON_LINK] };
  deepStrictEqual(errorsOf({ renewalTime: 499, router: "169.254.1.1" }, { ...NETWORK, pool }), []);
  const said = { renewalTime: 500, router: "169.254.1.1", routes: [] };
  deepStrictEqual(errorsOf(said, { ...NETWORK, pool }), [
    {
      path: "told.router",
      value: "169.254.1.1",
      message: ROUTER,
    },
    {
      path: "told.renewalTime",
      value: 500,
      message: "must be less than rebindingTime, 500",
    },
  ]);
});

Deno.test("checkClientOptions judges no address by a network that is not known", () => {
  const options = {
    router: "10.0.0.1",
    broadcast: "10.0.0.255",
    routes: [{ destination: "10.0.0.0/8", gateway: "10.1.0.1" }],
  };
  deepStrictEqual(errorsOf(options, {}), []);
});
