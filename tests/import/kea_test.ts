import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { imported } from "./imported.ts";

/** Imports options of the only subnet. */
function withOptions(data: readonly object[], others: object = {}) {
  const subnet4 = [{
    subnet: "10.0.0.0/24",
    pools: [{ pool: "10.0.0.10-10.0.0.20" }],
    "option-data": data,
  }];
  return imported("kea", JSON.stringify({ Dhcp4: { ...others, subnet4 } }));
}

Deno.test("an option of Kea without a value has a comment", () => {
  const definition = { "option-def": [{ name: "mark", code: 200, type: "empty" }] };
  const { pools, comments } = withOptions([{ name: "mark", "always-send": true }], definition);
  strictEqual(pools[0].options, undefined);
  match(comments.join("\n"), /option 200 has no octets/);
});

Deno.test("of a text with a comma, Kea sends what is before it, without spaces", () => {
  const { pools, comments } = withOptions([
    { name: "domain-name", data: " a.example , b.example" },
    { name: "root-path", data: "a\\,b" },
  ]);
  strictEqual(pools[0].domainName, "a.example");
  deepStrictEqual(pools[0].options, [{ code: 17, type: "text", value: "a,b" }]);
  match(comments.join("\n"), /Kea sends what is before the comma/);
});

Deno.test("NTP servers that Kea is told as octets are addresses", () => {
  const { pools } = withOptions([
    { "name": "ntp-servers", "data": "01010101", "csv-format": false },
  ]);
  deepStrictEqual(pools[0].ntp, ["1.1.1.1"]);
});

Deno.test("the lease time of Kea is valid-lifetime, whatever an option says", () => {
  const { pools } = withOptions([{ name: "dhcp-lease-time", data: "900" }], {
    "valid-lifetime": 600,
  });
  strictEqual(pools[0].leaseTime, 600);
});

Deno.test("a boot server that depends on a class of Kea has a comment, and several of them are nobody's", () => {
  const of = (...servers: readonly string[]) =>
    withOptions([], {
      "client-classes": servers.map((server, index) => ({
        "name": `c${index}`,
        "test": "substring(option[60].hex,0,9) == 'PXEClient'",
        "next-server": server,
        "boot-file-name": "f",
      })),
    });
  strictEqual(of("10.0.0.9").pools[0].nextServer, "10.0.0.9");
  match(of("10.0.0.9").comments.join("\n"), /others are told this one, too/);
  strictEqual(of("10.0.0.8", "10.0.0.9").pools[0].nextServer, undefined);
  match(of("10.0.0.8", "10.0.0.9").comments.join("\n"), /name several, they are told none/);
});
