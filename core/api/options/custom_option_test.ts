import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import { shownErrors } from "../testing/shown_errors.ts";
import { readCustomOption, readVendorOption } from "./custom_option.ts";

const READ: readonly (readonly [name: string, option: object, octets: readonly number[]])[] = [
  ["one address", { type: "ipv4", value: "192.168.48.5" }, [192, 168, 48, 5]],
  ["several texts, joined", { type: "uint16", value: ["1", "65535"] }, [0, 1, 255, 255]],
  ["a negative number", { type: "int32", value: "-2" }, [255, 255, 255, 254]],
  ["the largest number", { type: "uint32", value: "4294967295" }, [255, 255, 255, 255]],
  ["true", { type: "bool", value: "true" }, [1]],
  ["characters as UTF-8", { type: "text", value: "a\u00e9" }, [97, 195, 169]],
  ["octets", { type: "hex", value: "0a:0B0c" }, [10, 11, 12]],
  ["domain names", { type: "fqdn", value: ["a.bc", "d."] }, [1, 97, 2, 98, 99, 0, 1, 100, 0]],
  ["sub-options", {
    suboptions: [{ code: 1, type: "uint8", value: "7" }, { code: 254, type: "hex", value: "0102" }],
  }, [1, 1, 7, 254, 2, 1, 2]],
];

for (const [name, option, octets] of READ) {
  Deno.test(`readCustomOption reads ${name}`, () =>
    deepStrictEqual(readCustomOption({ code: 150, ...option }), {
      ok: true,
      value: { code: 150, octets, always: false },
    }));
}

type Shown = readonly [path: string, message: string];

function problemsOf(option: unknown): readonly Shown[] {
  const read = readCustomOption(option);
  return read.ok ? [] : shownErrors(read.errors).map(({ path, message }) => [path, message]);
}

const TYPES =
  'must be one of "ipv4", "uint8", "uint16", "uint32", "int32", "bool", "text", "hex", "fqdn"';
const TEXTS = "must be a string or a list of strings: a number stands in quotes";
const CODE = "must be a whole number from 1 to 254";

const REFUSED: readonly (readonly [name: string, option: unknown, ...problems: Shown[]])[] = [
  ["nothing", undefined, ["code", "is required"], ["type", "is required"], [
    "value",
    "is required",
  ]],
  ["a code of 0", { code: 0, type: "text", value: "a" }, [
    "code",
    "must not be an option that DHCP itself uses",
  ]],
  ["a code of 256", { code: 256, type: "text", value: "a" }, ["code", CODE]],
  ["a code that is a text", { code: "150", type: "text", value: "a" }, ["code", CODE]],
  ["a code that is not whole", { code: 1.5, type: "text", value: "a" }, ["code", CODE]],
  ["another type", { code: 150, type: "string", value: "a" }, ["type", TYPES]],
  ["a number for a text", { code: 150, type: "uint8", value: 7 }, ["value", TEXTS]],
  ["a list with a number", { code: 150, type: "uint8", value: ["1", 7] }, ["value", TEXTS]],
  ["an empty text", { code: 150, type: "text", value: "" }, ["value", "must not be empty"]],
  ["an empty list", { code: 150, type: "text", value: [] }, ["value", "must not be empty"]],
  ["a long list", { code: 150, type: "uint8", value: Array(256).fill("1") }, [
    "value",
    "must have at most 255 items",
  ]],
  ["a long value", { code: 150, type: "text", value: ["x".repeat(255), "y"] }, [
    "value",
    "must have at most 255 octets, not 256",
  ]],
  ["a bad text of a list", { code: 150, type: "ipv4", value: ["1.1.1.1", "fe80::1"] }, [
    "value[1]",
    "must be an IPv4 address: IPv6 given where IPv4 is wanted",
  ]],
  ["a number that is too large", { code: 150, type: "uint8", value: "256" }, [
    "value",
    "must be a whole number from 0 to 255",
  ]],
  ["a number that is too small", { code: 150, type: "int32", value: "-2147483649" }, [
    "value",
    "must be a whole number from -2147483648 to 2147483647",
  ]],
  ["yes for true", { code: 150, type: "bool", value: "yes" }, ["value", "must be true or false"]],
  ["half an octet", { code: 150, type: "hex", value: "0a0" }, [
    "value",
    "must be octets as pairs of hexadecimal digits, such as 0a:0b",
  ]],
  ["a domain name that is none", { code: 150, type: "fqdn", value: "a..b" }, [
    "value",
    "must be a domain name such as example.com",
  ]],
  ["half a character", { code: 150, type: "text", value: "\ud800" }, [
    "value",
    "must be characters, none of them NUL",
  ]],
  [
    "both a value and sub-options",
    {
      code: 43,
      type: "hex",
      value: "01",
      suboptions: [{ code: 1, type: "hex", value: "01" }],
    },
    ["type", "must not stand beside suboptions"],
    ["value", "must not stand beside suboptions"],
  ],
  ["no sub-options", { code: 43, suboptions: [] }, [
    "suboptions",
    "must be a list with at least one sub-option",
  ]],
  [
    "bad sub-options",
    {
      code: 43,
      suboptions: [
        { code: 255, type: "hex", value: "01" },
        { code: 1, type: "hex", value: "1" },
        { code: 1, type: "hex", value: "01" },
        null,
      ],
    },
    ["suboptions[0].code", CODE],
    [
      "suboptions[1].value",
      "must be octets as pairs of hexadecimal digits, such as 0a:0b",
    ],
    [
      "suboptions[2].code",
      "must not be used twice: suboptions[1] has it too",
    ],
    ["suboptions[3].code", "is required"],
    ["suboptions[3].type", "is required"],
    [
      "suboptions[3].value",
      "is required",
    ],
  ],
  ["a sub-option's code that is no number to JavaScript", {
    code: 43,
    suboptions: [{ code: { toString: false }, type: "uint8", value: "1" }],
  }, ["suboptions[0].code", CODE]],
  ["long sub-options", {
    code: 43,
    suboptions: [{ code: 1, type: "text", value: "x".repeat(254) }],
  }, ["suboptions", "must have at most 255 octets, not 256"]],
];

for (const [name, option, ...problems] of REFUSED) {
  Deno.test(`readCustomOption refuses ${name}`, () =>
    deepStrictEqual(problemsOf(option), problems));
}

for (
  const [code, field] of [[3, "router"], [51, "leaseTime"], [81, "hostnames"], [249, "routes"]]
) {
  Deno.test(`readCustomOption names the field in place of option ${code}`, () =>
    deepStrictEqual(problemsOf({ code, type: "hex", value: "01" }), [[
      "code",
      `must not be an option that the field ${field} sets`,
    ]]));
}

Deno.test("readVendorOption reads one entry, and refuses what has no room or is no number", () => {
  deepStrictEqual(
    readVendorOption({ enterprise: 4491, code: 255, type: "text", value: "a" }),
    { ok: true, value: { enterprise: 4491, code: 255, octets: [97] } },
  );
  const bad = readVendorOption({
    enterprise: 2 ** 32,
    code: 256,
    type: "text",
    value: "x".repeat(249),
  });
  deepStrictEqual(
    bad.ok ? [] : shownErrors(bad.errors).map(({ path, message }) => [path, message]),
    [
      ["enterprise", "must be an enterprise number from 0 to 4294967295"],
      ["code", "must be a whole number from 1 to 255"],
      ["value", "must have at most 248 octets, not 249"],
    ],
  );
});

Deno.test("readCustomOption and readVendorOption read or refuse whatever stands there", () => {
  const anything = fc.anything({ maxDepth: 1 });
  const row = fc.record({
    code: fc.oneof(fc.integer(), anything),
    enterprise: anything,
    type: fc.oneof(fc.constantFrom("ipv4", "hex", "text", "bool"), anything),
    value: fc.oneof(fc.string(), fc.array(fc.string({ unit: "binary" })), anything),
    suboptions: fc.oneof(fc.array(anything), anything),
  }, { requiredKeys: [] });
  fc.assert(fc.property(fc.oneof(row, anything), (option) => {
    for (const read of [readCustomOption(option), readVendorOption(option)]) {
      const octets = read.ok ? read.value.octets : [0];
      const isGood = octets.length > 0 && octets.length < 256 &&
        octets.every((octet) => Number.isInteger(octet) && octet >= 0 && octet < 256);
      deepStrictEqual(read.ok ? isGood : read.errors.length > 0, true);
    }
  }));
});
