import { deepStrictEqual } from "node:assert/strict";
import { nameServers } from "./name_servers.ts";

Deno.test("nameServers finds each server, and no other word of the file", () => {
  const text =
    "# nameserver 1.1.1.1\nsearch example.com\nnameserver 10.96.0.10\n  nameserver\t::1 # local\n";
  deepStrictEqual(nameServers(text), ["10.96.0.10", "::1"]);
  deepStrictEqual(nameServers(""), []);
});
