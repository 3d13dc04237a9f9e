import { match, strictEqual as equal } from "node:assert/strict";
import { isLoopbackAddress, isLoopbackName, strangerReason } from "./same_machine.ts";

Deno.test("isLoopbackAddress knows the addresses of this machine only, also those of IPv4 on a socket of IPv6", () => {
  for (const address of ["127.0.0.1", "127.255.0.3", "::1", "::ffff:127.0.0.1"]) {
    equal(isLoopbackAddress(address), true, address);
  }
  for (const address of ["10.42.0.9", "::", "::ffff:10.0.0.1", "1127.0.0.1", "0.0.0.0", ""]) {
    equal(isLoopbackAddress(address), false, address);
  }
});

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

/** A request with these headers; `Request` itself would refuse some. */
function asked(headers: HeadersInit = {}, method = "GET"): Request {
  return { method, headers: new Headers(headers) } as Request;
}

Deno.test("strangerReason lets pass who asks this machine by its own name", () => {
  for (const host of ["127.0.0.1:8001", "localhost:9000", "[::1]:8001", "localhost"]) {
    equal(strangerReason(asked({ host })), undefined, host);
  }
  equal(
    strangerReason(asked({ host: "localhost:8001", origin: "http://localhost:8001" })),
    undefined,
  );
});

Deno.test("strangerReason refuses names that only point to this machine, and other sites' pages", () => {
  equal(
    strangerReason(asked({ host: "evil.example:8001" })),
    "the request is for another host: evil.example:8001",
  );
  equal(strangerReason(asked({ host: "a b" })), "the request is for another host: a b");
  equal(strangerReason(asked()), "the request names no host");
  equal(
    strangerReason(asked({ host: "127.0.0.1:8001", origin: "https://evil.example" })),
    "the request comes from a page of another site: https://evil.example",
  );
});

Deno.test("T17: strangerReason refuses what a browser says another site's page asks", () => {
  const host = "127.0.0.1:8001";
  for (const site of ["cross-site", "same-site"]) {
    equal(
      strangerReason(asked({ host, "sec-fetch-site": site })),
      `the request comes from a page of another site: Sec-Fetch-Site: ${site}`,
    );
  }
  for (const site of ["same-origin", "none"]) {
    equal(strangerReason(asked({ host, "sec-fetch-site": site })), undefined);
  }
});

for (
  const type of [
    "text/plain",
    "Text/Plain; charset=utf-8",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
  ]
) {
  Deno.test(`T17: strangerReason refuses a body that any page may send, also without Origin: ${type}`, () => {
    const headers = { host: "127.0.0.1:8001", "content-type": type };
    for (const method of ["POST", "PUT", "DELETE"]) {
      match(strangerReason(asked(headers, method)) ?? "", /^any page could send a body/);
    }
    const json = { ...headers, "content-type": "application/json" };
    equal(strangerReason(asked(json, "POST")), undefined);
  });
}
