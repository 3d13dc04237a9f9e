/**
 * Everything that the chapters of the story play with.
 *
 * @module
 */
import type { IPPool, IPv4Status, NetworkConfigStatus, ObjectMeta } from "../../core/api/types.ts";
import { AGENT_REPORT_ANNOTATION } from "../../core/api/names.ts";
import { parseAgentReport } from "../../core/api/agent/read_agent_report.ts";
import { EVENTS, IPPOOLS, type KubeEvent, LEASES, parseKey, VMNETCFGS } from "../../kube/mod.ts";
import { dhclient } from "./clients/dhclient.ts";
import { dhcpcd } from "./clients/dhcpcd.ts";
import { udhcpc } from "./clients/udhcpc.ts";
import { Machine, type Nic } from "./machine.ts";
import type { ManifestFolder } from "./manifest_folder.ts";
import type { Narrator } from "./narrator.ts";
import { run } from "./process.ts";
import type { Server } from "./server.ts";
import { until } from "./until.ts";

/** The machines of the story: name -> client, bridge, MAC address of the manifest. */
const CAST = {
  "test-vm": { client: udhcpc, bridge: "br-default", macAddress: "ca:70:82:e6:84:6e" },
  db: { client: dhcpcd, bridge: "br-default", macAddress: "52:54:00:00:48:02" },
  app: { client: dhclient, bridge: "br-tenant", macAddress: "52:54:00:00:48:03" },
  "job-3": { client: udhcpc, bridge: "br-tenant", macAddress: "52:54:00:00:48:13" },
} as const;

/** What a scene is set with. */
interface SceneOptions {
  readonly tell: Narrator;
  readonly server: Server;
  readonly files: ManifestFolder;
  /** Folder of the machines. */
  readonly machines: string;
  readonly signal: AbortSignal;
}

/** The scene: bridges, machines, server, manifests, and the one who tells. */
export class Scene {
  readonly tell: Narrator;
  readonly server: Server;
  readonly files: ManifestFolder;
  readonly signal: AbortSignal;
  readonly #directory: string;
  readonly #machines = new Map<string, Machine>();

  constructor(options: SceneOptions) {
    this.tell = options.tell;
    this.server = options.server;
    this.files = options.files;
    this.signal = options.signal;
    this.#directory = options.machines;
  }

  /** Makes the bridge of a network. */
  async bridge(name: string): Promise<void> {
    await run("ip", "link", "add", "name", name, "type", "bridge");
    await run("ip", "link", "set", name, "up");
  }

  /** Makes a machine of the cast, with its NIC, powered off. */
  async machine(name: keyof typeof CAST): Promise<Machine> {
    const machine = await new Machine(name, this.#directory).make();
    await machine.plug({ interfaceName: "eth0", signal: this.signal, ...CAST[name] });
    this.#machines.set(name, machine);
    return machine;
  }

  /** Plugs a second NIC into a machine, with udhcpc. */
  plug(
    machine: Machine,
    nic: { readonly interfaceName: string; readonly macAddress: string; readonly bridge: string },
  ): Promise<Nic> {
    return machine.plug({ ...nic, client: udhcpc, signal: this.signal });
  }

  /** A machine that was made. */
  at(name: keyof typeof CAST): Machine {
    const machine = this.#machines.get(name);
    if (machine === undefined) throw new Error(`Cannot use a machine that was not made: ${name}`);
    return machine;
  }

  /** All NICs of all machines. */
  get nics(): readonly Nic[] {
    return [...this.#machines.values()].flatMap((machine) => [...machine.nics]);
  }

  /** Waits until something is so. */
  until<T>(what: string, ask: () => T | Promise<T>): Promise<Exclude<T, undefined | false>> {
    return until(ask, { what, signal: this.signal });
  }

  /** A pool, by `namespace/name`. */
  async pool(key: string): Promise<IPPool> {
    const pool = await this.server.client.of(IPPOOLS).get(parseKey(key), { signal: this.signal });
    if (pool === undefined) throw new Error(`Cannot find the IPPool ${key}`);
    return pool;
  }

  /** The record of a pool. */
  async record(key: string): Promise<IPv4Status> {
    const { status } = await this.pool(key);
    return status?.ipv4 ?? { used: 0, available: 0 };
  }

  /** The NICs of a VM as its VirtualMachineNetworkConfig shows them; `undefined` where there is none. */
  async shown(key: string): Promise<readonly NetworkConfigStatus[] | undefined> {
    const config = await this.server.client.of(VMNETCFGS).get(parseKey(key), {
      signal: this.signal,
    });
    return config === undefined ? undefined : config.status?.networkConfig ?? [];
  }

  /** The address that a VM's first NIC has, by its VirtualMachineNetworkConfig. */
  allocated(key: string): Promise<string> {
    return this.until(`${key} has an address`, async () => {
      const nics = await this.shown(key);
      return nics?.every(({ state }) => state === "Allocated")
        ? nics[0]?.allocatedIPAddress
        : undefined;
    });
  }

  /** Waits until the agent answers from the newest version of a pool. */
  async served(key: string): Promise<void> {
    await this.until(`the agent answers from the newest version of IPPool ${key}`, async () => {
      const { metadata } = await this.pool(key);
      const { items } = await this.server.client.of(LEASES).list({
        namespace: "kube-system",
        signal: this.signal,
      });
      return items.some((lease) => versionOf(lease.metadata, key) === metadata.resourceVersion);
    });
  }

  /** The newest Event about an object, named `Kind/name`, with a reason. */
  event(about: string, reason: string): Promise<KubeEvent> {
    return this.until(`an Event ${reason} about ${about}`, async () => {
      const { items } = await this.server.client.of(EVENTS).list({ signal: this.signal });
      return items.findLast(({ reason: why, involvedObject: { kind, name } }) =>
        why === reason && `${kind}/${name}` === about
      );
    });
  }
}

function versionOf(metadata: ObjectMeta, pool: string): string | undefined {
  const text = metadata.annotations?.[AGENT_REPORT_ANNOTATION];
  if (text === undefined) return undefined;
  const report = parseAgentReport(text);
  return report.ok ? report.value.pools[pool]?.resourceVersion : undefined;
}
