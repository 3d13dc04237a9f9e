import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import type { IPv4Config } from "../../api/types.ts";
import { defaultRange, defaultServerIP } from "./defaults.ts";

const SERVERS: readonly (readonly [sentence: string, config: IPv4Config, serverIP?: string])[] = [
  ["the first usable address", { cidr: "10.0.0.0/24" }, "10.0.0.1"],
  ["not the router's address", { cidr: "10.0.0.0/24", router: "10.0.0.1" }, "10.0.0.2"],
  [
    "no excluded address",
    { cidr: "10.0.0.0/24", router: "10.0.0.1", pool: { exclude: ["10.0.0.3", "10.0.0.2"] } },
    "10.0.0.4",
  ],
  [
    "an address inside or outside the range",
    { cidr: "10.0.0.0/24", pool: { start: "10.0.0.9" } },
    "10.0.0.1",
  ],
  ["the first address of a /31", { cidr: "10.0.0.2/31" }, "10.0.0.2"],
  ["the other address of a /31", { cidr: "10.0.0.2/31", router: "10.0.0.2" }, "10.0.0.3"],
  ["the address of a /32", { cidr: "10.0.0.2/32" }, "10.0.0.2"],
  ["none where none is left", { cidr: "10.0.0.2/32", router: "10.0.0.2" }],
  [
    "no matter what cannot be read",
    { cidr: "10.0.0.0/24", router: "?", pool: { exclude: ["?"] } },
    "10.0.0.1",
  ],
  ["of a subnet written with host bits", { cidr: "10.0.0.77/24" }, "10.0.0.1"],
];

for (const [sentence, config, serverIP] of SERVERS) {
  Deno.test(`defaultServerIP takes ${sentence}`, () =>
    strictEqual(defaultServerIP(config), serverIP));
}

const RANGES:
  readonly (readonly [sentence: string, config: IPv4Config, start: string, end: string])[] = [
    ["all usable addresses", { cidr: "10.0.0.0/24" }, "10.0.0.1", "10.0.0.254"],
    [
      "what the spec says",
      { cidr: "10.0.0.0/24", pool: { start: "10.0.0.5", end: "10.0.0.6" } },
      "10.0.0.5",
      "10.0.0.6",
    ],
    [
      "the last usable address for an end that is missing",
      { cidr: "10.0.0.0/24", pool: { start: "10.0.0.5" } },
      "10.0.0.5",
      "10.0.0.254",
    ],
    [
      "the first usable address for a start that is empty",
      { cidr: "10.0.0.0/24", pool: { start: "", end: "10.0.0.6" } },
      "10.0.0.1",
      "10.0.0.6",
    ],
    ["both addresses of a /31", { cidr: "10.0.0.2/31" }, "10.0.0.2", "10.0.0.3"],
    ["the address of a /32", { cidr: "10.0.0.2/32" }, "10.0.0.2", "10.0.0.2"],
  ];

for (const [sentence, config, start, end] of RANGES) {
  Deno.test(`defaultRange takes ${sentence}`, () => {
    deepStrictEqual(defaultRange(config), { start, end });
  });
}

Deno.test("defaults of a subnet that is none are an error with its text", () => {
  throws(() => defaultServerIP({ cidr: "ten" }), /Cannot parse IPv4 CIDR, .*: "ten"/);
  throws(() => defaultRange({ cidr: "fd00::/64" }), /IPv6 given where IPv4 is wanted/);
});
