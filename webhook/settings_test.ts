import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { listenOf, nameOf, readSettings } from "./settings.ts";

function read(...args: string[]) {
  const { values } = readSettings({ args, env: { NAMESPACE: "vm-dhcp" } });
  if (values === undefined) throw new Error("Expected values");
  return values;
}

Deno.test("readSettings takes the Go version's flags and environment", () => {
  const settings = read(
    "--name=hook",
    "--https-port=9443",
    "--service-cidr=10.53.0.0/16, fd00::/108",
    "--controller-user=me",
    "--gc-user=gc",
    "--debug",
    "--trace",
  );
  const { name, namespace, httpsPort, serviceCidr, controllerUser, gcUser } = settings;
  deepStrictEqual({ name, namespace, httpsPort, serviceCidr, controllerUser, gcUser }, {
    name: "hook",
    namespace: "vm-dhcp",
    httpsPort: 9443,
    serviceCidr: ["10.53.0.0/16"],
    controllerUser: "me",
    gcUser: "gc",
  });
});

Deno.test("readSettings takes either tenancy by flag and by variable, and no other: networks that are to be isolated are not shared", () => {
  const env = { NAMESPACE: "vm-dhcp" };
  for (const tenancy of ["shared", "isolated"]) {
    strictEqual(read(`--tenancy=${tenancy}`).tenancy, tenancy);
    const { values } = readSettings({ args: [], env: { ...env, VM_DHCP_TENANCY: tenancy } });
    strictEqual(values?.tenancy, tenancy);
  }
  strictEqual(read().tenancy, "shared");
  throws(() => read("--tenancy="), /--tenancy/);
});

Deno.test("readSettings refuses a Service range and an address that are none, both at once", () => {
  throws(
    () => read("--service-cidr=10.53.0.0", "--url=http://127.0.0.1:1/validate"),
    (error: Error) => /--service-cidr/.test(error.message) && /--url/.test(error.message),
  );
});

for (
  const url of [
    "http://127.0.0.1:1",
    "https://127.0.0.1:1/validate",
    "https://127.0.0.1:1?a",
    "https://127.0.0.1:1#a",
    "127.0.0.1",
  ]
) {
  Deno.test(`readSettings refuses --url=${url}: only scheme, host and port are its own`, () => {
    throws(() => read(`--url=${url}`), /--url/);
  });
}

const LISTEN: Readonly<Record<string, readonly [args: readonly string[], port: string]>> = {
  "port 8443 of all addresses by default": [[], "0.0.0.0:8443"],
  "the port of the flag": [["--https-port=9443"], "0.0.0.0:9443"],
  "address and port of the URL": [["--url=https://127.0.0.1:9000"], "127.0.0.1:9000"],
  "the port of the flag behind a URL": [
    ["--url=https://hook.example", "--https-port=1"],
    "0.0.0.0:1",
  ],
};
Deno.test("T12: listenOf is the pod's address alone in a cluster", () => {
  const { values } = readSettings({ args: [], env: { POD_IP: "10.42.0.9" } });
  deepStrictEqual(values && listenOf(values), { hostname: "10.42.0.9", port: 8443 });
});

for (const [what, [args, wanted]] of Object.entries(LISTEN)) {
  Deno.test(`listenOf is ${what}`, () => {
    const { hostname, port } = listenOf(read(...args));
    strictEqual(`${hostname}:${port}`, wanted);
  });
}

Deno.test("I10: the webhook's name outside a cluster is not that of the one that is deployed", () => {
  strictEqual(nameOf(read()), "vm-dhcp-webhook");
  strictEqual(nameOf(read("--url=https://127.0.0.1:8443")), "vm-dhcp-webhook-development");
  strictEqual(nameOf(read("--url=https://127.0.0.1:8443", "--name=mine")), "mine");
});
