import assert from "node:assert/strict";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import type { FetchClientOptions, Identity } from "../http/fetch_transport.ts";
import { kubeconfigOptions } from "./kubeconfig_options.ts";
import type { KubeconfigCluster, KubeconfigUser } from "./kubeconfig_types.ts";
import { FakeMachine } from "../testing/fake_machine.ts";

async function optionsOf(
  cluster: KubeconfigCluster,
  user: KubeconfigUser = {},
  machine = new FakeMachine(),
): Promise<FetchClientOptions> {
  const entry = {
    context: "dev",
    cluster: { server: "https://dev:6443", ...cluster },
    user,
    namespace: "team",
  };
  return await kubeconfigOptions(entry, { machine, clock: new ManualClock() });
}

async function identityOf(
  user: KubeconfigUser,
  machine = new FakeMachine(),
): Promise<Identity | undefined> {
  const { credentials } = await optionsOf({}, user, machine);
  return await credentials?.({ refused: false, signal: AbortSignal.timeout(1_000) });
}

Deno.test("kubeconfigOptions takes server, namespace, authority and proxy", async () => {
  const found = await optionsOf({
    "certificate-authority-data": btoa("CA"),
    "proxy-url": "http://proxy:3128",
  });
  assert.deepEqual([
    found.server,
    found.defaultNamespace,
    found.caCertificates,
    found.proxyUrl,
    found.insecure,
  ], [
    "https://dev:6443",
    "team",
    ["CA"],
    "http://proxy:3128",
    false,
  ]);
});

Deno.test("kubeconfigOptions reads files, and prefers data to them", async () => {
  const machine = new FakeMachine();
  machine.files.set("/ca.crt", "CA FILE").set("/c.crt", "CERT FILE").set("/c.key", "KEY FILE");
  assert.deepEqual(
    (await optionsOf({ "certificate-authority": "/ca.crt" }, {}, machine)).caCertificates,
    ["CA FILE"],
  );
  const user = { "client-certificate": "/c.crt", "client-key": "/c.key" };
  assert.deepEqual(await identityOf(user, machine), {
    certificate: { cert: "CERT FILE", key: "KEY FILE" },
  });
  assert.deepEqual(await identityOf({ ...user, "client-key-data": btoa("KEY") }, machine), {
    certificate: { cert: "CERT FILE", key: "KEY" },
  });
});

Deno.test("kubeconfigOptions takes a token, or a name and password", async () => {
  assert.deepEqual(await identityOf({ token: "abc" }), { authorization: "Bearer abc" });
  assert.deepEqual(await identityOf({ username: "admin", password: "p\u00e4ss" }), {
    authorization: "Basic YWRtaW46cMOkc3M=",
  });
  assert.deepEqual(await identityOf({}), {});
});

Deno.test("kubeconfigOptions prefers a token's file to a token", async () => {
  const machine = new FakeMachine();
  machine.files.set("/token", "from-file\n");
  assert.deepEqual(await identityOf({ token: "abc", tokenFile: "/token" }, machine), {
    authorization: "Bearer from-file",
  });
});

Deno.test("kubeconfigOptions asks a credential plugin only where there is no token", async () => {
  const exec = {
    apiVersion: "client.authentication.k8s.io/v1",
    command: "aws",
    interactiveMode: "Never",
  };
  const machine = new FakeMachine();
  const status = { token: "from-plugin" };
  machine.answer = () => ({
    code: 0,
    stdout: JSON.stringify({ apiVersion: exec.apiVersion, kind: "ExecCredential", status }),
    stderr: "",
  });
  assert.deepEqual(await identityOf({ exec }, machine), { authorization: "Bearer from-plugin" });
  assert.deepEqual(await identityOf({ exec, token: "abc" }, machine), {
    authorization: "Bearer abc",
  });
  assert.equal(machine.runs.length, 1);
});

Deno.test("kubeconfigOptions takes a tls-server-name that is the address's own", async () => {
  assert.equal((await optionsOf({ "tls-server-name": "dev" })).server, "https://dev:6443");
});

const BAD: readonly (readonly [string, KubeconfigCluster, KubeconfigUser, RegExp])[] = [
  [
    "no server",
    { server: "" },
    {},
    /^Cannot reach the cluster of the context dev: it names no server$/,
  ],
  [
    "another tls-server-name",
    { "tls-server-name": "api" },
    {},
    /tls-server-name api of https:\/\/dev:6443/,
  ],
  ["bad base64", { "certificate-authority-data": "%" }, {}, /base64 of certificate-authority-data/],
  ["a missing file", { "certificate-authority": "/no" }, {}, /^Cannot read \/no: No such file/],
  [
    "a certificate without a key",
    {},
    { "client-certificate-data": btoa("x") },
    /context dev: it has no client-key$/,
  ],
  [
    "a key without a certificate",
    {},
    { "client-key-data": btoa("x") },
    /it has no client-certificate$/,
  ],
  ["impersonation", {}, { as: "root" }, /impersonation \(as: root\) is not supported/],
  [
    "an auth-provider",
    {},
    { "auth-provider": { name: "gcp" } },
    /auth-provider gcp is not supported, use exec/,
  ],
];
for (const [what, cluster, user, message] of BAD) {
  Deno.test(`kubeconfigOptions refuses ${what}`, async () => {
    await assert.rejects(optionsOf(cluster, user), { message });
  });
}
