import { deepStrictEqual, match, strictEqual, throws } from "node:assert/strict";
import { imported } from "./imported.ts";

const SUBNET = "subnet 10.0.0.0 netmask 255.255.255.0";

/** Files in which a `;` is missing, and the place where it is. */
const WITHOUT_END: readonly (readonly [text: string, place: string])[] = [
  [`${SUBNET} { range 10.0.0.10 10.0.0.20\noption routers 10.0.0.1; }`, "2:1"],
  [`${SUBNET} { range 10.0.0.10 10.0.0.20 option routers 10.0.0.1; }`, "1:67"],
  ["host a { hardware ethernet 52:54:00:00:00:01\nfixed-address 10.0.0.5; }", "2:1"],
  ["host a { hardware ethernet 52:54:00:00:00:01 fixed-address 10.0.0.5; }", "1:46"],
  ["host a { fixed-address 10.0.0.5 hardware ethernet 52:54:00:00:00:01; }", "1:33"],
  ["option routers 10.0.0.1 option domain-name-servers 10.0.0.2;", "1:25"],
  ['option domain-name "a" default-lease-time 60;', "1:24"],
  ["default-lease-time 60 max-lease-time 60;", "1:23"],
  ['filename "a" next-server 10.0.0.1;', "1:14"],
  ["next-server 10.0.0.1 option routers 10.0.0.1;", "1:22"],
  [`authoritative\n${SUBNET} { }`, "2:1"],
  ["ddns-update-style none\ndefault-lease-time 60;", "2:1"],
];

for (const [text, place] of WITHOUT_END) {
  Deno.test(`a dhcpd.conf without a ";" is refused at ${place}: ${text.replace("\n", "\\n")}`, () => {
    throws(() => imported("dhcpd", text), new RegExp(`conf:${place}: ";" is wanted before`));
  });
}

Deno.test("a statement of a dhcpd.conf may go on in another line", () => {
  const { pools } = imported(
    "dhcpd",
    `if exists user-class and
  option user-class = "iPXE" { filename "b"; }
${SUBNET} {
  range
    10.0.0.10
    10.0.0.20;
  option routers
    10.0.0.1;
  option domain-name-servers 10.0.0.2,
    10.0.0.3;
}`,
  );
  strictEqual(pools[0].router, "10.0.0.1");
  deepStrictEqual(pools[0].dns, ["10.0.0.2", "10.0.0.3"]);
  deepStrictEqual(pools[0].bootFiles, [{ userClass: "iPXE", fileName: "b" }]);
});

Deno.test("numbers of options in a dhcpd.conf are octal with a leading 0, in lists as well", () => {
  const { pools, comments } = imported(
    "dhcpd",
    `option u8 code 200 = unsigned integer 8; option list code 201 = array of unsigned integer 16;
option bad code 202 = unsigned integer 8; option minus code 203 = integer 32;
option u8 010; option list 010, 0x10, 10; option bad 08; option minus -010;
option dhcp-renewal-time 0100;
${SUBNET} { range 10.0.0.10 10.0.0.20; }`,
  );
  strictEqual(pools[0].renewalTime, 64);
  deepStrictEqual(pools[0].options, [
    { code: 200, type: "uint8", value: "8" },
    { code: 201, type: "uint16", value: ["8", "16", "10"] },
    { code: 203, type: "int32", value: "-8" },
  ]);
  match(comments.join("\n"), /option bad 08: octal digits are wanted behind a leading 0: 08/);
});

Deno.test("the lease time of a dhcpd.conf is default-lease-time, whatever an option says", () => {
  const { pools, comments } = imported(
    "dhcpd",
    `default-lease-time 600; ${SUBNET} { option dhcp-lease-time 900; range 10.0.0.10 10.0.0.20; }`,
  );
  strictEqual(pools[0].leaseTime, 600);
  match(comments.join("\n"), /option dhcp-lease-time 900: the lease time that is sent is that of/);
});

Deno.test("escapes in the texts of a dhcpd.conf: octal from 0 to 3, hexadecimal behind a small x", () => {
  const { pools } = imported(
    "dhcpd",
    String.raw`option t code 200 = text; option t "a\101\x41\400\8\X41\\\"z";
${SUBNET} { range 10.0.0.10 10.0.0.20; }`,
  );
  deepStrictEqual(pools[0].options, [{ code: 200, type: "text", value: 'aAA4008X41\\"z' }]);
});

Deno.test("of a list with names among its addresses, the addresses stay", () => {
  const { pools, comments } = imported(
    "dhcpd",
    `${SUBNET} { option domain-name-servers ns1.example.com, 10.0.0.53; range 10.0.0.10 10.0.0.20; }`,
  );
  deepStrictEqual(pools[0].dns, ["10.0.0.53"]);
  match(comments.join("\n"), /left out: an IPv4 address is wanted: ns1\.example\.com/);
});

Deno.test("of two addresses of a host in one subnet, the first one is its own and the other one stays out of the pool", () => {
  const { pools, nics, comments } = imported(
    "dhcpd",
    `${SUBNET} { range 10.0.0.10 10.0.0.20; }
host a { hardware ethernet 52:54:00:00:00:01; fixed-address 10.0.0.11, 10.0.0.12; }`,
  );
  strictEqual(nics[0].ipAddress, "10.0.0.11");
  deepStrictEqual(pools[0].pool.exclude, ["10.0.0.12"]);
  match(comments.join("\n"), /one address on a network; 10\.0\.0\.12 stays out of the pool/);
});

Deno.test("of two hosts with one MAC address in one subnet, the second has a comment and its address stays out of the pool", () => {
  const { pools, nics, comments } = imported(
    "dhcpd",
    `${SUBNET} { range 10.0.0.10 10.0.0.20; }
host a { hardware ethernet 52:54:00:00:00:01; fixed-address 10.0.0.11; }
host b { hardware ethernet 52:54:00:00:00:01; fixed-address 10.0.0.12; }
host c { hardware ethernet 52:54:00:00:00:01; }`,
  );
  deepStrictEqual(nics.map(({ ipAddress }) => ipAddress), ["10.0.0.11"]);
  deepStrictEqual(pools[0].pool.exclude, ["10.0.0.12"]);
  match(
    comments.join("\n"),
    /host b.*one address on a network; 10\.0\.0\.12 stays out of the pool/,
  );
  match(comments.join("\n"), /host c.*52:54:00:00:00:01 is on \S+\/net-10-0-0-0 already/);
});

Deno.test("a reservation of the router's address has a comment, since no machine is given it", () => {
  const { pools, nics, comments } = imported(
    "dhcpd",
    `${SUBNET} { range 10.0.0.10 10.0.0.20; option routers 10.0.0.1; }
host router { hardware ethernet 52:54:00:00:00:01; fixed-address 10.0.0.1; }
host other { hardware ethernet 52:54:00:00:00:02; fixed-address 10.0.0.1, 10.0.0.11; }`,
  );
  deepStrictEqual(nics.map(({ ipAddress }) => ipAddress), ["10.0.0.11"]);
  strictEqual(pools[0].pool.exclude, undefined);
  match(comments.join("\n"), /host router.*10\.0\.0\.1 is the router's/);
});

Deno.test("a boot server that depends on a class has a comment, and several of them are nobody's", () => {
  const of = (...servers: readonly string[]) =>
    imported(
      "dhcpd",
      servers.map((server, index) =>
        `class "c${index}" { match if substring(option vendor-class-identifier, 0, 9) = "PXEClient"; next-server ${server}; filename "f"; }`
      ).join("\n") + `\n${SUBNET} { range 10.0.0.10 10.0.0.20; }`,
    );
  const one = of("10.0.0.9");
  strictEqual(one.pools[0].nextServer, "10.0.0.9");
  match(one.comments.join("\n"), /others are told this one, too/);
  const two = of("10.0.0.8", "10.0.0.9");
  strictEqual(two.pools[0].nextServer, undefined);
  match(two.comments.join("\n"), /name several, they are told none/);
});
