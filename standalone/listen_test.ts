import { deepStrictEqual as deepEqual, throws } from "node:assert/strict";
import { parseLoopback } from "./listen.ts";

Deno.test("parseLoopback reads hosts and ports of the loopback", () => {
  deepEqual(parseLoopback("127.0.0.1:8001"), { hostname: "127.0.0.1", port: 8001 });
  deepEqual(parseLoopback("127.9.9.9:0"), { hostname: "127.9.9.9", port: 0 });
  deepEqual(parseLoopback("localhost:9000"), { hostname: "127.0.0.1", port: 9000 });
  deepEqual(parseLoopback("[::1]:9000"), { hostname: "::1", port: 9000 });
});

for (
  const text of [
    "0.0.0.0:8001",
    ":8001",
    "[::]:8001",
    "192.168.1.7:8001",
    "example.com:80",
    "[::ffff:127.0.0.1]:1",
  ]
) {
  Deno.test(`parseLoopback refuses what is not loopback: ${text}`, () => {
    throws(() => parseLoopback(text), {
      name: "RangeError",
      message:
        "A loopback address is wanted: the API has no users, whoever reaches it may change everything",
    });
  });
}
