/**
 * One network with the agent and the controller as they run in a cluster, for tests about who else is on it.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { RunningAgent } from "../../agent/types.ts";
import type { IPPool, IPv4Config } from "../../core/api/types.ts";
import { parseIPv4 } from "../../core/net/mod.ts";
import { runController } from "../../controller/mod.ts";
import { EVENTS, IPPOOLS, type KubeObject, VMNETCFGS } from "../../kube/mod.ts";
import { systemClock } from "../../runtime/clock.ts";
import { silentLogger } from "../../runtime/testing/memory_logger.ts";
import type { Guest } from "./guest.ts";
import type { Lab } from "./lab.ts";
import { type ArpPacket, readArp } from "./packets.ts";
import type { RawClient } from "./raw_client.ts";
import { ServedLab, serving, whenPool } from "./served_lab.ts";
import { until } from "./wait.ts";

/** The pool, and its server. */
export const POOL = "default/net-48";
const KEY = { namespace: "default", name: "net-48" };
export const SERVER = "192.168.48.77";
const CONFIG = { cidr: "192.168.48.0/24", serverIP: SERVER, leaseTime: 300 };

/** An agent and a controller, and one network that they serve. */
export class Segment implements AsyncDisposable {
  readonly served: ServedLab;
  readonly agent: RunningAgent;
  readonly #stop = new AbortController();
  readonly #controller: Promise<void>;

  /** `prepare`: what is there before the agent starts. */
  static async open(
    range: IPv4Config["pool"],
    config: Partial<IPv4Config> = {},
    prepare: (lab: Lab) => Promise<void> = () => Promise.resolve(),
  ): Promise<Segment> {
    const served = await ServedLab.open();
    await served.lab.bridge("br0");
    await prepare(served.lab);
    const spec = { networkName: POOL, ipv4Config: { ...CONFIG, pool: range ?? {}, ...config } };
    await served.client.of(IPPOOLS).create(objectOf(IPPOOLS, KEY, spec) as IPPool);
    return new Segment(served);
  }

  private constructor(served: ServedLab) {
    this.served = served;
    this.agent = served.agent([{ pool: POOL, interfaceName: "br0" }]);
    this.#controller = runController({
      rest: served.api.rest(),
      clock: systemClock,
      random: Math.random,
      log: silentLogger,
      agentNamespace: "default",
    }, this.#stop.signal).done;
  }

  /** Waits until the agent answers. */
  async whenServing(): Promise<void> {
    await whenPool(this.agent, POOL, serving);
  }

  /** A machine of the network that has these addresses. */
  stranger(...addresses: readonly string[]): Promise<Guest> {
    return strangerOn(this.served.lab, addresses);
  }

  /** Lets a guest have an address by the record. */
  async reserve(macAddress: string, ipAddress?: string): Promise<string> {
    const name = `vm-${macAddress.replaceAll(":", "")}`;
    const nic = {
      networkName: POOL,
      macAddress,
      ...(ipAddress === undefined ? {} : { ipAddress }),
    };
    const spec = { vmName: name, networkConfig: [nic] };
    const object = objectOf(VMNETCFGS, { namespace: "default", name }, spec);
    await this.served.client.of(VMNETCFGS).create(object as never);
    return await until(() => this.addressOf(macAddress), { what: `${macAddress} has an address` });
  }

  async pool(): Promise<IPPool> {
    const pool = await this.served.client.of(IPPOOLS).get(KEY);
    assert.ok(pool);
    return pool;
  }

  async allocated(): Promise<Readonly<Record<string, string>>> {
    return (await this.pool()).status?.ipv4?.allocated ?? {};
  }

  async addressOf(macAddress: string): Promise<string | undefined> {
    return Object.entries(await this.allocated()).find(([, mac]) => mac === macAddress)?.[0];
  }

  /** Waits until an address is marked as used by a machine; answers how long that took. */
  async whenConflict(address: string, { macAddress }: Guest, timeoutMs = 10_000): Promise<number> {
    const from = performance.now();
    await until(async () => {
      const { allocated = {}, conflicts = {} } = (await this.pool()).status?.ipv4 ?? {};
      return allocated[address] === "CONFLICT" && conflicts[address]?.usedBy === macAddress;
    }, { what: `${address} is in conflict`, timeoutMs });
    return performance.now() - from;
  }

  /** Waits until there is an Event. */
  async whenTold(reason: string): Promise<void> {
    await until(async () => {
      const { items } = await this.served.client.of(EVENTS).list();
      return items.some((event) => event.reason === reason);
    }, { what: `there is an Event ${reason}` });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#controller;
    await this.served[Symbol.asyncDispose]();
  }
}

/** A machine of the network that has these addresses. */
export async function strangerOn(lab: Lab, addresses: readonly string[]): Promise<Guest> {
  const guest = await lab.guest({ bridge: "br0" });
  for (const address of addresses) {
    await guest.run("ip", "address", "add", `${address}/24`, "dev", "eth0");
  }
  return guest;
}

function objectOf(
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
  metadata: { readonly namespace: string; readonly name: string },
  spec: object,
): KubeObject {
  return { apiVersion, kind, metadata, spec } as KubeObject;
}

/** A DHCPDECLINE. */
export function decline(address: string): Parameters<RawClient["say"]>[0]["message"] {
  return {
    options: [
      { code: 53, value: 4 },
      { code: 50, value: parseIPv4(address) },
      { code: 54, value: parseIPv4(SERVER) },
    ],
  };
}

/** The ARP packets among frames. */
export function arpOf(frames: readonly Uint8Array[]): ArpPacket[] {
  return frames.flatMap((frame) => readArp(frame) ?? []);
}
