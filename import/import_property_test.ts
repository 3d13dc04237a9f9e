import { deepStrictEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import { parseAllDocuments } from "yaml";
import { parseIPPool, parseVirtualMachineNetworkConfig } from "../core/api/mod.ts";
import { importFile, type Server } from "./import_file.ts";

/** Statements that can stand in any order: of all, of the network, of a machine. */
interface Grammar {
  readonly from: Server;
  readonly global: readonly string[];
  readonly network: readonly string[];
  readonly machine: readonly string[];
  /** The file of these lines. */
  readonly text: (chosen: Omit<Grammar, "from" | "text">) => readonly string[];
}

const DHCPD: Grammar = {
  from: "dhcpd",
  global: [
    "authoritative;",
    "default-lease-time 600;",
    "max-lease-time 7200;",
    "min-lease-time 60;",
    "ddns-update-style none;",
    "option domain-name-servers 10.1.0.3, 10.1.0.4;",
    'option domain-name "example.org";',
    'option domain-search "a.example.org", "b.example.org";',
    "option time-offset -3600;",
    "option dhcp-server-identifier 10.1.0.9;",
    "option space LAB;",
    "option LAB.magic code 1 = unsigned integer 8;",
    "option lab-record code 201 = { ip-address, integer 16 };",
    "option lab-record 10.1.0.1 -2;",
    "option unknown-thing 5;",
    'option tftp-server-name = concat("a", "b");',
    "use-host-decl-names on;",
    "deny unknown-clients;",
    "failover peer x { primary; }",
    'class "pxe" { match if substring(option vendor-class-identifier, 0, 9) = "PXEClient"; }',
    'if option dhcp-client-identifier = "x" { filename "y"; }',
  ],
  network: [
    "range 10.1.0.100 10.1.0.120;",
    "range 10.1.0.130 10.1.0.140;",
    "range 10.9.0.1 10.9.0.2;",
    "option routers 10.1.0.1, 10.1.0.2;",
    "option subnet-mask 255.255.255.0;",
    "option interface-mtu 1400;",
    "option ntp-servers 10.1.0.5;",
    "option domain-name-servers ns.example.org;",
    "default-lease-time 1200;",
    "next-server 10.1.0.9;",
    'filename "pxelinux.0";',
    'server-name "boot";',
    "pool { allow unknown-clients; }",
  ],
  machine: [
    "fixed-address 10.1.0.20;",
    'option host-name "other";',
    "option routers 10.1.0.7;",
    "default-lease-time 300;",
    "max-lease-time 900;",
    "ddns-hostname foo;",
  ],
  text: ({ global, network, machine }) => [
    ...global,
    "subnet 10.1.0.0 netmask 255.255.255.0 {",
    ...network,
    "}",
    "host web {",
    "hardware ethernet 52:54:00:00:00:01;",
    ...machine,
    "}",
  ],
};

const KEA: Grammar = {
  from: "kea",
  global: [
    '"valid-lifetime": 600,',
    '"renew-timer": 100,',
    '"rebind-timer": 200,',
    '"min-valid-lifetime": 60,',
    '"authoritative": true,',
    '"next-server": "10.1.0.9",',
    '"interfaces-config": { "interfaces": ["eth0"] },',
    '"loggers": [{ "name": "kea" }],',
    '"something-new": { "a": [1, 2] },',
    '"shared-networks": [{ "name": "x", "subnet4": [{ "subnet": "nothing", "id": 7 }, 5] }],',
    '"reservations": "none",',
    '"option-def": [{ "name": "own", "code": 201, "type": "uint16" }],',
    '"option-data": [{ "name": "domain-name-servers", "data": "10.1.0.3" }],',
    '"client-classes": [{ "name": "a", "test": "option[93].hex == 0x0007", "boot-file-name": "x" }],',
  ],
  network: [
    '"id": 1,',
    '"interface": "eth0",',
    '"pools": [{ "pool": "10.1.0.100 - 10.1.0.120" }],',
    '"boot-file-name": "pxelinux.0",',
    '"server-hostname": "boot",',
    '"relay": { "ip-addresses": ["10.1.0.250"] },',
    '"option-data": [{ "name": "routers", "data": "10.1.0.1" }],',
    '"comment": "the lab",',
    '"pools": [7, { "pool": "nothing" }],',
  ],
  machine: [
    '"ip-address": "10.1.0.20",',
    '"hostname": "web",',
    '"client-id": "01:02",',
    '"option-data": [{ "name": "routers", "data": "10.1.0.7" }],',
    '"client-classes": ["a"],',
  ],
  text: ({ global, network, machine }) => [
    '{ "Dhcp4": {',
    ...global,
    '"subnet4": [{ "subnet": "10.1.0.0/24",',
    ...network,
    '"reservations": [{ "hw-address": "52:54:00:00:00:01",',
    ...machine,
    "}] }] } }",
  ],
};

const DNSMASQ: Grammar = {
  from: "dnsmasq",
  global: [
    "port=0",
    "domain=example.org",
    "dhcp-authoritative",
    "dhcp-rapid-commit",
    "dhcp-option=option:router,10.1.0.1",
    "dhcp-option=6,10.1.0.3,10.1.0.4",
    "dhcp-option=option:ntp-server,0.0.0.0",
    "dhcp-option=tag:nobody,26,1400",
    "dhcp-option=tag:lan,option:mtu,1300",
    "dhcp-option-force=209,file.cfg",
    "dhcp-option=vi-encap:9,5,hello",
    "dhcp-option=encap:43,1,10.1.0.8",
    "dhcp-option=vendor:MSFT,2,1i",
    "dhcp-option=option6:dns-server,[::]",
    "dhcp-match=set:efi,option:client-arch,7",
    "dhcp-boot=tag:efi,ipxe.efi,boot,10.1.0.9",
    "dhcp-boot=tag:lan,undionly.kpxe,boot,10.1.0.9",
    "dhcp-ignore=tag:!known",
    "something-new=1",
  ],
  network: ["dhcp-range=set:guests,10.2.0.100,10.2.0.120,1h", "dhcp-range=10.3.0.0,static"],
  machine: [
    "dhcp-host=52:54:00:00:00:01,10.1.0.20,web",
    "dhcp-host=52:54:00:00:00:02,ignore",
    "dhcp-host=id:01,10.1.0.21",
    "dhcp-host=52:54:00:00:00:03,10.1.0.20",
  ],
  text: ({ global, network, machine }) => [
    "dhcp-range=set:lan,10.1.0.100,10.1.0.120,255.255.255.0,12h",
    ...global,
    ...network,
    ...machine,
  ],
};

function imported(from: Server, lines: readonly string[]): string {
  const text = lines.join("\n");
  const files = { read: () => text, list: () => [] };
  return importFile({ from, path: "f", namespace: "default", networks: [] }, files).text;
}

/** What is said beside comments. */
function manifests(text: string): string {
  return text.split("\n").filter((line) => !line.startsWith("#")).join("\n");
}

for (const grammar of [DHCPD, KEA, DNSMASQ]) {
  const { from } = grammar;
  const chosen = fc.record({
    global: fc.shuffledSubarray([...grammar.global]),
    network: fc.shuffledSubarray([...grammar.network]),
    machine: fc.shuffledSubarray([...grammar.machine]),
  });

  Deno.test(`the import of ${from} drops nothing: each statement has a comment, or its manifests differ without it`, () => {
    fc.assert(
      fc.property(chosen, (some) => {
        const lines = grammar.text(some);
        const whole = imported(from, lines);
        lines.forEach((line, index) => {
          const isChosen = [...some.global, ...some.network, ...some.machine].includes(line);
          if (!isChosen || whole.includes(`# f:${index + 1}: `)) return;
          const without = imported(from, lines.with(index, ""));
          ok(manifests(whole) !== manifests(without), `dropped: ${line}`);
        });
      }),
      { numRuns: 60 },
    );
  });

  Deno.test(`the import of ${from} prints objects that their own checks accept`, () => {
    fc.assert(
      fc.property(chosen, (some) => {
        for (const document of parseAllDocuments(imported(from, grammar.text(some)))) {
          const object = document.toJS();
          if (object === null) continue;
          const parse = object.kind === "IPPool" ? parseIPPool : parseVirtualMachineNetworkConfig;
          deepStrictEqual(parse(object), { ok: true, value: object });
        }
      }),
      { numRuns: 100 },
    );
  });
}
