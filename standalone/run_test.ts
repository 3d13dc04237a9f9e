import {
  deepStrictEqual as deepEqual,
  match,
  rejects,
  strictEqual as equal,
} from "node:assert/strict";
import { cpuUsage } from "node:process";
import { CLIENT_MAC, messageOf } from "../agent/testing/dhcp.ts";
import { MemoryHost } from "../agent/testing/memory_host.ts";
import { MemoryPort } from "../agent/testing/memory_port.ts";
import { getCondition } from "../core/api/condition.ts";
import {
  createKubeClient,
  IPPOOLS,
  type KubeClient,
  VIRTUAL_MACHINES,
  VMNETCFGS,
} from "../kube/mod.ts";
import { memoryLogger } from "../runtime/testing/memory_logger.ts";
import { runStandalone } from "./mod.ts";
import type { RunningStandalone, StandaloneOptions } from "./types.ts";

const NETWORK = `apiVersion: k8s.cni.cncf.io/v1
kind: NetworkAttachmentDefinition
metadata: {name: net-48}
spec: {config: '{"type": "bridge", "bridge": "br-48"}'}
`;
const POOL = `apiVersion: network.harvesterhci.io/v1alpha1
kind: IPPool
metadata: {name: net-48}
spec:
  networkName: default/net-48
  ipv4Config: {cidr: 192.168.48.0/24, serverIP: 192.168.48.77, pool: {start: 192.168.48.81, end: 192.168.48.90}}
`;
const VM = `apiVersion: kubevirt.io/v1
kind: VirtualMachine
metadata: {name: test-vm}
spec:
  runStrategy: Always
  template:
    spec:
      domain: {devices: {interfaces: [{name: nic-1, macAddress: "ca:70:82:e6:84:6e"}]}}
      networks: [{name: nic-1, multus: {networkName: net-48}}]
`;

/** A host with a manifest directory and a state file, on which the server may be started again. */
class Fixture implements AsyncDisposable {
  readonly #root = Deno.makeTempDirSync();
  readonly manifests = `${this.#root}/manifests`;
  readonly state = `${this.#root}/state.sqlite`;
  readonly host = new MemoryHost();
  #stop = new AbortController();
  #server: RunningStandalone | undefined;

  constructor(files: Readonly<Record<string, string>> = {}) {
    Deno.mkdirSync(this.manifests);
    for (const [name, text] of Object.entries(files)) this.write(name, text);
  }

  write(name: string, text: string): void {
    Deno.writeTextFileSync(`${this.manifests}/${name}`, text);
  }

  async start(options: Partial<StandaloneOptions> = {}): Promise<RunningStandalone> {
    this.#stop = new AbortController();
    this.#server = await runStandalone({
      manifests: this.manifests,
      state: this.state,
      log: memoryLogger(),
      host: this.host,
      openPort: (link) => new MemoryPort(link),
      hostname: "host-1",
      watchTiming: { rescanMs: 200 },
      ...options,
    }, this.#stop.signal);
    return this.#server;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#server?.done;
    this.#server = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    Deno.removeSync(this.#root, { recursive: true });
  }
}

async function until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const end = performance.now() + 10_000;
  while (performance.now() < end) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`Waited in vain until ${what}`);
}

function agentReady(client: KubeClient, reason: string): Promise<string> {
  return until(`AgentReady says ${reason}`, async () => {
    const pool = await client.of(IPPOOLS).get({ namespace: "default", name: "net-48" });
    const condition = getCondition(pool?.status?.conditions, "AgentReady");
    return condition?.reason === reason ? `${condition.status} ${condition.message}` : undefined;
  });
}

function addressOf(client: KubeClient, name: string): Promise<string> {
  return until(`${name} has an address`, async () => {
    const config = await client.of(VMNETCFGS).get({ namespace: "default", name });
    return config?.status?.networkConfig?.[0]?.allocatedIPAddress;
  });
}

const IN_TIME = () => AbortSignal.timeout(10_000);

Deno.test("runStandalone gives addresses from manifests and adds its own to the interface, until it stops", async () => {
  await using fixture = new Fixture({ "net.yaml": `${NETWORK}---\n${POOL}`, "vm.yaml": VM });
  fixture.host.link("br-48");
  const server = await fixture.start();
  await server.whenReady(IN_TIME());
  const client = createKubeClient(server.rest);
  match(await addressOf(client, "test-vm"), /^192\.168\.48\.(8[1-9]|90)$/);
  match(await agentReady(client, "Serving"), /^True .*answers on br-48$/);
  const pool = await client.of(IPPOOLS).get({ namespace: "default", name: "net-48" });
  equal(pool?.status?.agentPodRef?.name, "host-1");
  equal(fixture.host.read().addresses.length, 1);
  await fixture.stop();
  equal(fixture.host.read().addresses.length, 0);
});

Deno.test("runStandalone records what a VM's annotation and a reservation say of their NICs", async () => {
  const annotation = `annotations: {dhcp-options.network.harvesterhci.io/nic-1: '{"mtu": 1400}'}`;
  const reservation = `apiVersion: network.harvesterhci.io/v1alpha1
kind: VirtualMachineNetworkConfig
metadata: {name: printer}
spec:
  vmName: printer
  networkConfig: [{networkName: net-48, macAddress: "52:54:00:00:00:02", options: {router: ""}}]
`;
  await using fixture = new Fixture({
    "net.yaml": `${NETWORK}---\n${POOL.replace("{cidr", "{hostnames: true, cidr")}`,
    "vm.yaml": VM.replace("{name: test-vm}", `{name: test-vm, ${annotation}}`),
    "printer.yaml": reservation,
  });
  fixture.host.link("br-48");
  const { rest } = await fixture.start();
  const client = createKubeClient(rest);
  for (const name of ["test-vm", "printer"]) await addressOf(client, name);
  const pool = await client.of(IPPOOLS).get({ namespace: "default", name: "net-48" });
  deepEqual(pool?.status?.ipv4?.clients, {
    "ca:70:82:e6:84:6e": { hostName: "test-vm", options: { mtu: 1400 } },
    "52:54:00:00:00:02": { hostName: "printer", options: { router: "" } },
  });
});

Deno.test("runStandalone names a missing interface in AgentReady, is ready without it, and serves it when it appears", async () => {
  await using fixture = new Fixture({ "net.yaml": `${NETWORK}---\n${POOL}` });
  const server = await fixture.start();
  await server.whenReady(IN_TIME());
  const client = createKubeClient(server.rest);
  match(await agentReady(client, "InterfaceMissing"), /^False .*Interface br-48 does not exist$/);
  fixture.host.link("br-48");
  await agentReady(client, "Serving");
  await server.whenReady(IN_TIME());
});

Deno.test("runStandalone serves a network on the given interface, whatever its object says", async () => {
  await using fixture = new Fixture({ "net.yaml": `${NETWORK}---\n${POOL}` });
  fixture.host.link("eth7");
  const server = await fixture.start({ interfaces: new Map([["default/net-48", "eth7"]]) });
  await server.whenReady(IN_TIME());
  match(await agentReady(createKubeClient(server.rest), "Serving"), /^True .*answers on eth7$/);
});

Deno.test("runStandalone keeps allocations over a restart, and removes what left the directory meanwhile", async () => {
  await using fixture = new Fixture({
    "net.yaml": `${NETWORK}---\n${POOL}`,
    "vm.yaml": VM,
    "other.yaml": VM.replace("test-vm", "other-vm").replace("84:6e", "84:6f"),
  });
  fixture.host.link("br-48");
  const first = createKubeClient((await fixture.start()).rest);
  const address = await addressOf(first, "test-vm");
  await addressOf(first, "other-vm");
  await fixture.stop();
  Deno.removeSync(`${fixture.manifests}/other.yaml`);
  const server = await fixture.start();
  await server.whenReady(IN_TIME());
  const second = createKubeClient(server.rest);
  equal(await addressOf(second, "test-vm"), address);
  const used = await until("the other address is back", async () => {
    const pool = await second.of(IPPOOLS).get({ namespace: "default", name: "net-48" });
    const ipv4 = pool?.status?.ipv4;
    return ipv4?.used === 1
      ? Object.entries(ipv4.allocated ?? {}).filter(([, mac]) => mac.includes(":"))
      : undefined;
  });
  deepEqual(used, [[address, "ca:70:82:e6:84:6e"]]);
});

Deno.test("runStandalone tells a bad file with its line, and serves the rest", async () => {
  await using fixture = new Fixture({
    "net.yaml": `${NETWORK}---\n${POOL}`,
    "vm.yaml": VM.replace("kind: VirtualMachine", "kind: VirtualMaschine"),
  });
  fixture.host.link("br-48");
  const server = await fixture.start();
  await server.whenReady(IN_TIME());
  deepEqual(server.manifestProblems.map((problem) => problem.split(" must")[0]), [
    "vm.yaml:2:1: kind:",
  ]);
  fixture.write("vm.yaml", VM);
  await addressOf(createKubeClient(server.rest), "test-vm");
});

Deno.test("runStandalone answers over HTTP: readiness, health, metrics and the API, to this machine only", async () => {
  await using fixture = new Fixture({ "net.yaml": `${NETWORK}---\n${POOL}` });
  fixture.host.link("br-48");
  const server = await fixture.start({ listen: { hostname: "127.0.0.1", port: 0 } });
  await server.whenReady(IN_TIME());
  const ask = async (path: string) => {
    const response = await fetch(`${server.url}${path}`);
    return [response.status, await response.text()] as const;
  };
  deepEqual(await ask("/readyz"), [200, '{"ready":true,"reasons":[]}']);
  equal((await ask("/healthz"))[0], 200);
  const metrics = (await ask("/metrics"))[1];
  for (
    const name of [
      "vmdhcpcontroller_ippool_available",
      "vmdhcpagent_pool_state",
      "process_start_time_seconds",
    ]
  ) {
    match(metrics, new RegExp(`^${name}`, "m"));
  }
  const pools = JSON.parse((await ask("/apis/network.harvesterhci.io/v1alpha1/ippools"))[1]);
  deepEqual(pools.items.map((pool: { metadata: { name: string } }) => pool.metadata.name), [
    "net-48",
  ]);
  const stranger = await server.handle(
    new Request("http://evil.example/readyz", { headers: { host: "evil.example:8001" } }),
  );
  deepEqual([stranger.status, (await stranger.json()).reason], [403, "Forbidden"]);
});

Deno.test("runStandalone says that it is not ready while a pool is not served", async () => {
  await using fixture = new Fixture({ "net.yaml": `${NETWORK}---\n${POOL}` });
  fixture.host.link("br-48");
  const server = await fixture.start({
    openPort: () => {
      throw new Error("Cannot open the socket: taken");
    },
  });
  await agentReady(createKubeClient(server.rest), "SocketFailed");
  const response = await server.handle(
    new Request("http://localhost/readyz", { headers: { host: "localhost" } }),
  );
  equal(response.status, 503);
  match(
    (await response.json()).reasons[0],
    /^IPPool default\/net-48 is not served: SocketFailed: /,
  );
});

Deno.test("runStandalone refuses a directory that is not there, and a port that is taken", async () => {
  await using fixture = new Fixture();
  await rejects(fixture.start({ manifests: `${fixture.manifests}/none` }), {
    message: `Cannot read the manifest directory: ${fixture.manifests}/none`,
  });
  const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  await rejects(
    fixture.start({ listen: { hostname: "127.0.0.1", port } }),
    /^Error: Cannot listen on 127\.0\.0\.1:\d+: /,
  );
  taken.close();
  await fixture.start({ listen: { hostname: "127.0.0.1", port } });
});

Deno.test("runStandalone refuses a state that another server has open, and names it", async () => {
  await using fixture = new Fixture();
  await fixture.start();
  await using second = new Fixture();
  await rejects(second.start({ state: fixture.state }), {
    message: `Cannot open the state: ${fixture.state}: another process has it open`,
  });
});

Deno.test("runStandalone dumps leases and records where that is enabled", async () => {
  await using fixture = new Fixture({ "net.yaml": `${NETWORK}---\n${POOL}`, "vm.yaml": VM });
  fixture.host.link("br-48");
  const server = await fixture.start({ enableCacheDump: true });
  const address = await addressOf(createKubeClient(server.rest), "test-vm");
  const ask = async (path: string) => {
    const response = await server.handle(
      new Request(`http://localhost${path}`, { headers: { host: "localhost" } }),
    );
    return [response.status, await response.json()];
  };
  deepEqual(await ask("/caches/default/net-48"), [200, { "ca:70:82:e6:84:6e": address }]);
  await until("the agent has the lease", async () => {
    const [status, leases] = await ask("/leases");
    return status === 200 && leases["default/net-48"]?.[0]?.address === address ? true : undefined;
  });
});

/**
 * Asks as a client does again and again; gives the longest time that an answer took, in milliseconds, or what the process
 * worked meanwhile where that is less: the machine may have other work.
 */
async function longestExchange(port: MemoryPort, signal: AbortSignal): Promise<number> {
  let longest = 0;
  while (!signal.aborted) {
    const before = port.sent.length;
    const begun = performance.now();
    const worked = cpuUsage();
    port.arrive(messageOf(1));
    while (port.sent.length === before) {
      if (performance.now() - begun > 60_000) throw new Error("Expected an answer");
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const { user, system } = cpuUsage(worked);
    longest = Math.max(longest, Math.min(performance.now() - begun, (user + system) / 1_000));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return longest;
}

Deno.test("T18: while 10,000 claims come for ten addresses, no client waits a second for its answer", async () => {
  const tail = (number: number) =>
    [number >> 8, number & 255].map((octet) => octet.toString(16).padStart(2, "0")).join(":");
  const nics = (from: number, count: number) =>
    Array.from({ length: count }, (_, at) => {
      const macAddress = `52:54:00:01:${tail(from + at)}`;
      return { networkName: "default/net-48", macAddress };
    });
  const configOf = (name: string, networkConfig: readonly object[]) => ({
    apiVersion: VMNETCFGS.apiVersion,
    kind: VMNETCFGS.kind,
    metadata: { namespace: "default", name },
    spec: { vmName: name, networkConfig },
  });
  await using fixture = new Fixture({
    "net.yaml": `${NETWORK}---\n${POOL}`,
    "client.json": JSON.stringify(
      configOf("client", [{ networkName: "default/net-48", macAddress: CLIENT_MAC }]),
    ),
  });
  fixture.host.link("br-48");
  const ports: MemoryPort[] = [];
  const server = await fixture.start({
    openPort: (link) => {
      const port = new MemoryPort(link);
      ports.push(port);
      return port;
    },
  });
  await server.whenReady(IN_TIME());
  const client = createKubeClient(server.rest);
  await addressOf(client, "client");
  const [port] = ports;
  if (port === undefined) throw new Error("Expected a port");
  const ended = new AbortController();
  const asking = longestExchange(port, ended.signal);
  const [configs, machines] = [290, 720];
  const machine = (at: number) => ({
    apiVersion: VIRTUAL_MACHINES.apiVersion,
    kind: VIRTUAL_MACHINES.kind,
    metadata: { namespace: "default", name: `machine-${at}` },
    spec: {
      runStrategy: "Always",
      template: {
        spec: {
          domain: {
            devices: { interfaces: [{ name: "a", macAddress: `52:54:00:02:${tail(at)}` }] },
          },
          networks: [{ name: "a", multus: { networkName: "net-48" } }],
        },
      },
    },
  });
  const many = [
    ...Array.from({ length: configs }, (_, at) => configOf(`vm-${at}`, nics(at * 32, 32))),
    ...Array.from({ length: machines }, (_, at) => machine(at)),
  ];
  fixture.write("many.yaml", many.map((one) => JSON.stringify(one)).join("\n---\n"));
  const deadline = performance.now() + 200_000;
  for (let settled = 0; settled < many.length;) {
    if (performance.now() > deadline) throw new Error(`${settled} of ${many.length} are settled`);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const { items } = await client.of(VMNETCFGS).list();
    settled = items.filter(({ metadata, status }) =>
      metadata.name !== "client" && status?.networkConfig !== undefined
    ).length;
  }
  ended.abort();
  const longest = await asking;
  equal(longest < 1_000, true, `${Math.round(longest)} ms`);
});
