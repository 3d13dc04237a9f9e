/**
 * Interfaces and addresses of a simulated pod.
 *
 * @module
 */
import type {
  HeardReply,
  HostNetwork,
  HostState,
  InterfaceAddress,
  Link,
  LinkAddress,
  LinkSettings,
  Segment,
} from "../../../agent/host/host_network.ts";
import type { DatagramPort } from "../../../agent/socket/datagram_port.ts";
import type { ArpClaim } from "../../../core/neighbours/survey.ts";
import { macToBytes } from "../../../core/net/mod.ts";
import type { Nap, SimProcess } from "../engine/process.ts";
import { ALL, type Frame, type NetworkSegment, type Station } from "./segment.ts";
import { SimPort } from "./sim_port.ts";

/** The address of a broadcast. */
const EVERYBODY = 0xffffffff;

/** So often a host is asked for news, where it is not told of any: it tells of them at no other time. */
const ASKED_MS = 100;

/** An interface on a network. */
class Interface implements Station {
  readonly name: string;
  readonly mac: number;
  readonly segment: NetworkSegment;
  link: Link;
  /** Addresses that ARP questions are answered for, and by whom: by the agent, not by its kernel. */
  readonly answering = new Map<number, SimProcess>();
  readonly addresses = new Map<number, LinkAddress>();
  port: SimPort | undefined;
  #heard: { readonly claims: ArpClaim[]; readonly replies: HeardReply[] } | undefined;
  readonly #onNews: () => void;

  constructor(name: string, { link, mac, segment, onNews }: {
    readonly link: Link;
    readonly mac: number;
    readonly segment: NetworkSegment;
    /** Called when something is heard. */
    readonly onNews: () => void;
  }) {
    this.name = name;
    this.#onNews = onNews;
    this.link = link;
    this.mac = mac;
    this.segment = segment;
  }

  receive(frame: Frame): void {
    if (frame.kind === "arp") this.#arp(frame);
    else if (frame.port === 67) {
      // What is for another host's address goes no further than the kernel.
      if (frame.destination === EVERYBODY || this.addresses.has(frame.destination)) {
        this.port?.arrive(frame);
        this.#onNews();
      }
    } else if (frame.to === ALL && this.#heard !== undefined) {
      this.#heard.replies.push({ payload: frame.payload, mac: frame.from });
      this.#onNews();
    }
  }

  holds(address: number): boolean {
    return this.#answersFor(address)?.running === true;
  }

  listen(): Segment {
    const heard = { claims: [] as ArpClaim[], replies: [] as HeardReply[] };
    this.#heard = heard;
    return {
      claims: () => heard.claims.splice(0),
      replies: () => heard.replies.splice(0),
      close: () => {
        if (this.#heard === heard) this.#heard = undefined;
      },
    };
  }

  #arp({ what, address, from }: Frame & { readonly kind: "arp" }): void {
    if (what !== "asks") {
      if (this.#heard === undefined) return;
      this.#heard.claims.push({ address, mac: from, isAnswer: what === "answers" });
      this.#onNews();
    } else {
      this.#answersFor(address)?.deliver(() => {
        if (this.#answersFor(address) === undefined) return;
        this.segment.send(this, {
          kind: "arp",
          from: this.mac,
          to: from,
          address,
          what: "answers",
        });
      });
    }
  }

  #answersFor(address: number): SimProcess | undefined {
    return this.addresses.has(address) ? this.answering.get(address) : undefined;
  }
}

/** The network namespace of a pod: it outlives the process, but neither the pod nor its node. */
export class SimHost implements HostNetwork {
  readonly #name: string;
  readonly #interfaces = new Map<string, Interface>();
  #process: SimProcess | undefined;
  #nap: Nap | undefined;
  #hasNews = true;
  #changed = true;
  #nextIndex = 2;

  constructor(name: string) {
    this.#name = name;
  }

  /** The process that lives in it from now on. */
  set process(process: SimProcess) {
    this.#process = process;
    this.#nap = undefined;
    process.onDeath(() => {
      for (const one of this.#interfaces.values()) one.answering.clear();
    });
  }

  /** Attaches an interface to a network. */
  attach(name: string, { segment, mac }: {
    readonly segment: NetworkSegment;
    readonly mac: number;
  }): void {
    const link: Link = {
      name,
      index: this.#nextIndex++,
      mtu: 1_500,
      hardwareAddress: macToBytes(mac),
      up: true,
      alias: "",
      settings: { forwarding: 0, rpFilter: 0, acceptLocal: 0, arpIgnore: 0 },
    };
    const one = new Interface(this.#name, { link, mac, segment, onNews: () => this.#tell() });
    this.#interfaces.set(name, one);
    segment.join(one);
    this.#change();
  }

  /** Takes an interface away; with `isMadeAgain` another one of its name comes. */
  detach(name: string, isMadeAgain: boolean): void {
    const one = this.#interfaces.get(name);
    if (one === undefined) return;
    this.#interfaces.delete(name);
    one.segment.leave(one);
    one.port?.die("the interface is gone");
    this.#change();
    if (isMadeAgain) this.attach(name, { segment: one.segment, mac: one.mac });
  }

  /** Its interfaces, by name. */
  get stations(): ReadonlyMap<string, Station & { readonly segment: NetworkSegment }> {
    return this.#interfaces;
  }

  /** The pod is gone. */
  remove(): void {
    for (const name of [...this.#interfaces.keys()]) this.detach(name, false);
  }

  /** The agent's door to its sockets. */
  openPort(link: Link, onSent: (payload: Uint8Array) => void): DatagramPort {
    const one = this.#of(link);
    const process = this.#process;
    if (one === undefined || process === undefined) throw new Error(`No such device: ${link.name}`);
    if (one.port?.isClosed === false) one.port.die("opened again");
    const port = new SimPort(link, {
      process,
      holderOf: (address) => one.segment.holderOf(address),
      send: (frame) => {
        onSent(frame.payload);
        one.segment.send(one, { kind: "dhcp", from: one.mac, ...frame });
      },
    });
    one.port = port;
    return port;
  }

  read(): HostState {
    const all = [...this.#interfaces.values()];
    return {
      links: new Map(all.map(({ link }) => [link.name, link])),
      addresses: all.flatMap(({ addresses }) => [...addresses.values()]),
      gateways: [],
      hasDefaultRoute: true,
      rpFilterOfAll: 0,
    };
  }

  changed(): boolean {
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  news(ms: number, signal: AbortSignal): Promise<void> {
    const process = this.#process;
    if (process === undefined) throw new Error("Nobody is there to wait");
    const nap = process.nap(this.#hasNews ? Math.min(ms, ASKED_MS) : ms, signal);
    this.#hasNews = false;
    this.#nap = nap;
    return nap.over;
  }

  addAddress(link: Link, own: InterfaceAddress): void {
    this.#must(link).addresses.set(own.address, { index: link.index, ...own, ours: true });
    this.#change();
  }

  removeAddress(link: Link, { address }: InterfaceAddress): void {
    this.#of(link)?.addresses.delete(address);
    this.#change();
  }

  configure(link: Link, settings: Partial<LinkSettings>): void {
    const one = this.#must(link);
    one.link = { ...one.link, settings: { ...one.link.settings, ...settings } };
    this.#change();
  }

  describe(link: Link, alias: string): void {
    const one = this.#must(link);
    one.link = { ...one.link, alias };
    this.#change();
  }

  announce(link: Link, address: number): void {
    this.#arp(link, address, "announces");
  }

  probe(link: Link, address: number): void {
    this.#arp(link, address, "asks");
  }

  sendAsClient(link: Link, payload: Uint8Array): void {
    const one = this.#must(link);
    one.segment.send(one, {
      kind: "dhcp",
      from: one.mac,
      to: ALL,
      source: 0,
      destination: 0xffffffff,
      port: 67,
      payload,
    });
  }

  answerArp(link: Link, address: number): { close(): void } {
    const one = this.#must(link);
    const process = this.#process;
    if (process === undefined) throw new Error("Nobody is there to answer");
    one.answering.set(address, process);
    return { close: () => void one.answering.delete(address) };
  }

  listen(link: Link): Segment {
    this.#tell();
    return this.#must(link).listen();
  }

  [Symbol.dispose](): void {
    // The pod keeps it.
  }

  #change(): void {
    this.#changed = true;
    this.#tell();
  }

  /** Something is to be told when the host is asked next. */
  #tell(): void {
    const alarm = this.#nap?.alarm;
    if (alarm?.isOver === false) alarm.cutTo(ASKED_MS);
    else this.#hasNews = true;
  }

  #arp(link: Link, address: number, what: "asks" | "announces"): void {
    const one = this.#must(link);
    one.segment.send(one, { kind: "arp", from: one.mac, to: ALL, address, what });
  }

  #of(link: Link): Interface | undefined {
    const one = this.#interfaces.get(link.name);
    return one?.link.index === link.index ? one : undefined;
  }

  #must(link: Link): Interface {
    const one = this.#of(link);
    if (one === undefined) throw new Error(`No such device: ${link.name}`);
    return one;
  }
}
