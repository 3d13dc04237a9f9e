import assert from "node:assert/strict";
import { createKubeClient, IPPOOLS, LEASES } from "../../kube/mod.ts";
import { EmbeddedApi } from "../../standalone/api/mod.ts";
import { AgentProcess, type AgentProcessOptions } from "./agent_process.ts";
import { ip, run } from "./command.ts";
import { Lab } from "./lab.ts";
import { enterPrivateNetwork } from "./namespaces.ts";
import { discover, RawClient } from "./raw_client.ts";
import { until } from "./wait.ts";

const POOL = "default/net-48";
const SERVER = "192.168.48.77";
const CONFIGS = {
  AGENT_NETWORK_CONFIGS: JSON.stringify([{ interfaceName: "br0", ipPoolRef: POOL }]),
};

interface Scene {
  readonly lab: Lab;
  readonly api: EmbeddedApi;
  readonly client: RawClient;
  readonly start: (options: Omit<AgentProcessOptions, "server">) => AgentProcess;
  /** Ends the API server; what waits for it gets no answer. */
  readonly cutApi: () => Promise<void>;
}

/** A bridge with a client on it, a pool with its lease, and an API server over HTTP. */
async function onScene(test: (scene: Scene) => Promise<void>): Promise<void> {
  using _network = enterPrivateNetwork();
  await using lab = await Lab.open();
  await lab.bridge("br0");
  using client = new RawClient(await lab.guest({ bridge: "br0" }));
  using api = new EmbeddedApi();
  const serving = new AbortController();
  const http = Deno.serve(
    { hostname: "127.0.0.1", port: 0, signal: serving.signal, onListen: () => undefined },
    (request) => api.fetch(request),
  );
  const pools = createKubeClient(api.rest()).of(IPPOOLS);
  const written = await pools.create({
    apiVersion: IPPOOLS.apiVersion,
    kind: IPPOOLS.kind,
    metadata: { namespace: "default", name: "net-48" },
    spec: { networkName: POOL, ipv4Config: { cidr: "192.168.48.0/24", serverIP: SERVER } },
  });
  const allocated = { "192.168.48.81": client.guest.macAddress };
  await pools.updateStatus({ ...written, status: { ipv4: { allocated, used: 1, available: 9 } } });
  const cutApi = async () => {
    serving.abort();
    await http.finished;
  };
  const start: Scene["start"] = (options) =>
    AgentProcess.start({ ...options, server: `http://127.0.0.1:${http.addr.port}` });
  try {
    await test({ lab, api, client, start, cutApi });
  } finally {
    await cutApi();
  }
}

async function addresses(): Promise<string> {
  return (await ip("-4 -o address show dev br0")).trim();
}

Deno.test("the agent's program answers, tells how it is, and ends without a trace", () =>
  onScene(async ({ api, client, start }) => {
    await using agent = start({
      flags: ["--no-leader-election", "--enable-cache-dump-api", "--name=agent-of-test"],
      env: {
        ...CONFIGS,
        IPPOOL_REFS_JSON: JSON.stringify([POOL]),
        POD_NAMESPACE: "default",
        POD_NAME: "agent-0",
      },
    });
    await agent.whenReady();
    await client.ask({ message: discover() });
    assert.deepEqual(JSON.parse((await agent.get("/leases"))?.text ?? ""), {
      [POOL]: [{ address: "192.168.48.81", macAddress: client.guest.macAddress }],
    });
    assert.equal((await agent.get("/healthz"))?.status, 200);
    assert.match(
      (await agent.get("/metrics"))?.text ?? "",
      /vmdhcpagent_packets_total\{.*result="offer".*\} 1/,
    );
    const leases = createKubeClient(api.rest()).of(LEASES);
    const lease = await until(() => leases.get({ namespace: "default", name: "agent-of-test" }), {
      what: "the report is written",
    });
    assert.equal(lease.spec?.holderIdentity, "agent-0");
    const { code, log } = await agent.stop();
    assert.equal(code, 0, log);
    assert.equal(await addresses(), "");
  }));

Deno.test("T17: the agent's program needs no more than its Deployment gives it", () =>
  onScene(async ({ api, client, start }) => {
    await using agent = start({
      confined: true,
      flags: ["--name=agent-of-test"],
      env: { ...CONFIGS, POD_NAMESPACE: "default", POD_NAME: "agent-0" },
    });
    await agent.whenReady();
    await until(async () => await addresses() !== "", { what: "the server address is there" });
    await client.ask({ message: discover() });
    const status = await run("cat", `/proc/${agent.processId}/status`);
    assert.match(status, /^NoNewPrivs:\t1$/m);
    // NET_BIND_SERVICE, NET_ADMIN and NET_RAW.
    assert.match(status, /^CapEff:\t0*3400$/m);
    assert.match(status, /^CapBnd:\t0*3400$/m);
    const leases = createKubeClient(api.rest()).of(LEASES);
    const lease = await leases.get({ namespace: "default", name: "agent-of-test" });
    assert.equal(lease?.spec?.holderIdentity, "agent-0");
    const { code, log } = await agent.stop();
    assert.equal(code, 0, log);
    assert.doesNotMatch(log, /NotCapable|Requires \w+ access|EPERM|EACCES|WARN|warn/);
    assert.equal(await addresses(), "");
  }));

Deno.test("the agent's program serves one pool on one interface, as the Go version's form says", () =>
  onScene(async ({ client, start }) => {
    await using agent = start({
      flags: ["--no-leader-election", `--ippool-ref=${POOL}`, "--nic=br0"],
    });
    await agent.whenReady();
    await client.ask({ message: discover() });
    assert.equal((await agent.get("/leases"))?.status, 404);
  }));

Deno.test("the agent's program names bad entries, and serves the good ones", () =>
  onScene(async ({ client, start }) => {
    const configs = [{ interfaceName: "br 1", ipPoolRef: "default/other" }, {
      interfaceName: "br0",
      ipPoolRef: POOL,
    }];
    await using agent = start({
      flags: ["--no-leader-election"],
      env: { AGENT_NETWORK_CONFIGS: JSON.stringify(configs) },
    });
    await agent.whenReady();
    await client.ask({ message: discover() });
    const { log } = await agent.stop();
    assert.match(log, /AGENT_NETWORK_CONFIGS\[0\]\.interfaceName: must not have .*: \\"br 1\\"/);
  }));

Deno.test("the agent's program is not ready while its interface is missing, and is when that appears", () =>
  onScene(async ({ lab, start }) => {
    await using agent = start({
      flags: ["--no-leader-election", `--ippool-ref=${POOL}`, "--nic=late0"],
    });
    const { text } = await until(async () => {
      const answer = await agent.get("/readyz");
      return answer?.status === 503 && answer;
    }, { what: "the agent tells how it is" });
    assert.deepEqual(JSON.parse(text), {
      ready: false,
      reasons: ["default/net-48: InterfaceMissing: Interface late0 does not exist"],
    });
    await lab.bridge("late0");
    await agent.whenReady();
  }));

Deno.test("the agent's program answers nothing in a dry run, changes nothing, and logs what it would answer", () =>
  onScene(async ({ api, client, start }) => {
    await using agent = start({
      flags: ["--dry-run", "--name=agent-of-test"],
      env: { ...CONFIGS, POD_NAMESPACE: "default" },
    });
    await agent.whenReady();
    client.say({ message: discover() });
    await until(async () => /result="dry_run"/.test((await agent.get("/metrics"))?.text ?? ""), {
      what: "the DISCOVER is counted",
    });
    assert.deepEqual(client.replies(), []);
    assert.equal(await addresses(), "");
    const leases = createKubeClient(api.rest()).of(LEASES);
    const lease = await until(() => leases.get({ namespace: "default", name: "agent-of-test" }), {
      what: "the report is written",
    });
    assert.equal(lease.spec?.holderIdentity, "");
    const { log } = await agent.stop();
    assert.match(log, /"message":"Would answer".*"verdict":"offer"/);
  }));

Deno.test("rule 100: the agent's program serves from its snapshot where it starts while the API server is away", () =>
  onScene(async ({ client, start, cutApi }) => {
    const folder = await Deno.makeTempDir();
    try {
      const options = { flags: ["--no-leader-election", `--state-dir=${folder}`], env: CONFIGS };
      {
        await using first = start(options);
        await first.whenReady();
        await until(
          async () =>
            (await Array.fromAsync(Deno.readDir(folder))).some(({ name }) =>
              name.endsWith(".snapshot")
            ),
          {
            what: "the pool is kept",
          },
        );
        await cutApi();
        await client.ask({ message: discover() });
        // As a node that loses its power: nothing is put in order.
      }
      assert.notEqual(await addresses(), "");
      await using second = start(options);
      await second.whenReady();
      await client.ask({ message: discover() });
      const { log } = await second.stop();
      assert.match(log, /Took the pool from the snapshot/);
      assert.equal(await addresses(), "");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }));

Deno.test("the agent's program answers once it holds the Lease, and gives it up when it ends", () =>
  onScene(async ({ api, client, start }) => {
    const leases = createKubeClient(api.rest()).of(LEASES);
    const lease = { namespace: "default", name: "vm-dhcp-agent" };
    await using agent = start({ env: { ...CONFIGS, POD_NAME: "agent-0" } });
    await until(async () => (await leases.get(lease))?.spec?.holderIdentity === "agent-0", {
      what: "the agent holds the Lease",
    });
    await agent.whenReady();
    await until(async () => (await addresses()).includes(SERVER), { what: "the agent leads" });
    await client.ask({ message: discover() });
    const { code, log } = await agent.stop();
    assert.equal(code, 0, log);
    assert.equal((await leases.get(lease))?.spec?.holderIdentity, "");
    assert.equal(await addresses(), "");
  }));
