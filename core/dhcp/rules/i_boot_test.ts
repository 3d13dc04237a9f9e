/** Section I of the rules: what firmware is told of its boot file. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { IPv4Config } from "../../api/types.ts";
import { formatIPv4 } from "../../net/mod.ts";
import type { DhcpOption } from "../options/option.ts";
import { compilePool } from "../server/served_network.ts";
import { type DhcpMessage, optionValue } from "../wire/message.ts";
import {
  codesOf,
  discover,
  KNOWN,
  LEASE,
  network,
  pool,
  reboot,
  renew,
  Server,
} from "../testing/harness.ts";

const ascii = (text: string) => Uint8Array.from(text, (one) => one.charCodeAt(0));
const listed = (...codes: number[]): DhcpOption => ({ code: 55, value: codes });
const kind = (text: string): DhcpOption => ({ code: 60, value: text });
const architecture = (...numbers: number[]): DhcpOption => ({ code: 93, value: numbers });
const userClass = (value: string): DhcpOption => ({ code: 77, value: ascii(value) });
const PXE = "PXEClient:Arch:00007:UNDI:003016";
const HTTP = "HTTPClient:Arch:00016:UNDI:003001";

const BOOT: Partial<IPv4Config> = {
  nextServer: "192.168.48.9",
  tftpServerName: "tftp.example.com",
  bootFileName: "pxelinux.0",
};

function offer(config: Partial<IPv4Config>, ...options: DhcpOption[]): DhcpMessage {
  const { reply } = new Server(network(pool(config))).ask(discover(options));
  ok(reply);
  return reply;
}

/** Where the boot data is: siaddr, sname, file, 66, 67. */
function bootOf(reply: DhcpMessage): unknown[] {
  const { siaddr, sname, file } = reply;
  return [formatIPv4(siaddr), sname, file, optionValue(reply, 66), optionValue(reply, 67)];
}

Deno.test("rule 89: siaddr is 0, and never the server's own address by reflex", () => {
  const none = ["0.0.0.0", "", "", undefined, undefined];
  deepStrictEqual(bootOf(offer({})), none);
  deepStrictEqual(bootOf(offer({}, listed(66, 67), kind(PXE))), none);
  const file = { bootFileName: "a.efi" };
  deepStrictEqual(bootOf(offer(file)), ["0.0.0.0", "", "a.efi", undefined, undefined]);
});

Deno.test("rule 89: the boot server is siaddr, in every reply but a DHCPNAK", () => {
  const server = new Server(network(pool(BOOT)));
  for (const sent of [discover(), renew(LEASE)]) {
    strictEqual(formatIPv4(server.ask(sent).reply?.siaddr ?? 0), "192.168.48.9");
  }
  const { reply, verdict } = server.ask(reboot(LEASE + 1));
  strictEqual(verdict, "nak_wrong_address");
  deepStrictEqual(reply && bootOf(reply), ["0.0.0.0", "", "", undefined, undefined]);
});

Deno.test("rule 89: 66 and 67 are options where they are asked for, else in sname and file", () => {
  const [server, name, file] = ["192.168.48.9", "tftp.example.com", "pxelinux.0"];
  const where = (...options: DhcpOption[]) => bootOf(offer(BOOT, ...options));
  deepStrictEqual(where(), [server, name, file, undefined, undefined]);
  deepStrictEqual(where(listed(1, 3)), [server, name, file, undefined, undefined]);
  deepStrictEqual(where(listed(67)), [server, name, "", undefined, file]);
  deepStrictEqual(where(listed(66)), [server, "", file, name, undefined]);
  deepStrictEqual(where(listed(67, 66)), [server, "", "", name, file]);
});

Deno.test("rule 89: a name that is too long for its field is an option, asked for or not", () => {
  const long = { bootFileName: "f".repeat(128), tftpServerName: "s".repeat(64) };
  const whole = ["0.0.0.0", "", "", long.tftpServerName, long.bootFileName];
  deepStrictEqual(bootOf(offer(long)), whole);
  deepStrictEqual(bootOf(offer(long, listed(1))), whole);
  const exact = { bootFileName: "f".repeat(127), tftpServerName: "s".repeat(63) };
  deepStrictEqual(bootOf(offer(exact, listed(1))), [
    "0.0.0.0",
    exact.tftpServerName,
    exact.bootFileName,
    undefined,
    undefined,
  ]);
});

Deno.test("rule 89: a boot name that is none is reported, and the rest of the pool is served", () => {
  const bad = { bootFileName: "a\0b", tftpServerName: "\u00e4", nextServer: "tftp" };
  const { problems } = compilePool(pool(bad));
  deepStrictEqual(problems.map(({ path }) => path[2]).toSorted(), [
    "bootFileName",
    "nextServer",
    "tftpServerName",
  ]);
  deepStrictEqual(bootOf(offer(bad)), ["0.0.0.0", "", "", undefined, undefined]);
});

Deno.test("rule 64, 57: a BOOTREPLY has its boot file in the fixed part", () => {
  const server = new Server(network(pool({ ...BOOT, bootp: true })));
  const { reply, verdict } = server.ask({ op: 1, xid: 1, chaddr: KNOWN, options: [] });
  strictEqual(verdict, "boot_reply");
  deepStrictEqual(reply && bootOf(reply), [
    "192.168.48.9",
    "tftp.example.com",
    "pxelinux.0",
    undefined,
    undefined,
  ]);
});

Deno.test("rule 83: overload leaves file and sname alone where boot data is in them", () => {
  const id = { code: 61, value: new Uint8Array(200).fill(7) } as const;
  const search = (octets: number) =>
    Array.from({ length: octets / 22 }, (_, i) => `label${10 + i}.domain${10 + i}`);
  const asked = [id, listed(119, 6, 15, 42)];
  const config = { domainSearch: search(110) };
  const free = new Server(network(pool(config))).ask(discover(asked));
  strictEqual(free.account.omitted, 0);
  ok(free.reply && optionValue(free.reply, 119));
  const inFile = new Server(network(pool({ ...config, bootFileName: "a.efi" }))).ask(
    discover(asked),
  );
  strictEqual(inFile.reply?.file, "a.efi");
  deepStrictEqual([inFile.account.omitted, inFile.account.omittedCode], [1, 119]);
  const both = new Server(network(pool({ ...config, ...BOOT }))).ask(discover(asked));
  deepStrictEqual([both.reply?.file, both.reply?.sname], ["pxelinux.0", "tftp.example.com"]);
  deepStrictEqual([both.account.omitted, both.account.omittedCode], [1, 119]);
});

const ROWS: Partial<IPv4Config> = {
  nextServer: "192.168.48.9",
  bootFileName: "undionly.kpxe",
  bootFiles: [
    { userClass: "iPXE", fileName: "http://boot.example.com/start.ipxe" },
    { vendorClass: "HTTPClient", architecture: 16, fileName: "http://boot.example.com/x64.efi" },
    { vendorClass: "PXEClient", architecture: "x64-uefi", fileName: "snponly.efi" },
    { architecture: "arm64-uefi", fileName: "snponly-arm64.efi" },
  ],
};

Deno.test("rule 90: the boot file is the first row's that is for the client, else the pool's", () => {
  const file = (...options: DhcpOption[]) => offer(ROWS, ...options).file;
  strictEqual(file(), "undionly.kpxe");
  strictEqual(file(kind("PXEClient:Arch:00000:UNDI:002001"), architecture(0)), "undionly.kpxe");
  strictEqual(file(kind(PXE), architecture(7)), "snponly.efi");
  strictEqual(file(kind(PXE), architecture(9, 7)), "snponly.efi");
  strictEqual(file(kind("udhcp"), architecture(7)), "undionly.kpxe");
  strictEqual(file(architecture(11)), "snponly-arm64.efi");
  strictEqual(file(kind(HTTP), architecture(16)), "http://boot.example.com/x64.efi");
  strictEqual(
    file(kind(PXE), architecture(7), userClass("iPXE")),
    "http://boot.example.com/start.ipxe",
  );
});

Deno.test("rule 90: a user class is read as iPXE sends it, bare, and as RFC 3004 says", () => {
  const file = (value: string) => offer(ROWS, userClass(value)).file;
  const chained = "http://boot.example.com/start.ipxe";
  strictEqual(file("iPXE"), chained);
  strictEqual(file("\x04iPXE"), chained);
  strictEqual(file("\x03abc\x04iPXE"), chained);
  for (const other of ["ipxe", "iPXE2", "\x05iPXE2", "\x09iPXE", "\x03abc", ""]) {
    strictEqual(file(other), "undionly.kpxe", other);
  }
});

Deno.test("rule 90: options 60, 77 and 93 that come in pieces are read whole (RFC 3396)", () => {
  const pieces = new Uint8Array([
    ...new Uint8Array(240),
    ...[53, 1, 1, 60, 3, ...ascii("PXE"), 93, 1, 0, 77, 2, ...ascii("iP")],
    ...[60, 6, ...ascii("Client"), 93, 1, 7, 77, 2, ...ascii("XE"), 255],
  ]);
  pieces.set([1, 1, 6, 0, 0, 0, 0, 9]);
  pieces.set(KNOWN, 28);
  pieces.set([0x63, 0x82, 0x53, 0x63], 236);
  const { reply } = new Server(network(pool(ROWS))).ask(pieces);
  strictEqual(reply?.file, "http://boot.example.com/start.ipxe");
  const rest = { ...ROWS, bootFiles: ROWS.bootFiles?.slice(1) ?? [] };
  strictEqual(new Server(network(pool(rest))).ask(pieces).reply?.file, "snponly.efi");
});

Deno.test("rule 90: 97 comes back to a PXE client as it is, and to nobody else", () => {
  const machine = { code: 97, value: new Uint8Array([0, ...new Uint8Array(16).fill(9)]) } as const;
  for (const config of [{}, ROWS]) {
    deepStrictEqual(optionValue(offer(config, kind(PXE), machine), 97), machine.value);
    strictEqual(optionValue(offer(config, machine), 97), undefined);
    strictEqual(optionValue(offer(config, kind("MSFT 5.0"), machine), 97), undefined);
    strictEqual(optionValue(offer(config, kind(PXE)), 97), undefined);
  }
});

Deno.test("rule 90: 60 says HTTPClient to who boots by HTTP and has a file, which takes no other offer", () => {
  const reply = offer(ROWS, kind(HTTP), architecture(16), listed(1, 67));
  strictEqual(optionValue(reply, 60), "HTTPClient");
  strictEqual(optionValue(reply, 67), "http://boot.example.com/x64.efi");
  strictEqual(optionValue(offer({}, kind(HTTP), architecture(16)), 60), undefined);
});

Deno.test("rule 90: 60 says PXEClient only beside 43, since without one firmware looks for a boot server on port 4011", () => {
  strictEqual(optionValue(offer(ROWS, kind(PXE), architecture(7)), 60), undefined);
  const options = [{ code: 43, suboptions: [{ code: 6, type: "uint8", value: "8" }] }] as const;
  const reply = offer({ ...ROWS, options }, kind(PXE), architecture(7));
  strictEqual(optionValue(reply, 60), "PXEClient");
  ok(codesOf(reply).includes(43));
  strictEqual(optionValue(offer({ ...ROWS, options }, kind("MSFT 5.0")), 60), undefined);
});

Deno.test("rule 90: 60 says PXEClient only where 43 is in this very reply, and so fits", () => {
  const options = [{ code: 43, type: "hex", value: "06".repeat(200) }] as const;
  const told = { ...ROWS, options };
  const codes = (...sent: DhcpOption[]) =>
    codesOf(offer(told, kind(PXE), ...sent)).filter((code) => code === 43 || code === 60);
  deepStrictEqual(codes(listed(1, 3)), []);
  deepStrictEqual(codes(listed(1, 43)).toSorted(), [43, 60]);
  const id: DhcpOption = { code: 61, value: new Uint8Array(250).fill(7) };
  deepStrictEqual(codes(listed(1, 43), id), []);
  deepStrictEqual(codes(listed(1, 43), id, { code: 57, value: 1472 }).toSorted(), [43, 60]);
});

Deno.test("rule 90: 60 says HTTPClient only where the boot file is one that is fetched by HTTP", () => {
  const answer = (bootFileName: string) =>
    optionValue(offer({ bootFileName }, kind(HTTP), architecture(16)), 60);
  for (const file of ["pxelinux.0", "tftp://boot.example.com/a", "httpd/a", ""]) {
    strictEqual(answer(file), undefined, file);
  }
  for (const file of ["http://boot.example.com/a.efi", "HTTPS://192.168.48.9/a.efi"]) {
    strictEqual(answer(file), "HTTPClient", file);
  }
});

Deno.test("rule 90: a row of boot files that cannot be used is reported and left out", () => {
  const bootFiles = [
    { architecture: "z80", fileName: "z80.bin" },
    { architecture: -1, fileName: "a" },
    { userClass: 7, fileName: "b" },
    { vendorClass: "\u00e4", fileName: "c" },
    { fileName: "" },
    { userClass: "iPXE" },
    "file",
    { architecture: "7", fileName: "good.efi" },
  ] as unknown as IPv4Config["bootFiles"];
  const { problems } = compilePool(pool({ bootFiles: bootFiles ?? [] }));
  deepStrictEqual(problems.map(({ path }) => path.slice(3).join(".")), [
    "0.architecture",
    "1.architecture",
    "2.userClass",
    "3.vendorClass",
    "4.fileName",
    "5.fileName",
    "6.fileName",
  ]);
  strictEqual(offer({ bootFiles: bootFiles ?? [] }, architecture(7)).file, "good.efi");
  const noList = compilePool(pool({ bootFiles: "a.efi" as unknown as [] })).problems;
  deepStrictEqual(noList.map(({ path }) => path[2]), ["bootFiles"]);
});
