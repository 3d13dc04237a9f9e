/**
 * The DHCP servers that are measured, each as a process of its own on the same interface with the same clients.
 *
 * @module
 */
import { createKubeClient, IPPOOLS } from "../../kube/mod.ts";
import { EmbeddedApi } from "../../standalone/api/mod.ts";
import { AgentProcess } from "../network/agent_process.ts";

/** What all servers are told. */
export interface ServerOptions {
  /** Interface, which is up and has the server's address. */
  readonly interfaceName: string;
  /** Number of clients: client N has the N-th MAC address and address. */
  readonly clients: number;
}

/** A server that runs; disposing it ends it. */
export interface DhcpServer extends AsyncDisposable {
  readonly name: string;
  readonly processId: number;
}

/** The servers' address. */
export const SERVER_ADDRESS = "10.60.0.1";
const CIDR = "10.60.0.0/16";
const ROUTER = "10.60.0.2";
const DNS = ["10.60.0.3", "10.60.0.4"];
const NTP = ["10.60.0.5"];
const DOMAIN = "example.org";
const LEASE_TIME = 3_600;

/** MAC address -> address, for every client. */
function leases(clients: number): (readonly [mac: string, address: string])[] {
  return Array.from({ length: clients }, (_, client) => {
    const number = client + 1;
    const octets = [number >> 16, number >> 8, number].map((octet) =>
      (octet & 255).toString(16).padStart(2, "0")
    );
    return [`52:54:00:${octets.join(":")}`, `10.60.${(client >> 8) + 16}.${client & 255}`];
  });
}

/** The agent's program, with an API server in this process. */
export async function startAgent({ interfaceName, clients }: ServerOptions): Promise<DhcpServer> {
  const api = new EmbeddedApi();
  const http = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => undefined },
    (request) => api.fetch(request),
  );
  const pools = createKubeClient(api.rest()).of(IPPOOLS);
  const written = await pools.create({
    apiVersion: IPPOOLS.apiVersion,
    kind: IPPOOLS.kind,
    metadata: { namespace: "default", name: "load" },
    spec: {
      networkName: "default/load",
      ipv4Config: {
        cidr: CIDR,
        serverIP: SERVER_ADDRESS,
        router: ROUTER,
        dns: DNS,
        ntp: NTP,
        domainName: DOMAIN,
        domainSearch: [DOMAIN],
        leaseTime: LEASE_TIME,
      },
    },
  });
  const allocated = Object.fromEntries(leases(clients).map(([mac, address]) => [address, mac]));
  await pools.updateStatus({
    ...written,
    status: { ipv4: { allocated, used: clients, available: 1 } },
  });
  const agent = AgentProcess.start({
    server: `http://127.0.0.1:${http.addr.port}`,
    flags: ["--no-leader-election", "--ippool-ref=default/load", `--nic=${interfaceName}`],
  });
  await agent.whenReady();
  return {
    name: "vm-dhcp",
    processId: agent.processId,
    async [Symbol.asyncDispose]() {
      await agent[Symbol.asyncDispose]();
      await http.shutdown();
      api.close();
    },
  };
}

/** Kea with its leases in memory. */
export async function startKea({ interfaceName, clients }: ServerOptions): Promise<DhcpServer> {
  const folder = await Deno.makeTempDir();
  const config = {
    Dhcp4: {
      "interfaces-config": { interfaces: [interfaceName] },
      "lease-database": { type: "memfile", persist: false },
      "valid-lifetime": LEASE_TIME,
      "renew-timer": LEASE_TIME / 2,
      "rebind-timer": LEASE_TIME * 7 / 8,
      "host-reservation-identifiers": ["hw-address"],
      loggers: [{ name: "kea-dhcp4", severity: "ERROR", output_options: [{ output: "stderr" }] }],
      subnet4: [{
        subnet: CIDR,
        "reservations-global": false,
        "reservations-in-subnet": true,
        "option-data": [
          { name: "routers", data: ROUTER },
          { name: "domain-name-servers", data: DNS.join(",") },
          { name: "ntp-servers", data: NTP.join(",") },
          { name: "domain-name", data: DOMAIN },
          { name: "domain-search", data: DOMAIN },
        ],
        reservations: leases(clients).map(([mac, address]) => ({
          "hw-address": mac,
          "ip-address": address,
        })),
      }],
    },
  };
  await Deno.writeTextFile(`${folder}/kea.json`, JSON.stringify(config));
  const child = new Deno.Command("kea-dhcp4", {
    args: ["-c", `${folder}/kea.json`],
    env: { KEA_PIDFILE_DIR: folder, KEA_LOCKFILE_DIR: folder, KEA_LOGGER_DESTINATION: "stderr" },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  return {
    name: "Kea",
    processId: child.pid,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}
