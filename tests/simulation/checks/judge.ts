/**
 * What must hold after every step.
 *
 * @module
 */
import type { Link } from "../../../agent/host/host_network.ts";
import { networkOfPool } from "../../../core/api/network.ts";
import { STATIC_IP_ANNOTATION_PREFIX } from "../../../core/api/names.ts";
import type { IPPool, VirtualMachine } from "../../../core/api/types.ts";
import { decode, MessageType, optionValue } from "../../../core/dhcp/mod.ts";
import { formatIPv4, formatMac, macFromBytes, normalizeMac } from "../../../core/net/mod.ts";
import { IPPOOLS } from "../../../kube/mod.ts";
import type { SimClient } from "../world/dhcp_client.ts";
import { Follow } from "../world/follow.ts";
import type { SimAgent } from "../world/programs.ts";
import type { SimPod } from "../world/kubelet.ts";
import type { World } from "../world/world.ts";
import { Liveness, LOOK_MS } from "./liveness.ts";
import { NicAddresses } from "./nic_addresses.ts";
import { entriesOf, RecordHistory } from "./record_history.ts";

/** Something that must not be. */
export interface Violation {
  /** Milliseconds from the beginning. */
  readonly at: number;
  /** Which rule. */
  readonly rule: string;
  readonly what: string;
}

/**
 * How old an agent's knowledge may be, counted from when it last heard the API server: a watch that is dead without a word is noticed
 * after 75 s, a list may take 30 s, and is tried again after 5 s.
 */
const STALE_MS = 110_000;

interface Ack {
  readonly mac: string;
  readonly at: number;
  readonly until: number;
}

/** Looks at everything that is written, sent and used. */
export class Judge {
  readonly violations: Violation[] = [];
  readonly #history = new RecordHistory();
  readonly #liveness = new Liveness();
  readonly #nics = new NicAddresses();
  /** MAC addresses whose NIC was told by people to have another address. */
  readonly #moved = new Set<string>();
  /** `network address` -> who was told to have it last. */
  readonly #acks = new Map<string, Ack>();
  /** `network address` -> who uses it. */
  readonly #users = new Map<string, SimClient>();
  /** Pod -> when it last heard the API server, in all of its lives. */
  readonly #heard = new Map<string, number>();
  /** When the record was put back: that it says something else then is no change of anybody's. */
  #restoredAt = -1;
  #world: World | undefined;
  #pools: Follow<IPPool> | undefined;
  /** How many ACKs were looked at. */
  acks = 0;

  /** Begins to look, before anything happens. */
  async begin(world: World): Promise<void> {
    this.#world = world;
    world.cluster.onRestore(() => {
      this.#restoredAt = world.timeline.now;
    });
    this.#pools = new Follow(world.cluster, IPPOOLS);
    this.#pools.onChange((key, before, after) => this.#onPool(key, before, after));
    world.hypervisor.vms.onChange((key, before, after) => this.#onVm(key, before, after));
    await this.#pools.begin();
    this.#look(world);
  }

  get pools(): readonly IPPool[] {
    return this.#pools?.list() ?? [];
  }

  /** Notes a violation. */
  blame(rule: string, what: string): void {
    const { timeline, trace } = this.#sees;
    this.violations.push({ at: timeline.now, rule, what });
    trace.note(`${timeline.now.toFixed(1)} VIOLATION ${rule}: ${what}`);
  }

  get #sees(): World {
    if (this.#world === undefined) throw new Error("The judge does not look yet");
    return this.#world;
  }

  #look(world: World): void {
    for (const what of this.#liveness.look(world, this.pools)) this.blame("answered", what);
    world.timeline.after(LOOK_MS, () => this.#look(world));
  }

  #onVm(
    key: string,
    before: VirtualMachine | undefined,
    after: VirtualMachine | undefined,
  ): void {
    const [was, is] = [before, after].map((vm) =>
      Object.entries(vm?.metadata.annotations ?? {}).filter(([name]) =>
        name.startsWith(STATIC_IP_ANNOTATION_PREFIX)
      ).join()
    );
    this.#noteCopies(after);
    if (was === is) return;
    const { hypervisor } = this.#sees;
    for (const { mac } of hypervisor.machine(key)?.nics ?? []) this.#moved.add(mac);
    // Also of one that does not run.
    for (const mac of [before, after].flatMap(macsOf)) this.#moved.add(mac);
  }

  /** Who has a MAC address that others have too may get another address when one of them lets go. */
  #noteCopies(vm: VirtualMachine | undefined): void {
    const macs = new Set(macsOf(vm));
    for (const other of this.#sees.hypervisor.vms.list()) {
      if (other.metadata.uid === vm?.metadata.uid) continue;
      for (const mac of macsOf(other)) if (macs.has(mac)) this.#moved.add(mac);
    }
  }

  #onPool(key: string, before: IPPool | undefined, after: IPPool | undefined): void {
    const { timeline } = this.#sees;
    const isRestored = this.#restoredAt === timeline.now;
    const is = entriesOf(after);
    const was = entriesOf(before);
    const macs = new Map<string, string>();
    for (const [address, mac] of is) {
      const other = macs.get(mac);
      if (other !== undefined) {
        this.blame("one address", `${key}: ${mac} has ${other} and ${address}`);
      }
      macs.set(mac, address);
    }
    const { ipv4 } = after?.status ?? {};
    if (ipv4 !== undefined && ipv4.used !== is.size) {
      this.blame("counts", `${key}: used is ${ipv4.used}, entries are ${is.size}`);
    }
    if (ipv4 !== undefined && ipv4.available < 0) {
      this.blame("counts", `${key}: available is ${ipv4.available}`);
    }
    const isSame = before?.metadata.uid === after?.metadata.uid;
    if (isSame && !isRestored) {
      for (const [address, mac] of was) {
        const now = macs.get(mac);
        if (now === undefined || now === address) continue;
        const mark = ipv4?.allocated?.[address];
        const isReason = this.#moved.has(mac) || mark === "CONFLICT" || mark === "EXCLUDED" ||
          mark === "RESERVED" || ipv4?.conflicts?.[address] !== undefined;
        if (!isReason) this.blame("no change", `${key}: ${mac} had ${address} and has ${now}`);
      }
    }
    if (after !== undefined) {
      const moved = this.#nics.look(after, this.#sees);
      for (const what of isRestored ? [] : moved) {
        this.blame("a NIC keeps its address", what);
      }
    }
    this.#history.note(key, { before, after, now: timeline.now });
  }

  /** An agent sent something. */
  onSent(agent: SimAgent, link: Link, payload: Uint8Array): void {
    const { timeline, kubelet, segment } = this.#sees;
    const message = decode(payload);
    if (optionValue(message, 53) !== MessageType.Ack || message.yiaddr === 0) return;
    this.acks++;
    const pod = kubelet.pods.find((one) => one.agent?.process === agent.process);
    const key = poolOf(pod, link.name);
    const pool = this.#pools?.get(key);
    const address = formatIPv4(message.yiaddr);
    const mac = formatMac(macFromBytes(message.chaddr));
    const { now } = timeline;
    const lastSaid = this.#history.lastSaid(key, address, mac);
    const heardAt = Math.max(this.#heard.get(pod?.name ?? "") ?? 0, agent.link.heardAt);
    this.#heard.set(pod?.name ?? "", heardAt);
    const oldest = Math.min(now, heardAt) - STALE_MS;
    if (lastSaid === undefined || lastSaid < oldest) {
      const when = lastSaid === undefined ? "never said so" : `said so ${now - lastSaid} ms ago`;
      this.blame("truth", `${pod?.name} ACKed ${address} of ${key} to ${mac}: the record ${when}`);
    }
    const network = pool === undefined ? key : networkOfPool(pool) ?? key;
    const id = `${network} ${address}`;
    const before = this.#acks.get(id);
    const until = now + (optionValue(message, 51) ?? 0) * 1_000;
    if (before !== undefined && before.mac !== mac && before.until > now) {
      const other = [...segment(network).stations].find((station) =>
        formatMac(station.mac) === before.mac
      );
      // Whose machine is off uses nothing.
      if (other !== undefined && this.#users.get(id) === other) {
        this.blame(
          "one lease",
          `${address} of ${network} is ACKed to ${mac}, and is ${before.mac}'s for ${
            before.until - now
          } ms`,
        );
      }
    }
    this.#acks.set(id, { mac, at: now, until });
  }

  /** A client uses an address. */
  onBound(client: SimClient): void {
    const id = `${client.segment.name} ${formatIPv4(client.address ?? 0)}`;
    const other = this.#users.get(id);
    if (other !== undefined && other !== client && other.address === client.address) {
      this.blame("one user", `${id} is used by ${client.name} and ${other.name}`);
    }
    this.#users.set(id, client);
  }

  /** A client uses its address no more. */
  onUnbound(client: SimClient): void {
    for (const [id, user] of this.#users) if (user === client) this.#users.delete(id);
  }
}

/** The MAC addresses that a VM gives its NICs. */
function macsOf(vm: VirtualMachine | undefined): readonly string[] {
  return (vm?.spec?.template?.spec?.domain?.devices?.interfaces ?? []).flatMap(({ macAddress }) =>
    macAddress === undefined ? [] : normalizeMac(macAddress)
  );
}

function poolOf(pod: SimPod | undefined, interfaceName: string): string {
  const configs = JSON.parse(pod?.env["AGENT_NETWORK_CONFIGS"] ?? "[]") as readonly {
    readonly interfaceName: string;
    readonly ipPoolRef: string;
  }[];
  return configs.find((one) => one.interfaceName === interfaceName)?.ipPoolRef ?? "";
}
