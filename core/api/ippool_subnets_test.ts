import { deepStrictEqual as deepEqual, strictEqual as equal } from "node:assert/strict";
import { NET_48 } from "./fixtures/documents.ts";
import { shownErrors } from "./testing/shown_errors.ts";
import { CEL_RULES, FOR_HOSTS } from "./crd/cel_rules.ts";
import { parseIPPool } from "./ippool.ts";

const NO_HOSTS: readonly (readonly [cidr: string, name: string])[] = [
  ["0.1.0.0/16", "0.0.0.0/8 (this network)"],
  ["127.0.0.0/24", "127.0.0.0/8 (loopback)"],
  ["127.1.2.0/24", "127.0.0.0/8 (loopback)"],
  ["126.0.0.0/7", "127.0.0.0/8 (loopback)"],
  ["224.0.0.0/24", "224.0.0.0/4 (multicast)"],
  ["239.255.255.0/24", "224.0.0.0/4 (multicast)"],
  ["240.0.0.0/4", "240.0.0.0/4 (reserved)"],
  ["240.0.0.0/24", "240.0.0.0/4 (reserved)"],
  ["255.255.255.0/24", "240.0.0.0/4 (reserved)"],
  ["255.255.255.255/32", "240.0.0.0/4 (reserved)"],
];

for (const [cidr, name] of NO_HOSTS) {
  Deno.test(`T17: parseIPPool refuses ${cidr}, where no host can have an address`, () => {
    const checked = parseIPPool({ ...NET_48, spec: { networkName: "a/b", ipv4Config: { cidr } } });
    deepEqual(checked.ok ? [] : shownErrors(checked.errors), [
      { path: "spec.ipv4Config.cidr", value: cidr, message: `must not overlap ${name}` },
    ]);
    // The CRD's rule sees the text only: what begins elsewhere and reaches into such a subnet is left to the webhook.
    equal(CEL_RULES.get(FOR_HOSTS)?.(cidr, undefined), cidr.startsWith("126."));
  });
}

for (
  const cidr of ["1.0.0.0/24", "10.0.0.0/8", "100.64.0.0/10", "128.0.0.0/24", "223.255.255.0/24"]
) {
  Deno.test(`T17: parseIPPool takes ${cidr}, next to subnets without hosts`, () => {
    equal(parseIPPool({ ...NET_48, spec: { networkName: "a/b", ipv4Config: { cidr } } }).ok, true);
    equal(CEL_RULES.get(FOR_HOSTS)?.(cidr, undefined), true);
  });
}
