/** Every option with empty, short, exact and long input, in both directions. */
import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { DhcpDecodeError, DhcpEncodeError } from "../wire/errors.ts";
import { decodeOption, type DhcpOption, encodeOption } from "./option.ts";

const bytes = (...values: number[]) => new Uint8Array(values);
const ascii = (text: string) => new TextEncoder().encode(text);

/** What an option reads as, and that it is written the same. */
function both(code: number, octets: Uint8Array, value: unknown): void {
  const option = decodeOption(code, octets);
  deepStrictEqual(option, { code, value });
  const written = encodeOption(option);
  deepStrictEqual(written, new Uint8Array([code, octets.length, ...octets]));
}

function refusesToRead(code: number, octets: Uint8Array, message: RegExp): void {
  throws(() => decodeOption(code, octets, 250), (error) => {
    strictEqual(error instanceof DhcpDecodeError, true);
    return message.test(String(error));
  });
}

function refusesToWrite(code: number, ...values: unknown[]): void {
  for (const value of values) {
    throws(() => encodeOption({ code, value } as DhcpOption), DhcpEncodeError, `${code} ${value}`);
  }
}

Deno.test("an address is 4 octets (1, 28, 50, 54)", () => {
  for (const code of [1, 28, 50, 54]) {
    both(code, bytes(255, 255, 255, 0), 0xffffff00);
    both(code, bytes(0, 0, 0, 0), 0);
    for (const length of [0, 1, 3, 5, 8]) {
      refusesToRead(code, new Uint8Array(length), /octet 250, 4 octets wanted: \d octets?$/);
    }
    refusesToWrite(
      code,
      -1,
      0x1_0000_0000,
      1.5,
      NaN,
      "10.0.0.1",
      [1],
      undefined,
      bytes(1, 2, 3, 4),
    );
  }
});

Deno.test("a list of addresses is 4 octets for each, and not empty (3, 6, 42)", () => {
  for (const code of [3, 6, 42]) {
    both(code, bytes(10, 0, 0, 1), [0x0a000001]);
    both(code, bytes(10, 0, 0, 1, 192, 168, 0, 1), [0x0a000001, 0xc0a80001]);
    for (const length of [0, 1, 3, 5, 7, 255]) {
      refusesToRead(code, new Uint8Array(length), /a multiple of 4 octets wanted/);
    }
    refusesToWrite(code, [], [1, -1], [0x1_0000_0000], 1, "10.0.0.1", undefined);
  }
});

Deno.test("a message type is 1 octet (53)", () => {
  both(53, bytes(8), 8);
  for (const length of [0, 2]) refusesToRead(53, new Uint8Array(length), /1 octet wanted/);
  refusesToWrite(53, -1, 256, 1.5, "1");
});

Deno.test("a maximum message size is 2 octets (57)", () => {
  both(57, bytes(2, 64), 576);
  both(57, bytes(255, 255), 65535);
  for (const length of [0, 1, 3, 4]) refusesToRead(57, new Uint8Array(length), /2 octets wanted/);
  refusesToWrite(57, -1, 65536, "576");
});

Deno.test("a time is 4 octets (51, 58, 59)", () => {
  for (const code of [51, 58, 59]) {
    both(code, bytes(0, 0, 14, 16), 3600);
    both(code, bytes(255, 255, 255, 255), 0xffffffff);
    for (const length of [0, 3, 5]) refusesToRead(code, new Uint8Array(length), /4 octets wanted/);
    refusesToWrite(code, -1, 2 ** 32, 0.5);
  }
});

Deno.test("a text has at least one octet and no NUL at its end (56, 60)", () => {
  for (const code of [56, 60]) {
    both(code, ascii("a"), "a");
    both(code, bytes(0, 65, 255), "\0A\xff");
    both(code, new Uint8Array(255).fill(65), "A".repeat(255));
    deepStrictEqual(decodeOption(code, ascii("MSFT 5.0\0\0")), { code, value: "MSFT 5.0" });
    deepStrictEqual(decodeOption(code, bytes(0)), { code, value: "" });
    refusesToRead(code, bytes(), /at least 1 octet wanted: 0 octets/);
    refusesToWrite(code, "", "a\0", "\u0100", 7, undefined);
  }
});

Deno.test("a host name is read as it is, and written only if it is a name (12)", () => {
  both(12, ascii("vm-1"), "vm-1");
  both(12, ascii("a".repeat(63)), "a".repeat(63));
  deepStrictEqual(decodeOption(12, ascii("Anna's PC\0")), { code: 12, value: "Anna's PC" });
  refusesToRead(12, bytes(), /at least 1 octet wanted/);
  refusesToWrite(
    12,
    "",
    "a".repeat(64),
    "a b",
    "a.",
    ".a",
    "a\0",
    "b\u00e4r",
    `${"a.".repeat(31)}bb`,
  );
});

Deno.test("a domain name has labels of 1 to 63 and 253 characters at most (15)", () => {
  const longest = `${"a".repeat(63)}.${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(61)}`;
  both(15, ascii("example.com"), "example.com");
  both(15, ascii("_tcp.x1.de"), "_tcp.x1.de");
  both(15, ascii(longest), longest);
  refusesToRead(15, bytes(), /at least 1 octet wanted/);
  refusesToWrite(15, "", `${longest}d`, `${"a".repeat(64)}.b`, "a..b", "-a", "a-", "a.b.", 7);
});

Deno.test("a parameter request list is codes in order (55)", () => {
  both(55, bytes(1, 121, 3, 3, 0, 255), [1, 121, 3, 3, 0, 255]);
  refusesToRead(55, bytes(), /at least 1 octet wanted/);
  refusesToWrite(55, [], [256], [-1], 3, bytes(1));
});

Deno.test("a client identifier, and any option that is not known, is octets (61, 200)", () => {
  for (const code of [61, 200]) {
    both(code, bytes(1, 0x52, 0x54, 0, 1, 2, 3), bytes(1, 0x52, 0x54, 0, 1, 2, 3));
    both(code, bytes(), bytes());
    both(code, new Uint8Array(255), new Uint8Array(255));
    refusesToWrite(code, "text", 7, [1, 2], undefined);
  }
});

Deno.test("relay agent information is sub-options in order (82)", () => {
  both(82, bytes(1, 2, 9, 9, 19, 0, 2, 1, 7), [
    { code: 1, value: bytes(9, 9) },
    { code: 19, value: bytes() },
    { code: 2, value: bytes(7) },
  ]);
  refusesToRead(82, bytes(), /at least 1 sub-option wanted/);
  refusesToRead(82, bytes(1), /octet 251, 1 octet wanted: 0 octets/);
  refusesToRead(82, bytes(1, 3, 9, 9), /octet 252, 3 octets of sub-option 1 wanted: 2 octets/);
  refusesToWrite(82, [], [{ code: 256, value: bytes() }], [{ code: 1 }], [7], "x", [null], [{
    code: 1,
    value: new Uint8Array(256),
  }]);
});

Deno.test("an option reads only octets that are its own", () => {
  const shared = bytes(9, 9, 192, 168, 0, 1, 9, 9);
  deepStrictEqual(decodeOption(54, shared.subarray(2, 6)), { code: 54, value: 0xc0a80001 });
});

Deno.test("an option over 255 octets is written in pieces of 255 (RFC 3396)", () => {
  const value = Uint8Array.from({ length: 600 }, (_, i) => i);
  const written = encodeOption({ code: 200, value });
  deepStrictEqual([written[0], written[1]], [200, 255]);
  deepStrictEqual([written[257], written[258]], [200, 255]);
  deepStrictEqual([written[514], written[515]], [200, 90]);
  strictEqual(written.length, 600 + 6);
  strictEqual(encodeOption({ code: 200, value: value.subarray(0, 255) }).length, 257);
  strictEqual(encodeOption({ code: 200, value: value.subarray(0, 256) }).length, 260);
});

Deno.test("an option that frames the others cannot be written", () => {
  for (const code of [0, 52, 255, 256, -1, 1.5]) refusesToWrite(code, bytes(1));
});
