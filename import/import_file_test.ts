import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import { parseAllDocuments } from "yaml";
import { importFile, type Server } from "./import_file.ts";
import { ImportError } from "./source/place.ts";

/** Imports the file `a/main` of these. */
function imported(
  from: Server,
  texts: Readonly<Record<string, string>>,
  leases?: { readonly path: string; readonly now: number },
): string {
  const read = (path: string) => {
    const text = texts[path];
    if (text === undefined) throw new TypeError("There is no such file");
    return text;
  };
  const list = (folder: string) =>
    Object.keys(texts).filter((path) => path.startsWith(`${folder}/`)).map((path) =>
      path.slice(folder.length + 1)
    );
  const input = { from, path: "a/main", namespace: "lab", networks: [], ...(leases && { leases }) };
  return importFile(input, { read, list }).text;
}

// deno-lint-ignore no-explicit-any
function objects(text: string): any[] {
  return parseAllDocuments(text).map((document) => document.toJS()).filter((one) => one !== null);
}

/** What a file cannot be read for. */
const UNREADABLE: Readonly<Record<string, readonly [Server, text: string, message: string]>> = {
  "a statement without its end": ["dhcpd", "authoritative\n", 'a/main:2:1: ";" is wanted'],
  "a block without its end": [
    "dhcpd",
    "\ngroup {\n",
    'a/main:3:1: "}" of the block of line 2 is wanted',
  ],
  "an end without a block": ["dhcpd", "group { } }", 'a/main:1:11: A statement is wanted, not "}"'],
  "a statement that a block ends": [
    "dhcpd",
    "group { x }",
    'a/main:1:11: ";" is wanted before "}"',
  ],
  "a quoted text without its end": [
    "dhcpd",
    'option domain-name "x;',
    "a/main:1:20: The end of the quoted text is wanted",
  ],
  "blocks without end": [
    "dhcpd",
    "group {".repeat(5_000),
    "a/main:1:455: Less deeply nested blocks are wanted",
  ],
  "a file that is not there": [
    "dhcpd",
    'include "other";',
    "a/main:1:9: The file a/other is wanted: There is no such file",
  ],
  "a file that includes itself": [
    "dhcpd",
    'include "main";',
    "a/main:1:9: Less deep inclusions are wanted: main",
  ],
  "JSON without its end": ["kea", '{ "Dhcp4": {', 'a/main:1:13: "}" is wanted'],
  "JSON without a comma": ["kea", '{ "a": 1\n "b": 2 }', 'a/main:2:2: "," is wanted'],
  "a list": ["kea", "[]", "a/main:1:1: An object is wanted"],
  "lists without end": [
    "kea",
    "[".repeat(100_000),
    "a/main:1:65: Less deeply nested values are wanted",
  ],
  "an included file that is no JSON": [
    "kea",
    '{ "a": <?include "none"?> }',
    "a/main:1:8: The file a/none is wanted: There is no such file",
  ],
  "a line without a name": [
    "dnsmasq",
    "port=0\n =x",
    "a/main:2:2: The name of an option is wanted",
  ],
  "a name with something behind it": ["dnsmasq", "port 0", 'a/main:1:6: "=" is wanted'],
  "a quote without its end": [
    "dnsmasq",
    'dhcp-boot="x',
    "a/main:1:11: The end of the quoted text is wanted",
  ],
};

for (const [what, [from, text, message]] of Object.entries(UNREADABLE)) {
  Deno.test(`the import of ${from} names the place of ${what}, and what is wanted there`, () => {
    throws(() => imported(from, { "a/main": text }), (error) => {
      ok(error instanceof ImportError);
      strictEqual(error.message, message);
      return true;
    });
  });
}

Deno.test("the import of Kea places a fault behind an included file and a comment where it stands, not where it was put together", () => {
  const texts = { "a/main": '{ # x\n"Dhcp4": <?include "sub"?>, "b" 1 }', "a/sub": "{\n}\n" };
  throws(() => imported("kea", texts), { message: 'a/main:2:33: ":" is wanted' });
  throws(() => imported("kea", { ...texts, "a/sub": "{\n1 }" }), {
    message: "a/sub:2:1: The name of a property is wanted",
  });
});

Deno.test("the import of dnsmasq reads the files of a folder and those of machines, each once and in order", () => {
  const text = imported("dnsmasq", {
    "a/main": "conf-dir=a.d,*.conf\ndhcp-hostsfile=hosts\n",
    "a/a.d/2.conf": "dhcp-option=3,10.1.0.1\n",
    "a/a.d/1.conf": "dhcp-range=10.1.0.10,10.1.0.20,255.255.255.0\n",
    "a/a.d/3.txt": "dhcp-option=3,10.1.0.9\n",
    "a/hosts": "52:54:00:00:00:01,10.1.0.5,web\n",
  });
  const [pool, web] = objects(text);
  strictEqual(pool.spec.ipv4Config.router, "10.1.0.1");
  strictEqual(web.spec.networkConfig[0].ipAddress, "10.1.0.5");
});

Deno.test("a comment is one line whatever the file says, so no statement becomes a field", () => {
  const text = imported("dhcpd", { "a/main": 'nonsense "x\nkind: Evil\u2028more";' });
  strictEqual(text.trim().split("\n").length, 1);
  match(
    text,
    /^# a\/main:1: nonsense "x\\nkind: Evil\\u2028more": there is nothing like it here\n$/,
  );
});

Deno.test("a machine of which two say that they have its address is printed once, the other one is a comment", () => {
  const text = imported("dhcpd", {
    "a/main": `subnet 10.1.0.0 netmask 255.255.255.0 { range 10.1.0.10; }
host a { hardware ethernet 52:54:00:00:00:01; fixed-address 10.1.0.5; }
host b { hardware ethernet 52:54:00:00:00:02; fixed-address 10.1.0.5; }`,
  });
  strictEqual(objects(text).length, 2);
  match(
    text,
    /^# a\/main:3: host b {}: 10\.1\.0\.5 is 52:54:00:00:00:01's already: one address has one machine$/m,
  );
});

const SUBNET = "subnet 10.1.0.0 netmask 255.255.255.0 { range 10.1.0.10 10.1.0.99; }\n";
const LEASES: Readonly<Record<Server, readonly [config: string, leases: string]>> = {
  dhcpd: [
    `${SUBNET}host web { hardware ethernet 52:54:00:00:00:09; fixed-address 10.1.0.5; }`,
    `lease 10.1.0.11 { ends 2 2026/11/30 05:00:00; binding state active; hardware ethernet 52:54:00:00:00:01; }
lease 10.1.0.11 { ends 2 2026/11/30 07:00:00; binding state active; hardware ethernet 52:54:00:00:00:01; client-hostname "one"; }
lease 10.1.0.12 { ends 2 2026/11/30 05:00:00; binding state active; hardware ethernet 52:54:00:00:00:02; }
lease 10.1.0.13 { ends never; binding state free; hardware ethernet 52:54:00:00:00:03; }
lease 10.1.0.14 { ends never; binding state active; hardware ethernet 52:54:00:00:00:09; uid "\\001"; }
lease 10.9.0.1 { ends never; binding state active; hardware ethernet 52:54:00:00:00:04; }`,
  ],
  kea: [
    '{ "Dhcp4": { "subnet4": [ { "subnet": "10.1.0.0/24", "reservations": [ { "hw-address": "52:54:00:00:00:09", "ip-address": "10.1.0.5" } ] } ] } }',
    `address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context
10.1.0.11,52:54:00:00:00:01,,3600,1796015000,1,0,0,,0,
10.1.0.11,52:54:00:00:00:01,,3600,1796022000,1,0,0,one.,0,
10.1.0.12,52:54:00:00:00:02,,3600,1796015000,1,0,0,,0,
10.1.0.13,52:54:00:00:00:03,,0,1796022000,1,0,0,,0,
10.1.0.14,52:54:00:00:00:09,,3600,1796022000,1,0,0,,0,
10.9.0.1,52:54:00:00:00:04,,4294967295,0,1,0,0,,0,`,
  ],
  dnsmasq: [
    "dhcp-range=10.1.0.10,10.1.0.99,255.255.255.0\ndhcp-host=52:54:00:00:00:09,10.1.0.5",
    `1796015000 52:54:00:00:00:01 10.1.0.11 * *
1796022000 52:54:00:00:00:01 10.1.0.11 one 01:52:54:00:00:00:01
1796015000 52:54:00:00:00:02 10.1.0.12 * *
0 06-aa 10.1.0.13 * *
0 52:54:00:00:00:09 10.1.0.14 * *
0 52:54:00:00:00:04 10.9.0.1 * *
duid 00:01
0 1 fd00::1 * *`,
  ],
};

for (const [from, [config, leases]] of Object.entries(LEASES)) {
  Deno.test(`the leases of ${from} become reservations: the last word on an address, if it lasts and nobody has a reservation`, () => {
    const now = Date.parse("2026-11-30T06:00:00Z");
    const text = imported(from as Server, { "a/main": config, "b/leases": leases }, {
      path: "b/leases",
      now,
    });
    const machines = objects(text).slice(1).map(({ metadata, spec }) => [
      metadata.name,
      spec.networkConfig[0].macAddress,
      spec.networkConfig[0].ipAddress,
    ]);
    const reserved = machines.find(([, mac]) => mac === "52:54:00:00:00:09");
    strictEqual(reserved?.[2], "10.1.0.5");
    deepStrictEqual(machines.filter((one) => one !== reserved), [
      ["one", "52:54:00:00:00:01", "10.1.0.11"],
    ]);
    for (const line of [3, 4, 5, 6].map((one) => from === "kea" ? one + 1 : one)) {
      match(text, new RegExp(`^# b/leases:${line}: `, "m"));
    }
  });
}

Deno.test("importFile hands out the hosts of a range that has the network's own address, and not the whole subnet", () => {
  const subnet = (pool: string) => `{ "subnet": "10.0.0.0/24", "pools": [{ "pool": "${pool}" }] }`;
  const rangeOf = (pool: string) => {
    const text = imported("kea", { "a/main": `{ "Dhcp4": { "subnet4": [${subnet(pool)}] } }` });
    return [objects(text)[0].spec.ipv4Config.pool, text.match(/"pool":.*?: (.*)/)?.[1]];
  };
  deepStrictEqual(rangeOf("10.0.0.0/25"), [
    { start: "10.0.0.1", end: "10.0.0.127" },
    "of these, hosts of 10.0.0.0/24 are 10.0.0.1 to 10.0.0.127",
  ]);
  deepStrictEqual(rangeOf("10.0.0.200 - 10.0.0.255")[0], {
    start: "10.0.0.200",
    end: "10.0.0.254",
  });
  deepStrictEqual(rangeOf("10.0.9.0/25"), [
    undefined,
    "it is no range of hosts of 10.0.0.0/24",
  ]);
});
