import { deepStrictEqual, throws } from "node:assert/strict";
import { decodeOption, type DhcpOption, encodeOption } from "../option.ts";

/** The octets of a label. */
const label = (text: string) => [text.length, ...new TextEncoder().encode(text)];

function read(...octets: number[]): unknown {
  return decodeOption(119, new Uint8Array(octets)).value;
}

/** The value's octets, pieces joined. */
function write(value: readonly string[]): number[] {
  const written = encodeOption({ code: 119, value });
  const octets: number[] = [];
  for (let at = 0; at < written.length; at += 2 + (written[at + 1] ?? 0)) {
    octets.push(...written.subarray(at + 2, at + 2 + (written[at + 1] ?? 0)));
  }
  return octets;
}

Deno.test("domain search writes a name as labels and a zero", () => {
  deepStrictEqual(write(["example.com"]), [...label("example"), ...label("com"), 0]);
});

Deno.test("domain search points to what was written before (RFC 3397 section 2)", () => {
  const wanted = [
    ...[...label("eng"), ...label("apple"), ...label("com"), 0],
    ...[...label("marketing"), 0xc0, 4],
  ];
  deepStrictEqual(write(["eng.apple.com", "marketing.apple.com"]), wanted);
  deepStrictEqual(read(...wanted), ["eng.apple.com", "marketing.apple.com"]);
});

Deno.test("domain search points to a whole name that comes again", () => {
  deepStrictEqual(write(["a.b", "a.b"]), [...label("a"), ...label("b"), 0, 0xc0, 0]);
});

Deno.test("domain search keeps the case of names", () => {
  const names = ["Example.COM", "a.example.com", "b.Example.COM"];
  deepStrictEqual(read(...write(names)), names);
});

Deno.test("domain search reads pointers to pointers", () => {
  const octets = [...label("com"), 0, ...label("b"), 0xc0, 0, ...label("a"), 0xc0, 5];
  deepStrictEqual(read(...octets), ["com", "b.com", "a.b.com"]);
});

Deno.test("domain search longer than 255 octets goes over pieces", () => {
  const names = Array.from({ length: 40 }, (_, i) => `host-${i}.zone-${i}.example`);
  deepStrictEqual(read(...write(names)), names);
});

Deno.test("domain search longer than a pointer can reach is written without pointers beyond", () => {
  const names = Array.from({ length: 1200 }, (_, i) => `name-number-${i}.zone-${i}`);
  deepStrictEqual(read(...write([...names, ...names])), [...names, ...names]);
});

Deno.test("domain search refuses pointers that do not point back", () => {
  const bad: readonly (readonly number[])[] = [
    [0xc0, 0], // to itself
    [...label("a"), 0xc0, 0], // to the name it ends
    [...label("a"), 0xc0, 2], // to itself, after a label
    [...label("a"), 0xc0, 9], // forward
    [...label("a"), 0, ...label("b"), 0xc0, 3], // into the name it ends
    [...label("a"), 0xff, 0xff], // far outside
  ];
  for (const octets of bad) throws(() => read(...octets), /a pointer before octet \d+ wanted/);
});

Deno.test("domain search refuses a chain of pointers that never names anything new", () => {
  const octets = [...label("a"), 0];
  for (let target = 0; target < 4000; target = octets.length - 2) {
    octets.push(0xc0 | (target >>> 8), target & 255);
  }
  throws(() => read(...octets), /a name of 1 to 253 characters wanted: a chain of pointers/);
});

Deno.test("domain search refuses names that are cut off", () => {
  const bad: readonly (readonly number[])[] = [
    [1],
    [3, 97, 98],
    [...label("a")],
    [...label("a"), 0xc0],
  ];
  for (const octets of bad) throws(() => read(...octets), { name: "DhcpDecodeError" });
});

Deno.test("domain search refuses labels and names that are none", () => {
  throws(() => read(), /at least 1 domain name wanted/);
  throws(() => read(0), /a name of 1 to 253 characters wanted: 0 characters/);
  throws(() => read(3, 97, 46, 98, 0), /a label of letters, digits and dashes wanted: "a\.b"/);
  throws(() => read(2, 97, 0, 0), /a label of letters/);
  throws(() => read(0x40, ...new Array(0x40).fill(97), 0), /a label of letters/);
  throws(() => read(0x80, ...new Array(0x80).fill(97), 0), /a label of letters/);
  const long = [...label("a".repeat(63)), ...label("b".repeat(63)), ...label("c".repeat(63))];
  throws(() => read(...long, ...label("d".repeat(62)), 0), /254 characters/);
});

Deno.test("domain search refuses to write what is no list of names", () => {
  for (const value of [[], [""], ["a..b"], ["a."], ["a", 7], "a", undefined]) {
    throws(() => encodeOption({ code: 119, value } as DhcpOption), { name: "DhcpEncodeError" });
  }
});
