import assert from "node:assert/strict";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { connect } from "./connect.ts";
import { inClusterOptions } from "./in_cluster.ts";
import { FakeMachine } from "../testing/fake_machine.ts";

const FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount";

function podMachine(): FakeMachine {
  const machine = new FakeMachine();
  machine.files.set(`${FOLDER}/token`, "t").set(`${FOLDER}/ca.crt`, "CA").set(
    `${FOLDER}/namespace`,
    "harvester-system",
  );
  return machine;
}

Deno.test("inClusterOptions takes address, authority, namespace and token from the pod", async () => {
  const env = { KUBERNETES_SERVICE_HOST: "10.53.0.1", KUBERNETES_SERVICE_PORT: "443" };
  const found = await inClusterOptions({ env, machine: podMachine(), clock: new ManualClock() });
  assert.deepEqual([found.server, found.caCertificates, found.defaultNamespace], [
    "https://10.53.0.1:443",
    ["CA"],
    "harvester-system",
  ]);
  const identity = await found.credentials?.({
    refused: false,
    signal: AbortSignal.timeout(1_000),
  });
  assert.deepEqual(identity, { authorization: "Bearer t", caCertificates: ["CA"] });
});

Deno.test("inClusterOptions reads the authority again, as a cluster replaces it", async () => {
  const env = { KUBERNETES_SERVICE_HOST: "10.53.0.1", KUBERNETES_SERVICE_PORT: "443" };
  const [machine, clock] = [podMachine(), new ManualClock()];
  const { credentials } = await inClusterOptions({ env, machine, clock });
  const ask = () => credentials?.({ refused: false, signal: AbortSignal.timeout(1_000) });
  await ask();
  machine.files.set(`${FOLDER}/ca.crt`, "CA and the next one");
  await clock.advance(60_000);
  assert.deepEqual((await ask())?.caCertificates, ["CA and the next one"]);
});

Deno.test("inClusterOptions puts an IPv6 address into brackets", async () => {
  const env = { KUBERNETES_SERVICE_HOST: "fd00::1", KUBERNETES_SERVICE_PORT: "443" };
  const found = await inClusterOptions({ env, machine: podMachine(), clock: new ManualClock() });
  assert.equal(found.server, "https://[fd00::1]:443");
});

Deno.test("inClusterOptions names what is missing", async () => {
  const clock = new ManualClock();
  const env = { KUBERNETES_SERVICE_HOST: "10.53.0.1", KUBERNETES_SERVICE_PORT: "443" };
  await assert.rejects(
    inClusterOptions({ env, machine: new FakeMachine(), clock }),
    /namespace: No such file/,
  );
  await assert.rejects(
    inClusterOptions({ env: {}, machine: podMachine(), clock }),
    /this is no pod/,
  );
});

const KUBECONFIG = `
current-context: dev
clusters: [{name: dev, cluster: {server: "http://dev.example"}}]
contexts: [{name: dev, context: {cluster: dev, namespace: team}}, {name: two, context: {cluster: dev}}]
`;

Deno.test("connect takes the kubeconfig it is given, also inside a pod", async () => {
  const machine = podMachine();
  machine.files.set("/kc", KUBECONFIG);
  const env = { KUBERNETES_SERVICE_HOST: "10.53.0.1", KUBERNETES_SERVICE_PORT: "443" };
  using rest = await connect({ kubeconfig: "/kc", env, machine });
  assert.deepEqual([rest.server, rest.defaultNamespace], ["http://dev.example", "team"]);
  using other = await connect({ kubeconfig: "/kc", context: "two", env, machine });
  assert.equal(other.defaultNamespace, undefined);
});

Deno.test("connect takes the cluster around it without a kubeconfig", async () => {
  const machine = podMachine();
  machine.files.delete(`${FOLDER}/ca.crt`);
  const env = { KUBERNETES_SERVICE_HOST: "10.53.0.1", KUBERNETES_SERVICE_PORT: "443" };
  await assert.rejects(connect({ env, machine }), /ca\.crt: No such file/);
  await assert.rejects(connect({ kubeconfig: "", env, machine }), /ca\.crt: No such file/);
});

Deno.test("connect leaves out what is missing of several kubeconfigs, but not of one", async () => {
  const machine = new FakeMachine();
  machine.files.set("/kc", KUBECONFIG);
  using rest = await connect({ kubeconfig: "/missing:/kc:", env: {}, machine });
  assert.equal(rest.server, "http://dev.example");
  await assert.rejects(
    connect({ kubeconfig: "/missing", env: {}, machine }),
    /^Error: Cannot read the kubeconfig \/missing: No such/,
  );
  await assert.rejects(
    connect({ kubeconfig: "/a:/b", env: {}, machine }),
    /Cannot read the kubeconfig \/a: /,
  );
});

Deno.test("connect refuses a kubeconfig that cannot be read, also one of several", async () => {
  const machine = new FakeMachine();
  machine.files.set("/kc", KUBECONFIG);
  machine.readTextFile = (path) =>
    path === "/secret"
      ? Promise.reject(new Deno.errors.PermissionDenied("Permission denied"))
      : FakeMachine.prototype.readTextFile.call(machine, path);
  await assert.rejects(
    connect({ kubeconfig: "/kc:/secret", env: {}, machine }),
    /^Error: Cannot read the kubeconfig \/secret: Permission denied$/,
  );
});

Deno.test("connect takes half of a pod's address for no pod", async () => {
  const env = { KUBERNETES_SERVICE_HOST: "10.53.0.1" };
  await assert.rejects(connect({ env, machine: podMachine() }), /Cannot find a cluster: /);
});

Deno.test("connect says when there is no cluster to find", async () => {
  await assert.rejects(
    connect({ env: {}, machine: new FakeMachine() }),
    /^TypeError: Cannot find a cluster: /,
  );
});
