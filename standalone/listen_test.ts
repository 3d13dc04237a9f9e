import { deepStrictEqual as deepEqual, strictEqual as equal, throws } from "node:assert/strict";
import { isLoopbackName, parseLoopback, strangerReason } from "./listen.ts";

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
      message: "A loopback address is wanted, since the API asks nobody who he is",
    });
  });
}

Deno.test("isLoopbackName knows the names of this machine only", () => {
  for (const name of ["localhost", "LOCALHOST", "a.localhost", "127.0.0.1", "127.255.0.3", "::1"]) {
    equal(isLoopbackName(name), true, name);
  }
  for (
    const name of ["localhost.example.com", "127.0.0.1.nip.io", "127.0.0.256", "10.0.0.1", "::", ""]
  ) {
    equal(isLoopbackName(name), false, name);
  }
});

Deno.test("strangerReason lets pass who asks this machine by its own name", () => {
  for (const host of ["127.0.0.1:8001", "localhost:9000", "[::1]:8001", "localhost"]) {
    equal(strangerReason(new Headers({ host })), undefined, host);
  }
  equal(
    strangerReason(new Headers({ host: "localhost:8001", origin: "http://localhost:8001" })),
    undefined,
  );
});

Deno.test("strangerReason refuses names that only point to this machine, and other sites' pages", () => {
  equal(
    strangerReason(new Headers({ host: "evil.example:8001" })),
    "Host is not this machine's loopback: evil.example:8001",
  );
  equal(strangerReason(new Headers({ host: "a b" })), "Host is not this machine's loopback: a b");
  equal(strangerReason(new Headers()), "the request has no Host");
  equal(
    strangerReason(new Headers({ host: "127.0.0.1:8001", origin: "https://evil.example" })),
    "Origin is another site: https://evil.example",
  );
});
