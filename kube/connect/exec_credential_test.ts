import assert from "node:assert/strict";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { execCredentials } from "./exec_credential.ts";
import type { KubeconfigExec } from "./kubeconfig_types.ts";
import { FakeMachine } from "../testing/fake_machine.ts";

const V1 = "client.authentication.k8s.io/v1";

function setUp(exec: KubeconfigExec = {}, proxied = false) {
  const machine = new FakeMachine();
  const clock = new ManualClock(Date.UTC(2026, 0, 1));
  const credentials = execCredentials({
    exec: { apiVersion: V1, command: "get-token", ...exec },
    cluster: {
      server: "https://dev:6443",
      "certificate-authority-data": "Q0E=",
      ...(proxied ? { "tls-server-name": "dev", "proxy-url": "http://proxy" } : {}),
    },
    machine,
    clock,
  });
  const ask = (refused = false) => credentials({ refused, signal: AbortSignal.timeout(10_000) });
  const print = (status: object, apiVersion = exec.apiVersion ?? V1) => {
    machine.answer = () => ({
      code: 0,
      stdout: JSON.stringify({ apiVersion, kind: "ExecCredential", status }),
      stderr: "",
    });
  };
  return { machine, clock, ask, print };
}

Deno.test("execCredentials runs the command with its arguments and environment, and tells it who asks", async () => {
  const { machine, ask, print } = setUp({
    args: ["--region", "x"],
    env: [{ name: "PROFILE", value: "dev" }],
    provideClusterInfo: true,
  });
  print({ token: "t" });
  assert.deepEqual(await ask(), { authorization: "Bearer t" });
  const [run] = machine.runs;
  assert.deepEqual([run?.command, run?.args, run?.env.PROFILE], [
    "get-token",
    ["--region", "x"],
    "dev",
  ]);
  assert.deepEqual(JSON.parse(run?.env.KUBERNETES_EXEC_INFO ?? ""), {
    apiVersion: V1,
    kind: "ExecCredential",
    spec: {
      interactive: false,
      cluster: { server: "https://dev:6443", "certificate-authority-data": "Q0E=" },
    },
  });
});

Deno.test("execCredentials tells the command the name and the proxy of the cluster, where it has them", async () => {
  const { machine, ask, print } = setUp({ provideClusterInfo: true }, true);
  print({ token: "t" });
  await ask();
  const { cluster } = JSON.parse(machine.runs[0]?.env.KUBERNETES_EXEC_INFO ?? "").spec;
  assert.deepEqual([cluster["tls-server-name"], cluster["proxy-url"]], ["dev", "http://proxy"]);
});

Deno.test("execCredentials takes a token where a certificate comes without its key", async () => {
  const { ask, print } = setUp();
  print({ token: "t", clientCertificateData: "CERT" });
  assert.deepEqual(await ask(), { authorization: "Bearer t" });
});

Deno.test("execCredentials takes v1beta1 and certificates", async () => {
  const { ask, print } = setUp({ apiVersion: "client.authentication.k8s.io/v1beta1" });
  print({ clientCertificateData: "CERT", clientKeyData: "KEY" });
  assert.deepEqual(await ask(), { certificate: { cert: "CERT", key: "KEY" } });
});

Deno.test("execCredentials keeps a credential until shortly before it expires", async () => {
  const { machine, clock, ask, print } = setUp();
  print({ token: "first", expirationTimestamp: "2026-01-01T00:10:00Z" });
  await ask();
  await clock.advance(589_000);
  print({ token: "second" });
  assert.deepEqual(await ask(), { authorization: "Bearer first" });
  await clock.advance(1_000);
  assert.deepEqual(await ask(), { authorization: "Bearer second" });
  await clock.advance(1e9);
  await ask();
  assert.equal(machine.runs.length, 2);
});

Deno.test("execCredentials asks again when the server refuses", async () => {
  const { ask, print } = setUp();
  print({ token: "first" });
  await ask();
  print({ token: "second" });
  assert.deepEqual(await ask(true), { authorization: "Bearer second" });
  assert.deepEqual(await ask(), { authorization: "Bearer second" });
});

Deno.test("execCredentials runs the command once for many requests", async () => {
  const { machine, ask, print } = setUp();
  print({ token: "t" });
  await Promise.all(Array.from({ length: 10 }, () => ask()));
  assert.equal(machine.runs.length, 1);
});

Deno.test("execCredentials recovers after a failure", async () => {
  const { machine, ask, print } = setUp();
  machine.answer = () => ({ code: 1, stdout: "", stderr: "session expired\n" });
  await assert.rejects(ask(), {
    message: "Cannot get a credential from get-token: it ended with 1, run it to see why",
  });
  print({ token: "t" });
  assert.deepEqual(await ask(), { authorization: "Bearer t" });
});

const PRINTED: readonly (readonly [string, string, RegExp])[] = [
  ["nothing", "", /it printed no ExecCredential$/],
  ["no JSON", "token=abc", /it printed no ExecCredential$/],
  ["another kind", '{"kind":"Secret"}', /it printed no ExecCredential$/],
  [
    "another version",
    '{"kind":"ExecCredential","apiVersion":"x/v9"}',
    /it printed another apiVersion than client/,
  ],
  [
    "no credential",
    `{"kind":"ExecCredential","apiVersion":"${V1}","status":{}}`,
    /neither a token nor a certificate/,
  ],
  [
    "a certificate without a key",
    `{"kind":"ExecCredential","apiVersion":"${V1}","status":{"clientCertificateData":"x"}}`,
    /neither a token nor a certificate/,
  ],
  [
    "a bad expiry",
    `{"kind":"ExecCredential","apiVersion":"${V1}","status":{"token":"t","expirationTimestamp":"soon"}}`,
    /expirationTimestamp that is no time$/,
  ],
];
for (const [what, stdout, message] of PRINTED) {
  Deno.test(`execCredentials refuses a command that prints ${what}`, async () => {
    const { machine, ask } = setUp();
    machine.answer = () => ({ code: 0, stdout, stderr: "" });
    await assert.rejects(ask(), { message });
  });
}

Deno.test("execCredentials says how to install a command that is missing", async () => {
  const { machine, ask } = setUp({ installHint: "Install it\n" });
  machine.answer = () => Promise.reject(new Deno.errors.NotFound("No such file"));
  await assert.rejects(ask(), {
    message: "Cannot get a credential from get-token: No such file (Install it)",
  });
});

Deno.test("execCredentials refuses a declaration that cannot work", () => {
  assert.throws(
    () => setUp({ apiVersion: "client.authentication.k8s.io/v1alpha1" }),
    /apiVersion "client.*v1alpha1"/,
  );
  assert.throws(() => setUp({ command: "" }), /without a command/);
  assert.throws(() => setUp({ interactiveMode: "Always" }), /needs a terminal: get-token/);
});

Deno.test("T17: execCredentials tells nothing of what a command printed", async () => {
  const secret = "hunter2";
  const answers = [
    { code: 1, stdout: secret, stderr: secret },
    { code: 0, stdout: secret, stderr: secret },
    { code: 0, stdout: `{"kind":"ExecCredential","apiVersion":"${secret}"}`, stderr: "" },
    {
      code: 0,
      stdout:
        `{"kind":"ExecCredential","apiVersion":"${V1}","status":{"token":"${secret}","expirationTimestamp":"${secret}"}}`,
      stderr: "",
    },
  ];
  for (const answer of answers) {
    const { machine, ask } = setUp();
    machine.answer = () => answer;
    const error = await ask().then(() => undefined, (thrown) => thrown);
    assert.ok(error instanceof Error);
    assert.equal(`${error.stack} ${error.cause}`.includes(secret), false, error.message);
  }
});
