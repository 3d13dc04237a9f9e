/** Replies with every option that a pool can set: tshark, which knows nothing of this project, reads what the pool says. */
import assert from "node:assert/strict";
import type { RecordedClient } from "../../core/api/client_options.ts";
import type { IPv4Config } from "../../core/api/types.ts";
import type { DhcpOption } from "../../core/dhcp/mod.ts";
import { discover, network, pool, Server } from "../../core/dhcp/testing/harness.ts";
import { dissect } from "./dissector.ts";
import { udpFrame } from "./packets.ts";

/** Option values as they are; tshark has no word of its own for some. */
const RAW = "dhcp.option.value";
const TYPES = "dhcp.option.type";

/** A pool, a request, and what the reply is read as. */
interface OptionCase {
  readonly config?: Partial<IPv4Config>;
  /** What the record says of the client. */
  readonly client?: RecordedClient;
  /** Codes that are asked for; none: no list is sent. */
  readonly ask?: readonly number[];
  /** Further options of the request. */
  readonly options?: readonly DhcpOption[];
  /** All values of each of tshark's fields, in their order. */
  readonly read: Readonly<Record<string, readonly string[]>>;
}

const SEARCH = Array.from({ length: 14 }, (_, i) => `a-rather-long-name-${i}.test${i}.net`);
const NTP = Array.from({ length: 14 }, (_, i) => `10.0.0.${i + 1}`);
const ROUTES = Array.from({ length: 12 }, (_, i) => ({
  destination: `192.0.${i}.0/24`,
  gateway: "192.168.48.9",
}));
const LARGE = { code: 57, value: 1500 } as const;

const CASES: OptionCase[] = [];
let dissected: ReturnType<typeof dissect> | undefined;

/** All cases are read by one tshark. */
function tsharkReads(one: OptionCase): () => Promise<void> {
  const index = CASES.push(one) - 1;
  return async () => {
    const fields = [...new Set(CASES.flatMap(({ read }) => Object.keys(read).map(fieldOf)))];
    const frame = (await (dissected ??= dissect(CASES.map(replyFrame), fields)))[index];
    assert.deepEqual(frame?.complaints, []);
    for (const [name, wanted] of Object.entries(one.read)) {
      const [, place] = name.split(" ");
      const values: readonly string[] = frame?.values[fieldOf(name)] ?? [];
      // What pads is option 0 to tshark.
      const seen = name === TYPES ? values.filter((type) => type !== "0") : values;
      assert.deepEqual(place === undefined ? seen : [seen[Number(place) - 1]], wanted, name);
    }
  };
}

/** `field 7` is the field's value number 7 alone. */
function fieldOf(name: string): string {
  return name.split(" ")[0] ?? name;
}

function replyFrame(one: OptionCase): Uint8Array {
  const { frame, omitted } = answer(one);
  assert.equal(omitted, 0);
  return frame;
}

/** The frame in which a server with this pool answers a DISCOVER, and how many options that leaves out. */
function answer({ config, client, ask, options = [] }: Omit<OptionCase, "read">): {
  readonly frame: Uint8Array;
  readonly omitted: number;
} {
  const status = client === undefined ? {} : { clients: { "52:54:00:11:22:01": client } };
  const list = ask === undefined ? [] : [{ code: 55, value: ask } as const];
  const server = new Server(network(pool(config, status)));
  const { bytes, account } = server.ask(discover([...list, ...options]));
  const from = { sourceMac: "02:00:00:00:00:01", source: "192.168.48.77", sourcePort: 67 };
  return {
    frame: udpFrame({ ...from, destinationPort: 68 }, bytes),
    omitted: account.omitted,
  };
}

Deno.test(
  "rules 18, 72 to 75: lease time, T1, T2, identifier and mask, and the options of every pool",
  tsharkReads({
    ask: [3, 6, 15, 42],
    read: {
      [TYPES]: ["53", "54", "51", "58", "59", "1", "3", "6", "15", "42"],
      "dhcp.option.dhcp": ["2"],
      "dhcp.option.dhcp_server_id": ["192.168.48.77"],
      "dhcp.option.ip_address_lease_time": ["3600"],
      "dhcp.option.renewal_time_value": ["1800"],
      "dhcp.option.rebinding_time_value": ["3150"],
      "dhcp.option.subnet_mask": ["255.255.255.0"],
      "dhcp.option.router": ["192.168.48.1"],
      "dhcp.option.domain_name_server": ["192.168.48.3", "1.1.1.1"],
      "dhcp.option.domain_name": ["example.com"],
      "dhcp.option.ntp_server": ["192.168.48.5"],
    },
  }),
);

Deno.test(
  "rules 84 and 85: routes of any width, on the link and by a router, the default route among them",
  tsharkReads({
    config: {
      routes: [
        { destination: "10.0.0.0/8", gateway: "192.168.48.9" },
        { destination: "172.16.5.0/25", gateway: "0.0.0.0" },
        { destination: "198.51.100.7/32", gateway: "192.168.48.9" },
      ],
    },
    ask: [121, 249],
    read: {
      [TYPES]: ["53", "54", "51", "58", "59", "1", "121", "249"],
      "dhcp.option.classless_static_route": Array(2).fill([
        "080ac0a83009",
        "19ac10050000000000",
        "20c6336407c0a83009",
        "00c0a83001",
      ]).flat(),
    },
  }),
);

Deno.test(
  "rules 75 and 86: MTU, broadcast address, T1 and T2 of the pool's own",
  tsharkReads({
    config: { mtu: 1400, broadcast: "192.168.48.127", renewalTime: 600, rebindingTime: 900 },
    ask: [26, 28],
    read: {
      "dhcp.option.interface_mtu": ["1400"],
      "dhcp.option.broadcast_address": ["192.168.48.127"],
      "dhcp.option.renewal_time_value": ["600"],
      "dhcp.option.rebinding_time_value": ["900"],
    },
  }),
);

Deno.test(
  "rules 92 and 93: time zones, the captive portal, the proxy's file, and the wait without IPv4",
  tsharkReads({
    config: {
      timezone: { posix: "EST5EDT4,M3.2.0/02:00,M11.1.0/02:00", tzdb: "Europe/Zurich" },
      captivePortal: "https://example.com/api",
      wpad: "http://wpad.example.com/wpad.dat",
      ipv6OnlyPreferred: 1800,
    },
    ask: [108, 100, 101, 114, 252],
    read: {
      [TYPES]: ["53", "54", "51", "58", "59", "1", "108", "100", "101", "114", "252"],
      "dhcp.option.tz_pcode": ["EST5EDT4,M3.2.0/02:00,M11.1.0/02:00"],
      "dhcp.option.tz_tcode": ["Europe/Zurich"],
      "dhcp.option.captive_portal": ["https://example.com/api"],
      "dhcp.option.private_proxy_autodiscovery": ["http://wpad.example.com/wpad.dat"],
      [`${RAW} 7`]: ["00000708"],
    },
  }),
);

Deno.test(
  "rule 81: search names that share their ends",
  tsharkReads({
    config: { domainSearch: ["eng.example.com", "sales.example.com", "example.net"] },
    ask: [119],
    read: {
      "dhcp.option.dhcp_dns_domain_search_list_fqdn": [
        "eng.example.com",
        "sales.example.com",
        "example.net",
      ],
    },
  }),
);

Deno.test(
  "rules 81 and 82: search names in two pieces",
  tsharkReads({
    config: { domainSearch: SEARCH },
    ask: [119],
    options: [LARGE],
    read: {
      [TYPES]: ["53", "54", "51", "58", "59", "1", "119", "119"],
      "dhcp.option.dhcp_dns_domain_search_list_fqdn": SEARCH,
    },
  }),
);

Deno.test(
  "rule 83: options in file and sname",
  tsharkReads({
    config: { domainSearch: [], routes: ROUTES, ntp: NTP },
    options: [{ code: 61, value: new Uint8Array(200).fill(7) }],
    read: {
      "dhcp.option.option_overload": ["3"],
      // tshark reads sname first.
      [TYPES]: ["53", "54", "51", "58", "59", "1", "3", "6", "15", "28", "52", "42", "121", "61"],
      "dhcp.option.ntp_server": NTP,
      "dhcp.option.classless_static_route": [
        ...ROUTES.map((_, i) => `18c0000${i.toString(16)}c0a83009`),
        "00c0a83001",
      ],
    },
  }),
);

Deno.test(
  "rules 76 and 77: client identifier and relay's option as they came",
  tsharkReads({
    ask: [3],
    options: [
      { code: 61, value: new Uint8Array([1, 0x52, 0x54, 0, 0x11, 0x22, 1]) },
      { code: 82, value: [{ code: 1, value: new Uint8Array([0xca, 0xfe]) }] },
    ],
    read: {
      [TYPES]: ["53", "54", "51", "58", "59", "1", "3", "61", "82"],
      "dhcp.hw.mac_addr": ["52:54:00:11:22:01", "52:54:00:11:22:01"],
      "dhcp.option.agent_information_option.agent_circuit_id": ["cafe"],
    },
  }),
);

const BOOT: Partial<IPv4Config> = {
  nextServer: "192.168.48.4",
  tftpServerName: "tftp.example.com",
  bootFileName: "pxelinux.0",
  bootFiles: [{ architecture: 7, fileName: "ipxe.efi" }],
};
const FIRMWARE: readonly DhcpOption[] = [
  { code: 60, value: "PXEClient:Arch:00007:UNDI:003016" },
  { code: 93, value: [7] },
  { code: 97, value: Uint8Array.from({ length: 17 }, (_, i) => i) },
];

Deno.test(
  "rule 89: boot server and names in siaddr, sname and file, for who does not ask for the options",
  tsharkReads({
    config: BOOT,
    ask: [1],
    read: {
      [TYPES]: ["53", "54", "51", "58", "59", "1"],
      "dhcp.ip.server": ["192.168.48.4"],
      "dhcp.server": ["tftp.example.com"],
      "dhcp.file": ["pxelinux.0"],
    },
  }),
);

Deno.test(
  "rules 89 and 90: boot names as options, the architecture's file, and the firmware's identifier",
  tsharkReads({
    config: {
      ...BOOT,
      options: [{ code: 43, suboptions: [{ code: 6, type: "uint8", value: "8" }] }],
    },
    ask: [43, 66, 67],
    options: [...FIRMWARE, LARGE],
    read: {
      "dhcp.ip.server": ["192.168.48.4"],
      "dhcp.option.tftp_server_name": ["tftp.example.com"],
      "dhcp.option.bootfile_name": ["ipxe.efi"],
      "dhcp.option.vendor_class_id": ["PXEClient"],
      "dhcp.option.vendor.pxeclient.discovery_control": ["0x08"],
      "dhcp.client_id.uuid": ["04030201-0605-0807-090a-0b0c0d0e0f10"],
      "dhcp.server": [],
      "dhcp.file": [],
    },
  }),
);

for (
  const [form, flags, name] of [["DNS", 5, [3, 102, 111, 111, 0]], ["text", 1, [102]]] as const
) {
  Deno.test(
    `rules 80 and 88: host name, and the whole name in 81 as the client writes it: ${form}`,
    tsharkReads({
      config: { hostnames: true },
      client: { hostName: "vm-1" },
      ask: [12],
      options: [{ code: 81, value: { flags, rcodes: [0, 0], name: new Uint8Array(name) } }],
      read: {
        "dhcp.option.hostname": ["vm-1"],
        "dhcp.fqdn.name": ["vm-1.example.com"],
        "dhcp.fqdn.e": [flags === 5 ? "1" : "0"],
        "dhcp.fqdn.s": ["0"],
        "dhcp.fqdn.o": ["1"],
        "dhcp.fqdn.n": ["1"],
        "dhcp.fqdn.rcode1": ["255"],
        "dhcp.fqdn.rcode2": ["255"],
      },
    }),
  );
}

Deno.test(
  "rule 91: an ACK to a DISCOVER, with rapid commit",
  tsharkReads({
    config: { rapidCommit: true },
    ask: [1],
    options: [{ code: 80, value: new Uint8Array(0) }],
    read: {
      [TYPES]: ["53", "54", "51", "58", "59", "1", "80"],
      "dhcp.option.dhcp": ["5"],
    },
  }),
);

const OTHERS: Partial<IPv4Config> = {
  options: [
    {
      code: 43,
      suboptions: [
        { code: 6, type: "uint8", value: "8" },
        { code: 71, type: "hex", value: "00010000" },
      ],
    },
    { code: 150, type: "ipv4", value: ["192.168.48.6", "192.168.48.7"] },
    { code: 2, type: "int32", value: "-3600" },
    { code: 19, type: "bool", value: "true" },
    { code: 72, type: "ipv4", value: "192.168.48.8" },
    { code: 40, type: "text", value: "nis.example.com" },
    { code: 213, type: "fqdn", value: "access.example.com" },
    { code: 13, type: "uint16", value: "4096" },
    { code: 24, type: "uint32", value: "600" },
  ],
  vendorOptions: [
    { enterprise: 3561, code: 11, type: "text", value: "https://acs.example.com" },
    { enterprise: 4491, code: 2, type: "ipv4", value: "192.168.48.9" },
  ],
};

Deno.test(
  "rules 70 and 78: options of every type that have no field of their own, sub-options, and two vendors' in 125",
  tsharkReads({
    config: OTHERS,
    ask: [43, 150, 2, 19, 72, 40, 213, 13, 24, 125],
    options: [LARGE],
    read: {
      "dhcp.option.tftp_server_address": ["192.168.48.6", "192.168.48.7"],
      "dhcp.option.time_offset": ["-3600"],
      "dhcp.option.ip_forwarding": ["1"],
      "dhcp.option.default_www_server": ["192.168.48.8"],
      "dhcp.option.nis_domain": ["nis.example.com"],
      "dhcp.option.boot_file_size": ["4096"],
      "dhcp.option.path_mtu_aging_timeout": ["600"],
      [`${RAW} 7`]: ["060108470400010000"],
      [`${RAW} 13`]: ["06616363657373076578616d706c6503636f6d00"],
      "dhcp.option.vi.enterprise": ["3561", "4491"],
      "dhcp.option.vi.tr111.suboption": ["11"],
      "dhcp.option.vi.value": ["68747470733a2f2f6163732e6578616d706c652e636f6d"],
      "dhcp.option.vi.cl.tftp_server_addresses": ["192.168.48.9"],
    },
  }),
);

Deno.test("rules 66, 82 and 83: of a pool that sets everything tshark reads a sound reply whatever size the client takes: what is missing is counted", async () => {
  const config = { ...OTHERS, ...BOOT, domainSearch: SEARCH, ntp: NTP.slice(0, 4), routes: ROUTES };
  const ask = [1, 3, 6, 15, 121, 43, 150, 2, 19, 72, 40, 213, 13, 24, 125, 42, 66, 67, 119, 249];
  const sizes = Array.from({ length: 40 }, (_, i) => 560 + 25 * i);
  const answers = sizes.map((value) =>
    answer({ config, ask, options: [...FIRMWARE, { code: 57, value }] })
  );
  const read = await dissect(answers.map(({ frame }) => frame), ["ip.len", TYPES]);
  const omitted = answers.map((one) => one.omitted);
  for (const [index, { complaints, values }] of read.entries()) {
    const size = sizes[index] ?? 0;
    assert.deepEqual(complaints, [], `${size}`);
    assert.ok(Number(values["ip.len"]) <= Math.max(size, 576), `${values["ip.len"]} for ${size}`);
    // What makes the lease, what is asked for, and what answers the firmware.
    const codes = new Set(values[TYPES].filter((type) => type !== "0" && type !== "52"));
    assert.equal(codes.size + (omitted[index] ?? 0), 5 + ask.length + 2, `${size}: ${[...codes]}`);
    for (const code of [53, 54, 51, 58, 59, 1, 3]) assert.ok(codes.has(`${code}`), `${size}`);
  }
  assert.ok((omitted[0] ?? 0) > 0);
  assert.equal(omitted.at(-1), 0);
  // More room never costs an option.
  assert.deepEqual(omitted, omitted.toSorted((a, b) => b - a));
});
