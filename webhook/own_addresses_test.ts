import { deepStrictEqual } from "node:assert/strict";
import { ownAddresses } from "./own_addresses.ts";

Deno.test("ownAddresses: the API server, the pod, its node and its name servers, as far as they have an IPv4 address", () => {
  const env = { KUBERNETES_SERVICE_HOST: "10.53.0.1", POD_IP: "10.52.0.9", HOST_IP: "fd00::1" };
  const resolvConf =
    "search a.svc\nnameserver 10.53.0.10\nnameserver\tfe80::1\n# nameserver 9.9.9.9\n";
  deepStrictEqual(ownAddresses(env, resolvConf), [
    { address: "10.53.0.1", name: "the API server's" },
    { address: "10.52.0.9", name: "a pod's of the webhook" },
    { address: "10.53.0.10", name: "a name server's" },
  ]);
  deepStrictEqual(ownAddresses({ KUBERNETES_SERVICE_HOST: "kubernetes.local" }, ""), []);
});
