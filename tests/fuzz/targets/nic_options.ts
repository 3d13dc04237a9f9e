/**
 * What single NICs are to be told, as a tenant may write it into an annotation.
 *
 * @module
 */
import fc from "fast-check";
import { fieldPath } from "../../../core/api/fields/field_error.ts";
import { type IPPool, keepClientOptions, readClientOptions } from "../../../core/api/mod.ts";
import { compilePool } from "../../../core/dhcp/mod.ts";
import { parseCidr, parseIPv4 } from "../../../core/net/mod.ts";
import { damaged, edited, type Json, textOf, withUnspeakable } from "../arbitraries.ts";
import type { FuzzTarget } from "../target.ts";

const WORDS: readonly Json[] = [
  {
    router: "169.254.1.1",
    dns: ["1.1.1.1", "9.9.9.9"],
    domainName: "example.com",
    domainSearch: ["example.com", "_msdcs.example.com."],
    ntp: ["192.168.48.3", "pool.ntp.org"],
    leaseTime: 3_600,
    renewalTime: 900,
    rebindingTime: 1_800,
    mtu: 1_450,
    routes: [
      { destination: "169.254.1.1/32", gateway: "0.0.0.0" },
      { destination: "10.0.0.0/8", gateway: "169.254.1.1" },
      { destination: "0.0.0.0/0", gateway: "192.168.48.1" },
    ],
    broadcast: "192.168.48.255",
  },
  {
    router: "",
    captivePortal: "https://portal.example.com/api",
    ipv6OnlyPreferred: 300,
    timezone: { posix: "CET-1CEST,M3.5.0,M10.5.0/3", tzdb: "Europe/Zurich" },
    wpad: "http://proxy.example.com/wpad.dat",
    nextServer: "192.168.48.5",
    tftpServerName: "tftp.example.com",
    bootFileName: "pxelinux.0",
    bootFiles: [
      { userClass: "iPXE", fileName: "http://boot.example.com/start.ipxe" },
      { architecture: "x64-uefi", vendorClass: "PXEClient", fileName: "snponly.efi" },
      { architecture: 0, fileName: "undionly.kpxe" },
    ],
  },
  {
    options: [
      { code: 150, type: "ipv4", value: ["192.168.48.5", "192.168.48.6"], always: true },
      { code: 43, suboptions: [{ code: 1, type: "uint8", value: "3" }] },
      { code: 224, type: "int32", value: "-1" },
      { code: 225, type: "bool", value: "true" },
      { code: 226, type: "hex", value: "0a:0b" },
      { code: 227, type: "fqdn", value: "a.example.com" },
    ],
    vendorOptions: [
      { enterprise: 4491, code: 2, type: "text", value: "abc" },
      { enterprise: 9, code: 255, type: "uint32", value: "4294967295" },
    ],
  },
];

const POOL = {
  apiVersion: "network.harvesterhci.io/v1alpha1",
  kind: "IPPool",
  metadata: { name: "net-48", namespace: "default" },
  spec: {
    networkName: "net-48",
    ipv4Config: { cidr: "192.168.48.0/24", serverIP: "192.168.48.77", leaseTime: 600 },
  },
} satisfies IPPool;
const { ipv4Config } = POOL.spec;
const NETWORK = {
  cidr: parseCidr(ipv4Config.cidr),
  server: parseIPv4(ipv4Config.serverIP),
  pool: ipv4Config,
};

/**
 * What is left out has a path and a sentence; what is kept has no fault when it is read again, and the server can send all
 * of it. Never throws.
 */
export const nicOptions: FuzzTarget<string> = {
  inputs: fc.oneof(edited(WORDS).map(textOf), damaged(edited(WORDS).map(textOf), 2)),
  always: withUnspeakable(WORDS).map(textOf),
  check(text) {
    const { options, errors } = readClientOptions(text, NETWORK);
    const silent = errors.find(({ message }) => message === "");
    if (silent !== undefined) throw new Error(`Left out without a word: ${fieldPath(silent.path)}`);
    const again = keepClientOptions(options, NETWORK);
    if (again.errors.length > 0) throw new Error(`Kept, and then: ${JSON.stringify(again.errors)}`);
    const ipv4 = { used: 1, available: 0, clients: { "52:54:00:12:34:56": { options } } };
    const compiled = compilePool({ ...POOL, status: { ipv4 } });
    // Names of NTP servers are resolved by the controller.
    const problems = compiled.problems.filter(({ path }) => !path.includes("ntp"));
    if (problems.length > 0) throw new Error(`Kept, not sent: ${JSON.stringify(problems)}`);
  },
};
