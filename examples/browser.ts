/**
 * The core in a browser, or anywhere else where there is only JavaScript: it checks a pool and gives addresses without
 * Deno, Node, a network or a clock. It prints by `console.log`; a page would fill a form.
 *
 * Bundle it: `deno bundle --platform browser --output=browser.js examples/browser.ts`
 *
 * @module
 */
// deno-lint-ignore-file no-console -- an example prints
import { fieldErrorText, type IPPool, parseIPPool, planPool } from "@vm-dhcp/vm-dhcp";

const [good, bad] = ["192.168.48.0/24", "192.168.48.0/33"].map((cidr): IPPool => ({
  apiVersion: "network.harvesterhci.io/v1alpha1",
  kind: "IPPool",
  metadata: { namespace: "default", name: "net-48" },
  spec: {
    networkName: "default/net-48",
    ipv4Config: {
      cidr,
      serverIP: "192.168.48.77",
      pool: { start: "192.168.48.81", end: "192.168.48.82" },
    },
  },
}));

const checked = parseIPPool(bad);
console.log(checked.ok ? "No error" : fieldErrorText(checked.errors));

if (good !== undefined) {
  const claims = ["52:54:00:00:00:01", "52-54-00-00-00-02", "5254.0000.0003"].map((macAddress) => ({
    id: macAddress,
    owner: { namespace: "default", name: macAddress, uid: macAddress },
    macAddress,
    createdAt: 0,
    state: "wanted" as const,
  }));
  for (const [id, { address, reason }] of planPool({ pool: good, claims, now: 0 }).outcomes) {
    console.log(`${id}: ${address ?? reason}`);
  }
}

console.log(`Deno is ${typeof Reflect.get(globalThis, "Deno")}`);
console.log(`process is ${typeof Reflect.get(globalThis, "process")}`);
