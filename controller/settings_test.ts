import assert from "node:assert/strict";
import { opsListen } from "../runtime/ops_server.ts";
import { agentNamespace, agentSettings, readSettings } from "./settings.ts";

Deno.test("readSettings takes every flag and variable of the Go version's controller", () => {
  const { values } = readSettings({
    args: [
      "--name=n",
      "--namespace=ns",
      "--image=i",
      "--service-account-name=sa",
      "--no-leader-election",
      "--no-agent",
      "--no-dhcp",
      "--enable-cache-dump-api",
      "--debug",
      "--trace",
      "--listen=127.0.0.1:0",
    ],
    env: {
      AGENT_DEPLOYMENT_NAME: "d",
      AGENT_CONTAINER_NAME: "c",
      POD_NAMESPACE: "p",
      KUBECONFIG: "/k",
      KUBECONTEXT: "x",
    },
  });
  const wanted = {
    name: "n",
    namespace: "ns",
    image: "i",
    serviceAccountName: "sa",
    noLeaderElection: true,
    noAgent: true,
    noDhcp: true,
    enableCacheDumpApi: true,
    debug: true,
    trace: true,
    listen: { hostname: "127.0.0.1", port: 0 },
    agentDeploymentName: "d",
    agentContainerName: "c",
    podNamespace: "p",
    kubeconfig: "/k",
    kubecontext: "x",
    once: false,
    dryRun: false,
  };
  assert.deepEqual({ ...values, ...wanted }, { ...values });
});

Deno.test("agents are made where their reports are looked for, whatever else this pod's namespace is", () => {
  const where = (env: Readonly<Record<string, string>>) => {
    const { values } = readSettings({ args: [], env });
    return values && agentNamespace(values);
  };
  assert.equal(where({ AGENT_NAMESPACE: "agents", POD_NAMESPACE: "pod" }), "agents");
  assert.equal(where({ POD_NAMESPACE: "pod" }), "pod");
  assert.equal(where({}), undefined);
});

Deno.test("the lock is the Go version's unless its namespace is another", () => {
  const lockOf = (env: Readonly<Record<string, string>>) =>
    readSettings({ args: [], env }).values?.lockNamespace;
  assert.equal(lockOf({}), "kube-system");
  assert.equal(lockOf({ VM_DHCP_LOCK_NAMESPACE: "locks" }), "locks");
});

Deno.test("readSettings takes the agents' affinity as JSON, and says what it cannot take", () => {
  const read = (text: string) => readSettings({ args: [`--agent-affinity=${text}`], env: {} });
  assert.deepEqual(read('{"podAffinity":{}}').values?.agentAffinity, { podAffinity: {} });
  assert.throws(() => read("{"), /--agent-affinity/);
  assert.throws(() => read("[]"), /--agent-affinity.*\[\]/s);
  assert.deepEqual(read('{"nodeAffinity":null}').values?.agentAffinity, {});
  const required = "requiredDuringSchedulingIgnoredDuringExecution";
  const misplaced = {
    [`nodeAffinity.${required}`]: { nodeAffinity: { [required]: [{ matchExpressions: [] }] } },
    [`nodeAffinity.${required}.nodeSelectorTerms`]: {
      nodeAffinity: { [required]: { nodeSelectorTerms: { matchExpressions: [] } } },
    },
    [`podAntiAffinity.${required}`]: { podAntiAffinity: { [required]: { topologyKey: "zone" } } },
  };
  for (const [path, affinity] of Object.entries(misplaced)) {
    assert.throws(
      () => read(JSON.stringify(affinity)),
      (error) => String(error).includes(`${path}: must be `),
      path,
    );
  }
});

Deno.test("readSettings takes the agent's settings from the environment of the Go version", () => {
  const { values } = readSettings({
    args: [],
    env: {
      VM_DHCP_CONTROLLER_NAME: "n",
      AGENT_NAMESPACE: "ns",
      AGENT_IMAGE: "i",
      AGENT_SERVICE_ACCOUNT_NAME: "sa",
    },
  });
  assert.deepEqual([values?.name, values?.namespace, values?.image, values?.serviceAccountName], [
    "n",
    "ns",
    "i",
    "sa",
  ]);
  assert.ok(values);
  assert.deepEqual(opsListen(values), { hostname: "0.0.0.0", port: 8080 });
});

Deno.test("agentSettings says of the agents what was set, and leaves to the template what was not", () => {
  const read = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const { values } = readSettings({ args, env });
    assert.ok(values);
    return agentSettings(values);
  };
  assert.deepEqual(read([]), {
    replicas: 2,
    antiAffinity: "preferred",
    poolsPerAgent: 100,
    containerName: "agent",
    dryRun: false,
  });
  const args = [
    "--agent-replicas=3",
    "--agent-anti-affinity=required",
    '--agent-affinity={"nodeAffinity":{}}',
    "--pools-per-agent=5",
    "--no-dhcp",
    "--image=i",
    "--service-account-name=sa",
  ];
  assert.deepEqual(read(args, { AGENT_CONTAINER_NAME: "c" }), {
    replicas: 3,
    antiAffinity: "required",
    poolsPerAgent: 5,
    containerName: "c",
    dryRun: true,
    affinity: { nodeAffinity: {} },
    image: "i",
    serviceAccountName: "sa",
  });
});

Deno.test("readSettings refuses a dry run that would stay and write", () => {
  const dryRun = (...args: readonly string[]) =>
    readSettings({ args: ["--dry-run", ...args], env: {} }).values?.dryRun;
  assert.throws(() => dryRun(), /^FlagError: Cannot use --dry-run without --once$/);
  assert.equal(dryRun("--once"), true);
});

Deno.test("readSettings refuses to leave a cluster and to work for it once", () => {
  const leave = (...args: readonly string[]) =>
    readSettings({ args: ["--leave", ...args], env: {} }).values?.leave;
  assert.throws(() => leave("--once"), /^FlagError: Cannot use --leave with --once$/);
  assert.equal(leave(), true);
});

Deno.test("readSettings takes either tenancy by flag and by variable, and no other: networks that are to be isolated are not shared", () => {
  for (const tenancy of ["shared", "isolated"]) {
    const flags = [
      readSettings({ args: [`--tenancy=${tenancy}`], env: {} }),
      readSettings({ args: [], env: { VM_DHCP_TENANCY: tenancy } }),
    ];
    for (const { values } of flags) assert.equal(values?.tenancy, tenancy);
  }
  assert.equal(readSettings({ args: [], env: {} }).values?.tenancy, "shared");
  assert.throws(() => readSettings({ args: ["--tenancy="], env: {} }), /--tenancy/);
});

Deno.test("readSettings takes from one to nine pods of each agent", () => {
  const replicas = (count: number) =>
    readSettings({ args: [`--agent-replicas=${count}`], env: {} }).values?.agentReplicas;
  assert.deepEqual([replicas(1), replicas(9)], [1, 9]);
  for (const count of [0, 10]) assert.throws(() => replicas(count), /--agent-replicas/);
});
