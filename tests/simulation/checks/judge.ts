/**
 * What must hold after every step.
 *
 * @module
 */
import type { Link } from "../../../agent/host/host_network.ts";
import { networkOfPool } from "../../../core/api/network.ts";
import { namespaceProblem } from "../../../core/api/tenancy.ts";
import { Mark, STATIC_IP_ANNOTATION_PREFIX } from "../../../core/api/names.ts";
import type { IPPoolHistory } from "../../../core/api/ippool_history.ts";
import type {
  IPPool,
  VirtualMachine,
  VirtualMachineNetworkConfig,
} from "../../../core/api/types.ts";
import { decode, MessageType, optionValue } from "../../../core/dhcp/mod.ts";
import { formatIPv4, formatMac, macFromBytes, normalizeMac } from "../../../core/net/mod.ts";
import { IPPOOL_HISTORIES, IPPOOLS, keyOf, parseKey, VMNETCFGS } from "../../../kube/mod.ts";
import { PROBE_MS, type SimClient } from "../world/dhcp_client.ts";
import { Follow } from "../world/follow.ts";
import type { SimAgent } from "../world/programs.ts";
import type { SimPod } from "../world/kubelet.ts";
import type { World } from "../world/world.ts";
import { AddressUsers, AT_ONCE_MS } from "./address_users.ts";
import { ClaimedNics } from "./claimed_nics.ts";
import { Incumbents } from "./incumbents.ts";
import { KeptEntries, type Return } from "./kept_entries.ts";
import { Leaders } from "./leaders.ts";
import { Liveness, LOOK_MS, STALE_MS } from "./liveness.ts";
import { NicAddresses } from "./nic_addresses.ts";
import { shownFalsely } from "./shown.ts";
import { isServing } from "./serving.ts";
import { falselyForeign, falselyTold } from "./told.ts";
import { entriesOf, RecordHistory } from "./record_history.ts";

/** Something that must not be. */
export interface Violation {
  /** Milliseconds from the beginning. */
  readonly at: number;
  /** Which rule. */
  readonly rule: string;
  readonly what: string;
}

/** Who was told to have an address, and when. */
interface Told {
  readonly mac: string;
  readonly at: number;
}

interface Ack extends Told {
  readonly until: number;
  /** Whose agent said so. */
  readonly pod: SimPod | undefined;
}

/** What a restored record gives to somebody who had it no more. */
interface PutBack {
  /** All MAC addresses with which its NIC has had it since. */
  readonly macs: Set<string>;
  readonly at: number;
  /** When it had been left. */
  readonly leftAt: number;
}

/** Looks at everything that is written, sent and used. */
export class Judge {
  readonly violations: Violation[] = [];
  readonly #history = new RecordHistory();
  readonly #liveness = new Liveness();
  readonly #leaders = new Leaders();
  readonly #claimed = new ClaimedNics();
  readonly #kept = new KeptEntries(this.#claimed);
  readonly #incumbents = new Incumbents(this.#claimed);
  readonly #users = new AddressUsers();
  readonly #nics = new NicAddresses(this.#claimed, this.#users);
  /** MAC address -> when its NIC was last told by people to have another address, or not to. */
  readonly #moved = new Map<string, number>();
  /** `network address` -> who was told to have it last. */
  readonly #acks = new Map<string, Ack>();
  /** `network address MAC` -> when an agent gave it last. */
  readonly #ackedAt = new Map<string, number>();
  /** Pool -> when it was last made though it had been there before. */
  readonly #madeAgain = new Map<string, number>();
  /** Pod -> when it last heard the API server, in all of its lives. */
  readonly #heard = new Map<string, number>();
  /** When the record was put back: that it says something else then is no change of anybody's. */
  #restoredAt = -1;
  /** `network address` -> who has it since a restore, and had not before. */
  readonly #putBack = new Map<string, PutBack>();
  /** `network address` -> the MAC addresses whose VMs might not use the network when the record gave it to who has it. */
  readonly #refused = new Map<string, readonly string[]>();
  /** When the record was put back while requests were lost, so that what agents knew may have gone with them. */
  #unheardAt = -1;
  #world: World | undefined;
  #pools: Follow<IPPool> | undefined;
  /** How many ACKs were looked at. */
  acks = 0;

  /** Begins to look, before anything happens. */
  async begin(world: World): Promise<void> {
    this.#world = world;
    world.cluster.onRestore(() => {
      this.#restoredAt = world.timeline.now;
      const isTroubled = world.processes.some(({ link }) => link.trouble > 0);
      if (isTroubled) this.#unheardAt = world.timeline.now;
      this.#kept.forget();
      this.#nics.onRestore(world);
      this.#incumbents.forget();
      this.#liveness.restored(world.timeline.now);
    });
    this.#pools = new Follow(world.cluster, IPPOOLS);
    this.#pools.onChange((key, before, after) => this.#onPool(key, before, after));
    world.hypervisor.vms.onChange((key, before, after) => this.#onVm(key, before, after));
    const configs = new Follow<VirtualMachineNetworkConfig>(world.cluster, VMNETCFGS);
    configs.onChange((_key, before, after) => {
      this.#claimed.onConfig(world, { before, after });
      const isRestored = this.#restoredAt === world.timeline.now;
      const said = isRestored ? [] : shownFalsely({ before, after }, {
        history: this.#history,
        claimed: this.#claimed,
        pools: this.pools,
        tenants: world,
        configs: configs.list(),
      });
      for (const what of said) this.blame("what is shown is recorded", what);
      if (isRestored && before !== undefined) {
        this.#nics.onForgotten({ before, after, now: world.timeline.now });
      }
      const told = this.#nics.onConfig(after);
      for (const network of isRestored ? [] : told) {
        const pools = this.pools.filter((pool) => networkOfPool(pool) === network);
        for (const pool of pools.filter((one) => this.#serves(one))) this.#lookAtNics(pool);
      }
      if (after === undefined || isRestored) return;
      for (const what of this.#incumbents.look(after, world.timeline.now)) {
        this.blame("who has it keeps it", what);
      }
    });
    const histories = new Follow<IPPoolHistory>(world.cluster, IPPOOL_HISTORIES);
    histories.onChange((_, before, after) => {
      for (const what of falselyTold(this.#history, { before, after })) {
        this.blame("what is told is so", what);
      }
    });
    await histories.begin();
    await configs.begin();
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
    const leaders = this.#leaders.look(world);
    if (leaders !== undefined) this.blame("one leads", leaders);
    world.timeline.after(LOOK_MS, () => this.#look(world));
  }

  #onVm(
    key: string,
    before: VirtualMachine | undefined,
    after: VirtualMachine | undefined,
  ): void {
    const [was, is] = [before, after].map((vm) => {
      const pinned = Object.entries(vm?.metadata.annotations ?? {}).filter(([name]) =>
        name.startsWith(STATIC_IP_ANNOTATION_PREFIX)
      );
      // A NIC that gets another MAC address takes what is asked for along.
      return (pinned.length === 0 ? pinned : [...pinned, macsOf(vm)]).join();
    });
    if (before?.metadata.uid !== after?.metadata.uid) this.#nics.onGone(before?.metadata.uid);
    this.#claimed.onVm(this.#sees, key, after);
    if (was === is) return;
    const { hypervisor, timeline: { now } } = this.#sees;
    for (const { mac } of hypervisor.machine(key)?.nics ?? []) this.#moved.set(mac, now);
    // Also of one that does not run.
    for (const mac of [before, after].flatMap(macsOf)) this.#moved.set(mac, now);
  }

  /** Whether people had a MAC address have another address: it asks for that by name, or did until a moment ago, or others that have it let go. */
  #mayMove(network: string, mac: string, address: string): boolean {
    const movedAt = this.#moved.get(mac) ?? -Infinity;
    return this.#claimed.asksFor(network, mac, address) || this.#claimed.isShared(network, mac) ||
      this.#sees.timeline.now - movedAt < STALE_MS;
  }

  #onPool(key: string, before: IPPool | undefined, after: IPPool | undefined): void {
    const { timeline } = this.#sees;
    if (before === undefined) {
      this.#madeAgain.set(key, this.#madeAgain.has(key) ? timeline.now : -Infinity);
    }
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
    const { miscounted } = this.#sees;
    if (ipv4?.used === is.size) {
      // Where it was right before, the wrong one may still be on its way.
      if (before?.status?.ipv4?.used !== was.size) miscounted.delete(key);
    } else if (ipv4 !== undefined && isRestored) {
      // A backup has the wrong one that somebody wrote, and whoever leads may be away.
      miscounted.add(key);
    } else if (ipv4 !== undefined && !miscounted.has(key)) {
      this.blame("counts", `${key}: used is ${ipv4.used}, entries are ${is.size}`);
    }
    if (ipv4 !== undefined && ipv4.available < 0) {
      this.blame("counts", `${key}: available is ${ipv4.available}`);
    }
    const network = after === undefined ? undefined : networkOfPool(after);
    const isSame = before?.metadata.uid === after?.metadata.uid;
    if (isSame && !isRestored) {
      for (const [address, mac] of was) {
        const now = macs.get(mac);
        if (now === undefined || now === address) continue;
        const isReason = this.#mayMove(network ?? "", mac, now) ||
          ipv4?.allocated?.[address] === Mark.CONFLICT ||
          ipv4?.conflicts?.[address] !== undefined;
        if (!isReason) this.blame("no change", `${key}: ${mac} had ${address} and has ${now}`);
      }
    }
    const given = [...is].filter(([address, mac]) => was.get(address) !== mac);
    const refused = given.length === 0 ? [] : this.#refusedOn(network ?? "");
    for (const [address, mac] of given) {
      const id = `${network} ${address}`;
      this.#refused.set(id, refused);
      const { macs } = this.#putBack.get(id) ?? {};
      const former = was.get(address) ?? "";
      if (isRestored) {
        const leftAt = this.#history.lastSaid(key, address, mac) ?? Infinity;
        this.#putBack.set(id, { macs: new Set([mac]), at: timeline.now, leftAt });
      } else if (macs?.has(former) && this.#claimed.areOfOne(network ?? "", [former, mac])) {
        // A NIC takes it along to another MAC address.
        macs.add(mac);
      }
    }
    // What a pool records that gave way to another one is the other one's to keep.
    const same = isSame ? before : undefined;
    // One that serves for its entries alone does so until the last one is gone.
    const serves = this.#serves(after) || this.#serves(same);
    if (after !== undefined && serves) {
      const goesBack = (what: Return) => this.#goesBack(after, what);
      const lost = this.#kept.look(this.#sees, { before: same, after, goesBack });
      for (const what of isRestored ? [] : lost) this.blame("what is recorded stays", what);
      // What a restore took is not given back, and rests no more than anybody knows.
      if (isRestored) this.#kept.forget();
    }
    if (before !== undefined) this.#nics.onLeft(before, timeline.now);
    if (after !== undefined && serves) this.#lookAtNics(after);
    this.#history.note(key, { before, after, now: timeline.now });
    // Clients go on naming the server that told them.
    const former = before?.spec.ipv4Config.serverIP;
    if (before !== undefined && former !== after?.spec.ipv4Config.serverIP) {
      this.#sees.foreignServers.add(`${networkOfPool(before)} ${former}`);
    }
    const foreign = after === undefined ? [] : falselyForeign(this.#sees, after);
    for (const what of foreign) this.blame("what is told is so", what);
  }

  /**
   * Whether what rests goes back to who got it between a backup and its restore, as agents told: it rests for who had left it before that one had it, has
   * it by the restored record, and is gone.
   */
  #goesBack(pool: IPPool, { address, from, to }: Return): boolean {
    const network = networkOfPool(pool) ?? "";
    const back = this.#putBack.get(`${network} ${address}`);
    const lostAt = this.#history.lastSaid(keyOf(pool), address, to);
    if (back === undefined || lostAt === undefined) return false;
    return back.macs.has(from) && back.leftAt < lostAt && lostAt <= back.at &&
      !this.#claimed.isHeld(network, from);
  }

  #serves(pool: IPPool | undefined): boolean {
    const about = { pools: this.pools, tenants: this.#sees };
    return pool !== undefined && isServing(pool, about) === true;
  }

  #lookAtNics(pool: IPPool): void {
    const moved = this.#nics.look(pool, this.#sees);
    if (this.#restoredAt === this.#sees.timeline.now) return;
    for (const what of moved) this.blame("a NIC keeps its address", what);
  }

  /** An agent sent something. */
  onSent(agent: SimAgent, link: Link, payload: Uint8Array): void {
    const world = this.#sees;
    const { timeline, kubelet } = world;
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
    this.#nics.onTold(network, { address, mac });
    const before = this.#acks.get(id);
    const until = now + (optionValue(message, 51) ?? 0) * 1_000;
    if (before !== undefined && before.mac !== mac && before.until > now) {
      const stations = [...world.segment(network).stations];
      const other = stations.find((station) => formatMac(station.mac) === before.mac);
      // An agent that stood still answers what waited meanwhile, also to a machine that is gone: nobody hears it.
      const isHeard = stations.some((station) => formatMac(station.mac) === mac);
      const user = this.#users.at(id);
      // Whose machine is off uses nothing. A NIC takes its address along to another MAC address; a copy of it, or of its VM, may still use it,
      // and so does for a while the machine whose MAC address a restore took: the NIC has the former one again.
      const isCopy = (user?.isCopy === true || this.#claimed.isShared(network, before.mac) ||
        !world.hypervisor.wants(network, before.mac)) &&
        this.#claimed.areOfOne(network, [before.mac, mac]);
      // Nobody keeps an address for who borrowed a MAC address from a VM that is gone.
      const isBorrowed = this.#claimed.isShared(network, before.mac) &&
        this.#claimed.incumbent(network, before.mac, before.at) === undefined;
      const isLetGo = this.#isLetGo(network, address, before);
      const isForgotten = isLetGo && this.#isMadeAgain(key, address, before);
      // What is given back goes at once to who asks for it by name.
      const isGivenBack = isLetGo && this.#claimed.asksFor(network, mac, address);
      // What a restored record gives to another one stays so; what was given since is known to agents, which it may have ended.
      const back = this.#putBack.get(id);
      const isPutBack = back?.macs.has(mac) === true && before.at < back.at;
      const isUnheard = before.at < this.#unheardAt && before.pod !== undefined &&
        !kubelet.pods.includes(before.pod);
      const isExcused = isCopy || isBorrowed || isForgotten || isGivenBack || isPutBack ||
        isUnheard || this.#kept.mayBeEarly(key, { address, mac }, before.at);
      if (isHeard && other !== undefined && user === other && !isExcused) {
        this.blame(
          "one lease",
          `${address} of ${network} is ACKed to ${mac}, and is ${before.mac}'s for ${
            before.until - now
          } ms`,
        );
      }
    }
    this.#acks.set(id, { mac, at: now, until, pod });
    this.#ackedAt.set(`${id} ${mac}`, now);
  }

  /** Whether who was told to have an address wanted none any more since, or nothing but a record tied it to that. */
  #isLetGo(network: string, address: string, told: Told): boolean {
    return !this.#claimed.isWantedSince(network, told.mac, told.at) ||
      this.#isUntied(network, address, told);
  }

  /**
   * Whether a pool was made again since it told somebody to have an address: it knows nothing of those who wanted no address any more; nor do
   * its agents, where a restore then brings the former one.
   */
  #isMadeAgain(key: string, address: string, { mac, at }: Told): boolean {
    const { wall, now } = this.#sees.timeline;
    const made = this.#pools?.get(key)?.metadata.creationTimestamp ?? "";
    const madeAgainAt = this.#madeAgain.get(key) ?? -Infinity;
    // An agent that had not heard of that may have told it since, by the record that is gone.
    const lastSaid = this.#history.lastSaid(key, address, mac) ?? Infinity;
    return Math.max(Date.parse(made) - wall + now, madeAgainAt) > at || madeAgainAt > lastSaid;
  }

  /**
   * Whether a machine that is not heard, through a switch that broke in two or on another VLAN, may use an address too: the copy of one that was the same NIC's, whose
   * answer may also be lost, or come too late, on its way; or one that nobody knows of, as the address is nobody's any more, and its pool was made again since.
   */
  #isUnheard(client: SimClient, other: SimClient): boolean {
    const { segment } = client;
    const network = segment.name;
    const address = formatIPv4(client.address ?? 0);
    const mac = formatMac(other.mac);
    const isApart = segment !== other.segment || segment.areApart(client, other);
    const isCopy = other.isCopy && this.#claimed.areOfOne(network, [mac, formatMac(client.mac)]);
    if (isCopy && (isApart || segment.losesAnswers(PROBE_MS))) return true;
    if (!isApart) return false;
    const at = this.#ackedAt.get(`${network} ${address} ${mac}`);
    if (at === undefined) return false;
    const told = { mac, at };
    return this.#isLetGo(network, address, told) &&
      this.pools.some((pool) =>
        networkOfPool(pool) === network && this.#isMadeAgain(keyOf(pool), address, told)
      );
  }

  /**
   * Whether nothing but a pool's record tied a NIC to what it was told: a person deleted its object since, or before an agent told it
   * once more that had not heard of that, or its namespace might not use the network when another one was given that.
   */
  #isUntied(network: string, address: string, { mac, at }: Told): boolean {
    const vm = this.#claimed.find(network, mac)?.vm;
    if (vm === undefined) return false;
    return (this.#sees.deletedConfigs.get(vm) ?? -Infinity) > at - STALE_MS ||
      this.#refused.get(`${network} ${address}`)?.includes(mac) === true;
  }

  /** The MAC addresses whose VMs may not use a network. */
  #refusedOn(network: string): readonly string[] {
    const access = this.#sees.accessTo(network);
    return this.#claimed.on(network).flatMap(({ mac, vm }) =>
      namespaceProblem(access, parseKey(vm).namespace) === undefined ? [] : [mac]
    );
  }

  /** Who serves a network that is not there any more stays: nobody could follow. */
  onSurplus(pod: SimPod, served: ReadonlySet<string>): void {
    const { kubelet, timeline } = this.#sees;
    for (const { nad } of pod.networks) {
      for (const pool of this.pools) {
        const { metadata: { deletionTimestamp }, spec: { paused } } = pool;
        if (networkOfPool(pool) !== nad || paused === true || deletionTimestamp) continue;
        if (kubelet.isAttachable(nad) || !this.#serves(pool)) continue;
        // Who makes a pool again takes it away first.
        const madeAgainAt = this.#madeAgain.get(keyOf(pool)) ?? -Infinity;
        if (timeline.now - madeAgainAt < AT_ONCE_MS || served.has(keyOf(pool))) continue;
        // Its network's former pool is gone, and a pod is told once which pools it serves.
        if (!configsOf(pod).some(({ ipPoolRef }) => ipPoolRef === keyOf(pool))) continue;
        this.blame("agents stay", `${pod.name} is ended, and nobody serves IPPool ${keyOf(pool)}`);
      }
    }
  }

  /** Whether a restored record gives to a client what agents gave to another one only before: that one may not hear whom it is asked by. */
  #isPutBack(id: string, client: SimClient, other: SimClient): boolean {
    const back = this.#putBack.get(id);
    const at = this.#ackedAt.get(`${id} ${formatMac(other.mac)}`) ?? Infinity;
    return back?.macs.has(formatMac(client.mac)) === true && at < back.at;
  }

  /** A client uses an address. */
  onBound(client: SimClient): void {
    const other = this.#users.onBound(client);
    // Two machines of one hardware address are one to everybody else.
    const isOther = other !== undefined && other.mac !== client.mac;
    const address = formatIPv4(client.address ?? 0);
    const network = client.segment.name;
    // What no agent ever told anybody, servers gave that nobody asked to be there.
    const id = `${network} ${address}`;
    const isOwn = this.#acks.has(id);
    if (
      isOther && isOwn && other.address === client.address &&
      !this.#isPutBack(id, client, other) && !this.#isUnheard(client, other)
    ) {
      this.blame(
        "one user",
        `${address} of ${network} is used by ${client.name} and ${other.name}`,
      );
    }
  }

  /** A client uses its address no more. */
  onUnbound(client: SimClient): void {
    this.#users.onUnbound(client, this.#sees.timeline.now);
  }
}

/** The MAC addresses that a VM gives its NICs. */
function macsOf(vm: VirtualMachine | undefined): readonly string[] {
  return (vm?.spec?.template?.spec?.domain?.devices?.interfaces ?? []).flatMap(({ macAddress }) =>
    macAddress === undefined ? [] : normalizeMac(macAddress)
  );
}

/** Which interface of a pod is which pool's. */
function configsOf(
  pod: SimPod | undefined,
): readonly { readonly interfaceName: string; readonly ipPoolRef: string }[] {
  return JSON.parse(pod?.env["AGENT_NETWORK_CONFIGS"] ?? "[]");
}

function poolOf(pod: SimPod | undefined, interfaceName: string): string {
  return configsOf(pod).find((one) => one.interfaceName === interfaceName)?.ipPoolRef ?? "";
}
