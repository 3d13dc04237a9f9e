import { deepStrictEqual, match } from "node:assert/strict";
import { imported } from "./imported.ts";

const SUBNET = "subnet 10.0.0.0 netmask 255.255.255.0 { range 10.0.0.10 10.0.0.20; }";

/** The addresses of all machines. */
function addressesOf(leases: string) {
  const { nics, comments } = imported("dhcpd", SUBNET, { leases });
  return {
    addresses: nics.map(({ macAddress, ipAddress }) => [macAddress, ipAddress]),
    comments: comments.join("\n"),
  };
}

Deno.test("machines that OMAPI wrote into dhcpd.leases are reservations, as they are said last", () => {
  const { addresses, comments } = addressesOf(`
host a { dynamic; hardware ethernet 52:54:00:00:00:01; fixed-address 10.0.0.5; }
host b { dynamic; hardware ethernet 52:54:00:00:00:02; fixed-address 10.0.0.6; }
host c { dynamic; hardware ethernet 52:54:00:00:00:03; }
host a { dynamic; hardware ethernet 52:54:00:00:00:01; fixed-address 10.0.0.7; }
host b { dynamic; deleted; }`);
  deepStrictEqual(addresses, [["52:54:00:00:00:01", "10.0.0.7"]]);
  match(comments, /^# leases:4: host c \{\}: /m);
});

Deno.test("of several leases of a machine, the one that lasts longest is its own", () => {
  const lease = (address: string, hour: string) =>
    `lease ${address} { ends 2 2026/11/30 ${hour}:00:00; binding state active; hardware ethernet 52:54:00:00:00:01; }\n`;
  const { addresses, comments } = addressesOf(
    lease("10.0.0.11", "08") + lease("10.0.0.12", "09") + lease("10.0.0.13", "07"),
  );
  deepStrictEqual(addresses, [["52:54:00:00:00:01", "10.0.0.12"]]);
  match(comments, /leases:1: .*52:54:00:00:00:01 has a newer lease: 10\.0\.0\.12/);
  match(comments, /leases:3: /);
});
