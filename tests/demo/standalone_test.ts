import { match, strictEqual as equal } from "node:assert/strict";
import { memoryLogger } from "../../runtime/testing/memory_logger.ts";
import { type RunningStandalone, runStandalone } from "../../standalone/mod.ts";
import { ip } from "../network/command.ts";
import { DhcpClient } from "../clients/live/dhcp_client.ts";
import { udhcpc } from "../clients/live/udhcpc.ts";
import { Lab } from "../network/lab.ts";
import { enterPrivateNetwork } from "../network/namespaces.ts";
import { until } from "../network/wait.ts";
import { findPrograms, mustRun } from "../real/mod.ts";

const MAC = "ca:70:82:e6:84:6e";
const MANIFESTS = new URL("../../standalone/demo/manifests/", import.meta.url);

/** A standalone server in a network of its own, on the documented pool, its bridge missing. */
class Host implements AsyncDisposable {
  readonly #network = enterPrivateNetwork();
  readonly #stop = new AbortController();
  readonly directory = Deno.makeTempDirSync();
  #lab: Lab | undefined;
  #server: RunningStandalone | undefined;

  static async open(): Promise<Host> {
    const host = new Host();
    host.#lab = await Lab.open();
    for (const name of ["networks.yaml", "net-48.yaml", "test-vm.yaml"]) host.put(name);
    host.#server = await runStandalone({
      manifests: host.directory,
      listen: { hostname: "127.0.0.1", port: 0 },
      log: memoryLogger(),
    }, host.#stop.signal);
    await host.server.whenReady(AbortSignal.timeout(10_000));
    return host;
  }

  get lab(): Lab {
    if (this.#lab === undefined) throw new Error("Cannot use a laboratory that is not open");
    return this.#lab;
  }

  get server(): RunningStandalone {
    if (this.#server === undefined) throw new Error("Cannot use a server that was not started");
    return this.#server;
  }

  put(name: string): void {
    Deno.copyFileSync(new URL(name, MANIFESTS), `${this.directory}/${name}`);
  }

  /** Ends the server. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#server?.done;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.#lab?.[Symbol.asyncDispose]();
    Deno.removeSync(this.directory, { recursive: true });
    this.#network[Symbol.dispose]();
  }
}

/** Runs kubectl on the server, in its network. */
async function kubectl(
  host: Host,
  command: string[] | { args: string[]; stdin: string },
): Promise<string> {
  const { args, stdin } = Array.isArray(command) ? { args: command, stdin: undefined } : command;
  const { kubectl } = await findPrograms();
  const whole = [`--server=${host.server.url}`, `--cache-dir=${host.directory}/.kube`, ...args];
  return await mustRun(kubectl, whole, stdin === undefined ? {} : { stdin });
}

Deno.test("standalone serves a real client on an interface that appears later, and takes its address off at the end", async () => {
  await using host = await Host.open();
  match(await kubectl(host, ["get", "ippl", "net-48"]), / True +True +False +\d+s/);
  const bridge = await host.lab.bridge("br-default");
  const guest = await host.lab.guest({ bridge, macAddress: MAC });
  await using client = await DhcpClient.start(udhcpc, guest);
  const address = await until(async () => (await guest.addresses())[0], {
    what: `${client.kind.name} gave the guest an address`,
  });
  const path = "jsonpath={.status.networkConfig[0].allocatedIPAddress}";
  equal(address, `${await kubectl(host, ["get", "vmnetcfg", "test-vm", "-o", path])}/24`);
  await kubectl(host, ["wait", "--for=condition=AgentReady", "ippool/net-48", "--timeout=10s"]);
  match(await ip("-4 address show dev br-default"), /inet 192\.168\.48\.77\//);
  await host.stop();
  equal(await ip("-4 address show dev br-default"), "");
});

Deno.test("kubectl gets, applies, patches, waits for, describes, explains and deletes over --listen", async () => {
  await using host = await Host.open();
  const tenant = (...args: string[]) => kubectl(host, ["-n", "tenant", ...args]);
  match(
    await kubectl(host, ["get", "ippl,vmnetcfgs,vms,net-attach-def", "-A"]),
    /ippool\.network\.harvesterhci\.io\/net-48/,
  );
  match(
    await kubectl(host, ["explain", "ippool.spec.ipv4Config.leaseTime"]),
    /How long a lease lasts, in seconds/,
  );
  const pool = Deno.readTextFileSync(new URL("tenant-pool.yaml", MANIFESTS));
  match(await kubectl(host, { args: ["apply", "-f", "-"], stdin: pool }), /tenant-48 created/);
  match(await kubectl(host, { args: ["apply", "-f", "-"], stdin: pool }), /tenant-48 unchanged/);
  match(
    await tenant("wait", "--for=condition=Registered", "ippool/tenant-48", "--timeout=10s"),
    /condition met/,
  );
  await tenant("patch", "ippool", "tenant-48", "--type=merge", "-p", '{"spec":{"paused":true}}');
  await tenant("wait", "--for=condition=Stopped", "ippool/tenant-48", "--timeout=10s");
  match(await tenant("describe", "ippool", "tenant-48"), /Paused: +true/);
  await tenant("delete", "ippool", "tenant-48", "--timeout=10s");
  equal(await tenant("get", "ippools", "-o", "name"), "");
});
