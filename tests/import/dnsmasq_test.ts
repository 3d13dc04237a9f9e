import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { imported } from "./imported.ts";

const RANGE = "dhcp-range=10.77.0.10,10.77.0.99,255.255.255.0";
const MAC = "52:54:00:77:00:01";

Deno.test("values of options that dnsmasq does not know are what dnsmasq makes of them", () => {
  const { pools } = imported(
    "dnsmasq",
    [
      RANGE,
      "dhcp-option=224,0x10",
      "dhcp-option=226,1.2.3.4/24",
      String.raw`dhcp-option=227,"a\tb\\c\qd"`,
      "dhcp-option=228,300",
      "dhcp-option=229,-5",
      "dhcp-option=230,7s",
      "dhcp-option=245,99999999999",
    ].join("\n"),
  );
  deepStrictEqual(pools[0].options, [
    { code: 224, type: "text", value: "0x10" },
    { code: 226, type: "hex", value: "18:01:02:03" },
    { code: 227, type: "text", value: "a\tb\\c\\qd" },
    { code: 228, type: "uint16", value: "300" },
    { code: 229, type: "uint32", value: "4294967291" },
    { code: 230, type: "uint16", value: "7" },
    { code: 245, type: "uint32", value: String(0x4876e7ff) },
  ]);
});

Deno.test("dnsmasq grants two minutes at least", () => {
  strictEqual(imported("dnsmasq", `${RANGE},1m`).pools[0].leaseTime, 120);
});

Deno.test("a reservation of dnsmasq for a tag has a comment, or is left out where nothing sets the tag", () => {
  const { pools, nics, comments } = imported(
    "dnsmasq",
    `dhcp-range=set:lab,10.77.0.10,10.77.0.99,255.255.255.0
dhcp-host=${MAC},tag:nosuch,10.77.0.13
dhcp-host=52:54:00:77:00:02,tag:lab,10.77.0.14
dhcp-host=52:54:00:77:00:03,net:own,10.77.0.15`,
  );
  deepStrictEqual(nics.map(({ ipAddress }) => ipAddress), ["10.77.0.14", "10.77.0.15"]);
  deepStrictEqual(pools[0].pool.exclude, ["10.77.0.13"]);
  match(comments.join("\n"), /^# conf:2: .*: nothing here sets the tag nosuch$/m);
  match(comments.join("\n"), /^# conf:3: .*: the reservation counts here whatever the tag: lab$/m);
});

Deno.test("of two addresses in one dhcp-host, the last one counts and the other has a comment", () => {
  const { nics, comments } = imported(
    "dnsmasq",
    `${RANGE}\ndhcp-host=${MAC},10.77.0.13,10.77.0.14`,
  );
  strictEqual(nics[0].ipAddress, "10.77.0.14");
  match(comments.join("\n"), /the address that is said last counts; left out: 10\.77\.0\.13/);
});

Deno.test("a domain of some addresses is that of the machines with them, one of the subnet that of the pool", () => {
  const { pools, nics, comments } = imported(
    "dnsmasq",
    `${RANGE}
domain=c.com,10.77.0.5,10.77.0.9
domain=p.com,10.77.0.50,10.77.0.60
domain=a.com,10.77.0.0/24
domain=g.com
dhcp-host=${MAC},10.77.0.5`,
  );
  strictEqual(pools[0].domainName, "a.com");
  strictEqual(nics[0].options.domainName, "a.com");
  match(comments.join("\n"), /^# conf:3: .*: only some addresses of the pool have it there$/m);
  const only = imported(
    "dnsmasq",
    `${RANGE}\ndomain=c.com,10.77.0.5,10.77.0.9\ndhcp-host=${MAC},10.77.0.5`,
  );
  strictEqual(only.pools[0].domainName, undefined);
  strictEqual(only.nics[0].options.domainName, "c.com");
});

Deno.test("a dhcp-boot counts as a whole, without the server of another one", () => {
  const { pools } = imported(
    "dnsmasq",
    `${RANGE}\ndhcp-boot=pxelinux.0,srv,10.77.0.3\ndhcp-boot=other.0`,
  );
  const { bootFileName, tftpServerName, nextServer } = pools[0];
  deepStrictEqual({ bootFileName, tftpServerName, nextServer }, {
    bootFileName: "other.0",
    tftpServerName: undefined,
    nextServer: undefined,
  });
  const tagged = imported(
    "dnsmasq",
    `${RANGE}\ndhcp-match=set:e,option:client-arch,7\ndhcp-boot=pxelinux.0,srv,10.77.0.3\ndhcp-boot=tag:e,x.0`,
  );
  match(
    tagged.comments.join("\n"),
    /^# conf:4: .*there is one tftpServerName, for all clients: that of another line$/m,
  );
});

Deno.test("a machine that dnsmasq tells no domain is told none", () => {
  const { nics } = imported(
    "dnsmasq",
    `${RANGE}\ndhcp-option=15,a.com\ndhcp-option=tag:h,15\ndhcp-host=${MAC},set:h,10.77.0.5`,
  );
  strictEqual(nics[0].options.domainName, "");
});

Deno.test("dnsmasq itself is the router where no line names one, so the server has another address", () => {
  const { pools } = imported("dnsmasq", `listen-address=10.77.0.1\n${RANGE}`);
  strictEqual(pools[0].router, "10.77.0.1");
  strictEqual(pools[0].serverIP, "10.77.0.254");
  const named = imported(
    "dnsmasq",
    `listen-address=10.77.0.2\n${RANGE}\ndhcp-option=3,10.77.0.1`,
  );
  strictEqual(named.pools[0].router, "10.77.0.1");
  strictEqual(named.pools[0].serverIP, "10.77.0.2");
});
