/**
 * The agent's program, measured as users run it.
 *
 * @module
 */
import type { IPv4Config } from "../../../core/api/mod.ts";
import { createKubeClient, IPPOOLS } from "../../../kube/mod.ts";
import { EmbeddedApi } from "../../../standalone/api/mod.ts";
import { AgentProcess } from "../../network/agent_process.ts";
import { type DhcpServer, DOMAIN, LEASE_TIME, networksOf, type ServerOptions } from "./network.ts";

/** The bench says how long it took: it need not be soon. */
const READY_MS = 60_000;

/** What only the agent is told. */
interface AgentOptions extends ServerOptions {
  /** Further fields of every pool's `ipv4Config`. */
  readonly config?: Partial<IPv4Config>;
}

/** An agent that answers. */
interface MeasuredAgent extends DhcpServer {
  /** From its start until it was ready, milliseconds. */
  readonly startMs: number;
}

/** Starts the agent, with an API server in this process. */
export async function startAgent(options: AgentOptions): Promise<MeasuredAgent> {
  const networks = networksOf(options);
  const api = new EmbeddedApi();
  const http = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => undefined },
    (request) => api.fetch(request),
  );
  const pools = createKubeClient(api.rest()).of(IPPOOLS);
  for (const { interfaceName, cidr, server, router, dns, ntp, leases } of networks) {
    const written = await pools.create({
      apiVersion: IPPOOLS.apiVersion,
      kind: IPPOOLS.kind,
      metadata: { namespace: "default", name: interfaceName },
      spec: {
        networkName: `default/${interfaceName}`,
        ipv4Config: {
          ...{ cidr, serverIP: server, router, dns: [...dns], ntp: [...ntp] },
          ...{ domainName: DOMAIN, domainSearch: [DOMAIN], leaseTime: LEASE_TIME },
          ...options.config,
        },
      },
    });
    const allocated = Object.fromEntries(leases.map(([mac, address]) => [address, mac]));
    await pools.updateStatus({
      ...written,
      status: { ipv4: { allocated, used: leases.length, available: 1 } },
    });
  }
  const configs = networks.map(({ interfaceName, server, cidr }) => ({
    ...{ interfaceName, serverIP: server, cidr, ipPoolRef: `default/${interfaceName}` },
    ...{ ipPoolName: interfaceName, nadName: `default/${interfaceName}` },
  }));
  const from = performance.now();
  const agent = AgentProcess.start({
    server: `http://127.0.0.1:${http.addr.port}`,
    flags: ["--no-leader-election"],
    env: { AGENT_NETWORK_CONFIGS: JSON.stringify(configs) },
  });
  await agent.whenReady(READY_MS);
  return {
    name: "vm-dhcp",
    processId: agent.processId,
    startMs: performance.now() - from,
    async [Symbol.asyncDispose]() {
      await agent[Symbol.asyncDispose]();
      await http.shutdown();
      api.close();
    },
  };
}
