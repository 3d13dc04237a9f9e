import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert/strict";
import { parseManifestFile } from "../../standalone/manifests/parse_manifests.ts";
import { imported } from "./imported.ts";

const SUBNET = "subnet 10.0.0.0 netmask 255.255.255.0";

Deno.test("the server's address is the last one that is free, for routers are among the first", () => {
  const { pools } = imported("dhcpd", `${SUBNET} { range 10.0.0.10 10.0.0.20; }`);
  strictEqual(pools[0].serverIP, "10.0.0.254");
});

Deno.test("where all but a gap between ranges is handed out, the server has an address of the gap, which is not excluded", () => {
  const dhcpd = imported(
    "dhcpd",
    `${SUBNET} { range 10.0.0.1 10.0.0.100; range 10.0.0.120 10.0.0.254; }`,
  );
  strictEqual(dhcpd.pools[0].serverIP, "10.0.0.119");
  strictEqual(dhcpd.pools[0].pool.exclude.length, 18);
  ok(!dhcpd.pools[0].pool.exclude.includes("10.0.0.119"));
  const kea = imported(
    "kea",
    JSON.stringify({
      Dhcp4: {
        subnet4: [{
          subnet: "192.0.2.0/24",
          pools: [{ pool: "192.0.2.1-192.0.2.200" }, { pool: "192.0.2.224/28" }],
        }],
      },
    }),
  );
  strictEqual(kea.pools[0].serverIP, "192.0.2.254");
  for (const { text } of [dhcpd, kea]) {
    deepStrictEqual(parseManifestFile({ path: "imported.yaml", text }).problems, []);
  }
});

Deno.test("where every address is handed out, a comment says that the server has none", () => {
  const { pools, comments } = imported("dhcpd", `${SUBNET} { range 10.0.0.1 10.0.0.254; }`);
  strictEqual(pools[0].serverIP, undefined);
  match(comments.join("\n"), /the server needs an address of its own, and none is left/);
});

/** A file of each server with a machine that is not known by its MAC address, and has 10.0.0.254 and 10.0.0.11. */
const UNKNOWN = {
  dhcpd: `${SUBNET} { range 10.0.0.10 10.0.0.20; }
host a { host-identifier option dhcp-client-identifier "a"; fixed-address 10.0.0.254; }
host b { host-identifier option dhcp-client-identifier "b"; fixed-address 10.0.0.11; }`,
  kea: JSON.stringify({
    Dhcp4: {
      subnet4: [{
        subnet: "10.0.0.0/24",
        pools: [{ pool: "10.0.0.10-10.0.0.20" }],
        reservations: [
          { "duid": "01:02", "ip-address": "10.0.0.254" },
          { "client-id": "01:03", "ip-address": "10.0.0.11" },
        ],
      }],
    },
  }),
  dnsmasq:
    "dhcp-range=10.0.0.10,10.0.0.20,255.255.255.0\ndhcp-host=id:a,10.0.0.254\ndhcp-host=id:b,10.0.0.11\n",
} as const;

for (const [from, text] of Object.entries(UNKNOWN)) {
  Deno.test(`addresses that ${from} keeps for machines without a MAC address are neither the server's nor handed out`, () => {
    const { pools } = imported(from as keyof typeof UNKNOWN, text);
    strictEqual(pools[0].serverIP, "10.0.0.253");
    deepStrictEqual(pools[0].pool, {
      start: "10.0.0.10",
      end: "10.0.0.20",
      exclude: ["10.0.0.11"],
    });
  });
}

Deno.test("a name for a subnet that the file does not have is refused", () => {
  const text = `${SUBNET} { range 10.0.0.10 10.0.0.20; }`;
  throws(() => imported("dhcpd", text, { networks: [{ cidr: "10.9.0.0/24", name: "x" }] }), {
    name: "FlagError",
    message: /--network "10\.9\.0\.0\/24=x": the subnets of the file are 10\.0\.0\.0\/24/,
  });
});

Deno.test("a name that no subnet of the file is left for is refused", () => {
  const text = `${SUBNET} { range 10.0.0.10 10.0.0.20; }`;
  throws(() => imported("dhcpd", text, { networks: [{ name: "x" }, { name: "y" }] }), {
    name: "FlagError",
    message: /--network "y": no subnet of the file is left for it: 10\.0\.0\.0\/24/,
  });
});

Deno.test("a comment names the part that is wrong, and what is left out with it", () => {
  const { comments } = imported(
    "dhcpd",
    `${SUBNET} { range 10.0.0.10 10.0.0.20; option rfc3442-classless-static-routes 8, 10, 224, 0, 0, 1; }
option rfc3442-classless-static-routes code 121 = array of unsigned integer 8;
host a { hardware ethernet 01:00:5e:00:00:01; option routers 10.0.0.7; fixed-address 10.0.0.5; }`,
  );
  match(comments.join("\n"), /: routes\[0\]\.gateway must be/);
  match(comments.join("\n"), /: macAddress must be/);
  match(comments.join("\n"), /: its VirtualMachineNetworkConfig is left out/);
});

Deno.test("five thousand machines of one name have names of their own at once", () => {
  const hosts = Array.from({ length: 5_000 }, (_, index) => {
    const mac = [index >> 8, index & 255].map((one) => one.toString(16).padStart(2, "0")).join(":");
    return `0 52:54:00:00:${mac} 10.1.${index >> 8}.${index & 255} android *`;
  });
  const { text } = imported("dnsmasq", "dhcp-range=10.1.0.0,static,255.255.0.0\n", {
    leases: hosts.join("\n"),
  });
  match(text, /^ {2}name: android-4999$/m);
});
