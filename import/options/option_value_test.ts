import { deepStrictEqual, throws } from "node:assert/strict";
import { type OptionValue, optionValue, routesOf, ValueError } from "./option_value.ts";
import type { OptionForm } from "./standard_options.ts";

const form = (values: OptionForm["values"], repeated = false): OptionForm => ({
  code: 200,
  values,
  repeated,
});

/** Form and texts, and what manifests write. */
const VALUES: Readonly<Record<string, readonly [OptionForm, readonly string[], OptionValue]>> = {
  "several addresses": [form(["ipv4"], true), ["10.0.0.1", "10.0.0.2"], {
    type: "ipv4",
    texts: ["10.0.0.1", "10.0.0.2"],
  }],
  "a number in hexadecimal": [form(["uint16"]), ["0x10"], { type: "uint16", texts: ["16"] }],
  "a negative number": [form(["int32"]), ["-3600"], { type: "int32", texts: ["-3600"] }],
  "a small signed number, which manifests do not have": [form(["int8"]), ["-2"], {
    type: "hex",
    texts: ["fe"],
  }],
  "off": [form(["bool"]), ["off"], { type: "bool", texts: ["false"] }],
  "octets of one digit": [form(["hex"]), ["1:a:ff"], { type: "hex", texts: ["01:0a:ff"] }],
  "several forms": [form(["ipv4", "int16"]), ["10.0.0.8", "-2"], {
    type: "hex",
    texts: ["0a:00:00:08:ff:fe"],
  }],
  "several forms, again and again": [form(["uint8", "bool"], true), ["1", "on", "2", "off"], {
    type: "hex",
    texts: ["01:01:02:00"],
  }],
  "a name among several forms": [form(["uint8", "fqdn"]), ["1", "a.bc"], {
    type: "hex",
    texts: ["01:01:61:02:62:63:00"],
  }],
};

for (const [what, [of, texts, wanted]] of Object.entries(VALUES)) {
  Deno.test(`a value that is ${what} keeps its octets`, () => {
    deepStrictEqual(optionValue(of, texts), wanted);
  });
}

/** Form and texts, and what is wanted instead. */
const BAD: readonly (readonly [OptionForm, readonly string[], string])[] = [
  [form(["uint8"]), ["256"], "a number from 0 to 255 is wanted: 256"],
  [form(["uint8"]), ["1", "2"], "1 values are wanted, not 2"],
  [form(["uint8", "bool"], true), ["1", "on", "2"], "values in groups of 2 are wanted, not 3"],
  [form(["ipv4"]), ["ns.example.org"], "an IPv4 address is wanted: ns.example.org"],
  [form(["bool"]), ["maybe"], "true or false is wanted: maybe"],
  [form(["hex"]), ["0x123"], "octets in hexadecimal are wanted: 0x123"],
  [form(["text"]), [], "a value is wanted"],
];

for (const [of, texts, message] of BAD) {
  Deno.test(`a value ${JSON.stringify(texts)} that is no ${of.values.join(" ")} is refused with what is wanted`, () => {
    throws(() => optionValue(of, texts), new ValueError(message));
  });
}

Deno.test("routes are read from octets in any form, and from nothing else", () => {
  const routes = [
    { destination: "10.0.0.0/8", gateway: "10.1.0.2" },
    { destination: "0.0.0.0/0", gateway: "10.1.0.1" },
  ];
  const octets = [8, 10, 10, 1, 0, 2, 0, 10, 1, 0, 1];
  deepStrictEqual(routesOf({ type: "uint8", texts: octets.map(String) }), routes);
  deepStrictEqual(
    routesOf(optionValue(form(["route"], true), ["10.0.0.0/8 10.1.0.2", "0.0.0.0/0 - 10.1.0.1"])),
    routes,
  );
  throws(() => routesOf({ type: "hex", texts: ["21:0a"] }), ValueError);
});
