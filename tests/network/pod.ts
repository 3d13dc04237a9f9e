/**
 * The agent's program as in a pod: with a pod network, on which the API server is, and two networks to serve.
 *
 * @module
 */
import { createKubeClient, IPPOOLS } from "../../kube/mod.ts";
import { EmbeddedApi } from "../../standalone/api/mod.ts";
import { AgentProcess } from "./agent_process.ts";
import { ip } from "./command.ts";
import type { Guest } from "./guest.ts";
import { Lab } from "./lab.ts";
import { enterPrivateNetwork, inNetworkOf } from "./namespaces.ts";
import { until } from "./wait.ts";

/** The pool on `br0`, its server, and an address for its client. */
export const POOL = "default/net-48";
export const SERVER = "192.168.48.77";
export const CLIENT = "192.168.48.81";
export const CONFIG = { cidr: "192.168.48.0/24", serverIP: SERVER };

/** The pod network, with a pod on it: as `eth0` of a pod, with a way to everywhere. */
export async function podNetwork(lab: Lab): Promise<Guest> {
  await lab.bridge("pods");
  await lab.address("pods", "10.42.0.9/24");
  const neighbour = await lab.guest({ bridge: "pods" });
  await neighbour.run("ip", "address", "add", "10.42.0.1/24", "dev", "eth0");
  await ip("route add default via 10.42.0.1");
  return neighbour;
}

/** Asks the agent over HTTP, as the kubelet does: by the pod's own network. Answers status line, headers and body. */
export async function asks(from: Guest, path: string): Promise<string> {
  const script =
    `exec 3<>/dev/tcp/10.42.0.9/8080; printf 'GET %s HTTP/1.0\\r\\nHost: agent\\r\\n\\r\\n' ${path} >&3; cat <&3`;
  return await from.run("timeout", "5", "bash", "-c", script).catch(() => "");
}

export function whenReady(from: Guest): Promise<unknown> {
  return until(async () => / 200 /.test(await asks(from, "/readyz")), {
    what: "the agent is ready",
  });
}

interface InPod {
  readonly lab: Lab;
  /** On the pod network; the API server is there. */
  readonly neighbour: Guest;
  readonly api: EmbeddedApi;
  readonly agent: AgentProcess;
}

/** The agent's program with `br0` and `br1` to serve, and the API server at 10.42.0.1 on the pod network. */
export async function inPod(
  test: (pod: InPod) => Promise<void>,
): Promise<void> {
  using _network = enterPrivateNetwork();
  await using lab = await Lab.open();
  const neighbour = await podNetwork(lab);
  for (const bridge of ["br0", "br1"]) await lab.bridge(bridge);
  using api = new EmbeddedApi();
  const closing = new AbortController();
  const options = {
    hostname: "10.42.0.1",
    port: 0,
    signal: closing.signal,
    onListen: () => undefined,
  };
  const http = inNetworkOf(
    neighbour.processId,
    () => Deno.serve(options, (request) => api.fetch(request)),
  );
  const configs = [
    { interfaceName: "br0", ipPoolRef: POOL },
    { interfaceName: "br1", ipPoolRef: "default/evil" },
  ];
  await using agent = AgentProcess.start({
    server: `http://10.42.0.1:${http.addr.port}`,
    flags: ["--no-leader-election"],
    env: {
      AGENT_NETWORK_CONFIGS: JSON.stringify(configs),
      POD_IP: "10.42.0.9",
      HOST_IP: "10.42.0.2",
    },
    url: "http://10.42.0.9:8080",
  });
  try {
    await test({ lab, neighbour, api, agent });
  } finally {
    closing.abort();
    await http.finished;
  }
}

export async function writePool(
  api: EmbeddedApi,
  { name, cidr, serverIP, leases = {} }: {
    readonly name: string;
    readonly cidr: string;
    readonly serverIP: string;
    readonly leases?: Readonly<Record<string, string>>;
  },
): Promise<void> {
  const pools = createKubeClient(api.rest()).of(IPPOOLS);
  const key = { namespace: "default", name };
  const spec = { networkName: `default/${name}`, ipv4Config: { cidr, serverIP } };
  const { apiVersion, kind } = IPPOOLS;
  const present = await pools.get(key);
  const written = present === undefined
    ? await pools.create({ apiVersion, kind, metadata: key, spec })
    : await pools.update({ ...present, spec });
  const ipv4 = { allocated: leases, used: Object.keys(leases).length, available: 9 };
  await pools.updateStatus({ ...written, status: { ...written.status, ipv4 } });
}
