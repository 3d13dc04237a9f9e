/**
 * The DHCP servers that the agent is measured beside, each as a process of its own with the same clients.
 *
 * @module
 */
import { run } from "../../network/command.ts";
import { coredhcpProgram } from "./coredhcp_program.ts";
import {
  type DhcpServer,
  DOMAIN,
  firstAddress,
  LEASE_TIME,
  networksOf,
  serverAddress,
  type ServerOptions,
} from "./network.ts";

/** A server that may be here. */
export interface Peer {
  readonly name: string;
  /** What it says of its version; `undefined` where it is not installed. */
  version(): Promise<string | undefined>;
  start(options: ServerOptions): Promise<DhcpServer>;
}

/** Kea with its leases in memory. */
export const KEA: Peer = {
  name: "Kea",
  version: () => said("kea-dhcp4 -v"),
  start: (options) => started("Kea", options, startKea),
};

/** ISC dhcpd. */
export const DHCPD: Peer = {
  name: "ISC dhcpd",
  version: () => said("dhcpd --version 2>&1", /\d\S*/),
  start: (options) => started("ISC dhcpd", options, startDhcpd),
};

/** dnsmasq with its leases in memory, but for a file that it writes them to. */
export const DNSMASQ: Peer = {
  name: "dnsmasq",
  version: () => said("dnsmasq --version", /\d\S*/),
  start: (options) => started("dnsmasq", options, startDnsmasq),
};

/** coredhcp with its plugin for static leases. It serves one network. */
export const COREDHCP: Peer = {
  name: "coredhcp",
  version: async () => (await coredhcpProgram()) && "2026-02-17",
  start: (options) => started("coredhcp", options, startCoredhcp),
};

/** The fixed responder, `responder.c`, compiled: the machine's ceiling. It serves one network. */
export function ceiling(program: string): Peer {
  return {
    name: "C",
    version: () => Promise.resolve("responder.c"),
    start: (options) =>
      started("C", options, () => {
        const [interfaceName = ""] = options.interfaceNames;
        return Promise.resolve([program, interfaceName, serverAddress(0), firstAddress(0)]);
      }),
  };
}

/** Makes the files of a server in a folder; answers the command that starts it. */
type Prepare = (options: ServerOptions, folder: string) => Promise<readonly string[]>;

async function started(
  name: string,
  options: ServerOptions,
  prepare: Prepare,
): Promise<DhcpServer> {
  const folder = await Deno.makeTempDir();
  const { namespaceOf } = options;
  const [program = "", ...args] = [
    ...(namespaceOf === undefined ? [] : ["nsenter", `--target=${namespaceOf}`, "--net", "--"]),
    ...await prepare(options, folder),
  ];
  const child = new Deno.Command(program, {
    args,
    env: { KEA_PIDFILE_DIR: folder, KEA_LOCKFILE_DIR: folder, KEA_LOGGER_DESTINATION: "stderr" },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  return {
    name,
    processId: child.pid,
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended by itself.
      }
      await child.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function startKea(options: ServerOptions, folder: string): Promise<readonly string[]> {
  const networks = networksOf(options);
  const config = {
    Dhcp4: {
      "interfaces-config": { interfaces: networks.map(({ interfaceName }) => interfaceName) },
      "lease-database": { type: "memfile", persist: false },
      "valid-lifetime": LEASE_TIME,
      "renew-timer": LEASE_TIME / 2,
      "rebind-timer": LEASE_TIME * 7 / 8,
      "host-reservation-identifiers": ["hw-address"],
      loggers: [{ name: "kea-dhcp4", severity: "ERROR", output_options: [{ output: "stderr" }] }],
      subnet4: networks.map((network, number) => ({
        id: number + 1,
        subnet: network.cidr,
        interface: network.interfaceName,
        "reservations-global": false,
        "reservations-in-subnet": true,
        "option-data": [
          { name: "routers", data: network.router },
          { name: "domain-name-servers", data: network.dns.join(",") },
          { name: "ntp-servers", data: network.ntp.join(",") },
          { name: "domain-name", data: DOMAIN },
          { name: "domain-search", data: DOMAIN },
        ],
        reservations: network.leases.map(([mac, address]) => ({
          "hw-address": mac,
          "ip-address": address,
        })),
      })),
    },
  };
  await Deno.writeTextFile(`${folder}/kea.json`, JSON.stringify(config));
  return ["kea-dhcp4", "-c", `${folder}/kea.json`];
}

async function startDhcpd(options: ServerOptions, folder: string): Promise<readonly string[]> {
  const networks = networksOf(options);
  const lines = [
    `default-lease-time ${LEASE_TIME};`,
    `max-lease-time ${LEASE_TIME};`,
    "ping-check false;",
    ...networks.flatMap(({ server, router, dns, ntp, leases }, number) => [
      `subnet ${server.replace("0.1", "0.0")} netmask 255.255.0.0 {`,
      `option routers ${router};`,
      `option domain-name-servers ${dns.join()};`,
      `option ntp-servers ${ntp.join()};`,
      `option domain-name "${DOMAIN}";`,
      `option domain-search "${DOMAIN}";`,
      "}",
      ...leases.map(([mac, address]) =>
        `host h${number}-${address} { hardware ethernet ${mac}; fixed-address ${address}; }`
      ),
    ]),
  ];
  await Deno.writeTextFile(`${folder}/dhcpd.conf`, `${lines.join("\n")}\n`);
  await Deno.writeTextFile(`${folder}/leases`, "");
  return [
    ...["dhcpd", "-f", "-q", "-4", "-cf", `${folder}/dhcpd.conf`, "-lf", `${folder}/leases`],
    ...["-pf", `${folder}/pid`, ...networks.map(({ interfaceName }) => interfaceName)],
  ];
}

async function startDnsmasq(options: ServerOptions, folder: string): Promise<readonly string[]> {
  const lines = [
    ...["port=0", "no-ping", "no-resolv", "no-hosts", "quiet-dhcp", "bind-interfaces"],
    ...[`dhcp-leasefile=${folder}/leases`, `dhcp-lease-max=100000`, `domain=${DOMAIN}`],
    ...networksOf(options).flatMap((network) => [
      `interface=${network.interfaceName}`,
      `dhcp-range=${network.cidr.replace("/16", "")},static,255.255.0.0,${LEASE_TIME}`,
      ...network.leases.map((lease) => `dhcp-host=${lease.join()}`),
    ]),
  ];
  await Deno.writeTextFile(`${folder}/dnsmasq.conf`, `${lines.join("\n")}\n`);
  return ["dnsmasq", "--keep-in-foreground", `--conf-file=${folder}/dnsmasq.conf`, "--user=root"];
}

async function startCoredhcp(options: ServerOptions, folder: string): Promise<readonly string[]> {
  const [network] = networksOf(options);
  const program = await coredhcpProgram();
  if (network === undefined || program === undefined) throw new Error("Cannot start coredhcp");
  const { interfaceName, server, router, dns, leases } = network;
  const lines = [
    "server4:",
    `  listen: ["%${interfaceName}"]`,
    "  plugins:",
    `    - lease_time: ${LEASE_TIME}s`,
    `    - server_id: ${server}`,
    `    - dns: ${dns.join(" ")}`,
    `    - router: ${router}`,
    "    - netmask: 255.255.0.0",
    `    - searchdomains: ${DOMAIN}`,
    `    - file: ${folder}/leases.txt`,
  ];
  await Deno.writeTextFile(`${folder}/config.yml`, `${lines.join("\n")}\n`);
  const rows = leases.map(([mac, address]) => `${mac} ${address}\n`);
  await Deno.writeTextFile(`${folder}/leases.txt`, rows.join(""));
  return [program, "--conf", `${folder}/config.yml`, "--loglevel", "error"];
}

/** What a command says, or the part that is asked for; `undefined` where it fails. */
async function said(command: string, part: RegExp = /\S+/): Promise<string | undefined> {
  const text = await run("sh", "-c", command).catch(() => undefined);
  return text === undefined ? undefined : part.exec(text)?.[0];
}
