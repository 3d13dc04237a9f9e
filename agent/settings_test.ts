import assert from "node:assert/strict";
import { opsListen } from "../runtime/ops_server.ts";
import { readSettings } from "./settings.ts";

function read(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { values } = readSettings({ args, env });
  assert.ok(values);
  return values;
}

Deno.test("readSettings has the defaults of the Go version", () => {
  const settings = read([]);
  assert.equal(settings.name, "vm-dhcp-agent");
  assert.equal(settings.nic, "eth1");
  assert.deepEqual(opsListen(settings), { hostname: "0.0.0.0", port: 8080 });
  assert.equal(settings.dryRun, false);
  assert.equal(settings.noLeaderElection, false);
});

Deno.test("readSettings takes from the environment that nothing is to be answered", () => {
  assert.strictEqual(read([], { VM_DHCP_AGENT_DRY_RUN: "true" }).dryRun, true);
});

Deno.test("readSettings knows the flags of the Go version", () => {
  const settings = read([
    ...[
      "--name",
      "a",
      "--kubeconfig",
      "f",
      "--kubecontext",
      "c",
      "--ippool-ref",
      "default/p",
      "--nic",
      "eth2",
    ],
    ...["--dry-run", "--no-leader-election", "--enable-cache-dump-api", "--debug", "--trace"],
  ]);
  const { name, kubeconfig, kubecontext, ippoolRef, nic } = settings;
  assert.deepEqual([name, kubeconfig, kubecontext, ippoolRef, nic], [
    "a",
    "f",
    "c",
    "default/p",
    "eth2",
  ]);
  const { dryRun, noLeaderElection, enableCacheDumpApi, debug, trace } = settings;
  assert.deepEqual([dryRun, noLeaderElection, enableCacheDumpApi, debug, trace], [
    true,
    true,
    true,
    true,
    true,
  ]);
});

Deno.test("readSettings knows the environment of the Go version", () => {
  const settings = read([], {
    VM_DHCP_AGENT_NAME: "a",
    KUBECONFIG: "f",
    KUBECONTEXT: "c",
    IPPOOL_REF: "default/p",
    AGENT_NETWORK_CONFIGS: "[]",
    IPPOOL_REFS_JSON: "[1]",
    POD_NAMESPACE: "n",
    POD_NAME: "p",
    POD_UID: "u",
  });
  const { name, kubeconfig, kubecontext, ippoolRef, networkConfigs, ippoolRefs } = settings;
  assert.deepEqual([name, kubeconfig, kubecontext, ippoolRef], ["a", "f", "c", "default/p"]);
  assert.deepEqual([networkConfigs, ippoolRefs], ["[]", "[1]"]);
  assert.deepEqual([settings.podNamespace, settings.podName, settings.podUid], ["n", "p", "u"]);
});

Deno.test("T12: readSettings has the agent listen on its pod's address alone, unless it is told where", () => {
  const listen = (args: readonly string[], podIp: string) =>
    opsListen(read(args, { POD_IP: podIp }));
  assert.deepEqual(listen([], "10.42.0.9"), { hostname: "10.42.0.9", port: 8080 });
  assert.deepEqual(listen([], "fd00::9"), { hostname: "fd00::9", port: 8080 });
  assert.deepEqual(listen(["--listen=127.0.0.1:1"], "10.42.0.9"), {
    hostname: "127.0.0.1",
    port: 1,
  });
});

Deno.test("readSettings takes from the environment alone what a Deployment says of its pods", () => {
  const env = {
    AGENT_NETWORK_CONFIGS: "networkConfigs",
    IPPOOL_REFS_JSON: "ippoolRefs",
    POD_NAMESPACE: "podNamespace",
    POD_NAME: "podName",
    POD_UID: "podUid",
    POD_IP: "podIp",
    HOST_IP: "hostIp",
    VM_DHCP_CONTROLLER_ACCOUNT: "controllerAccount",
    HOSTNAME: "hostname",
  } as const;
  const settings = read([], env);
  for (const name of Object.values(env)) {
    assert.equal(settings[name], name);
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    assert.throws(() => read([`${flag}=x`]), /Unknown flag/);
  }
});
