/**
 * One network of the agent: an IPPool on an interface, from socket to report.
 *
 * @module
 */
import { formatAddresses } from "../../core/api/agent/address_words.ts";
import type { PoolReport } from "../../core/api/agent/agent_report.ts";
import type { Responder, ServedNetwork } from "../../core/dhcp/mod.ts";
import { errorText } from "../../core/error_text.ts";
import { formatCidr, formatIPv4 } from "../../core/net/mod.ts";
import type { Clock, Random } from "../../runtime/clock.ts";
import type { LineBound } from "../../runtime/line_bound.ts";
import type { Logger } from "../../runtime/log.ts";
import type { Tracing } from "../../runtime/tracing.ts";
import { AddressProbe } from "../host/address_probe.ts";
import type { OpenPort } from "../socket/datagram_port.ts";
import {
  type NeighbourFigures,
  NeighbourWatch,
  type Watched,
} from "../neighbours/neighbour_watch.ts";
import { ownMacs } from "../neighbours/own_macs.ts";
import type { HostNetwork, HostState, Link } from "../host/host_network.ts";
import { ArpAnswers } from "../host/arp_answers.ts";
import { LinkAlias } from "../host/link_alias.ts";
import { LinkPrecautions } from "../host/link_precautions.ts";
import { type NeededAddress, neededProblem } from "../host/needed_addresses.ts";
import { HeardMemory } from "../heard/heard_memory.ts";
import type { PacketWatchers } from "../heard/packet_watchers.ts";
import type { AnswerTimes } from "../socket/answer_times.ts";
import { PacketCounters } from "../socket/packet_counters.ts";
import { type PacketContext, servePackets } from "../socket/packet_loop.ts";
import { DEAF } from "../report/hears_more.ts";
import { FirstAcks } from "./first_acks.ts";
import { LeftOutOptions } from "./left_out.ts";
import { PoolCompiler } from "./pool_compiler.ts";
import type { PoolView } from "./pool_watch.ts";
import { PortKeeper } from "../socket/port_keeper.ts";
import { ServerAddress } from "../host/server_address.ts";
import { StandIn } from "./stand_in.ts";
import { Succession } from "./succession.ts";
import type { AgentNetwork } from "../types.ts";

/** What all networks of an agent share. */
export interface PoolServerContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly openPort: OpenPort;
  readonly host: HostNetwork;
  readonly responder: Responder;
  /** Name of this agent's pod, as the record names who answers; unset: it is never named. */
  readonly pod?: string | undefined;
  /** Name of its Deployment; unset: the record names none of its other pods. */
  readonly deployment?: string | undefined;
  /** Counts how long answers take. */
  readonly times: AnswerTimes;
  readonly dryRun: boolean;
  /** Bounds what a dry run tells of packets. */
  readonly dryRunLines: LineBound;
  /** Addresses that the process needs itself. */
  readonly needed: () => readonly NeededAddress[];
  /** Names of the interfaces that are served. */
  readonly served: () => ReadonlySet<string>;
  /** The machine routes for its networks, and goes on to. */
  readonly keepForwarding: boolean;
  /** Who watches packets as they come. */
  readonly watchers: PacketWatchers;
  /** Where new leases are told; unset: nowhere. */
  readonly tracing?: Tracing | undefined;
  /** Asks for {@linkcode PoolServer.reconcile}. */
  readonly wake: () => void;
}

/** What {@linkcode PoolServer.reconcile} looks at. */
export interface PoolServerInput {
  readonly network: AgentNetwork;
  readonly host: HostState;
  readonly view: PoolView;
  readonly leading: boolean;
  /** Whether another agent may lead by now, of which this one would not hear. */
  readonly doubtful?: boolean;
}

/** Not being served for these needs no warning. */
const EXPECTED: ReadonlySet<PoolReport["reason"]> = new Set(["NotSynced", "Paused"]);

/** The state that was found: what is reported of it, and what it means for the server address. */
interface Outcome {
  readonly report: Pick<PoolReport, "ready" | "reason" | "message">;
  /** `remove` where it is silent and could be asked by ARP: who finds the address here lets no other agent answer. */
  readonly address: "remove" | "keep";
  /** What is answered from; absent: silence. */
  readonly network?: ServedNetwork;
  /** It stays so until somebody writes another pool. */
  readonly refused?: boolean;
  /** Whose neighbours are looked for; absent: nobody's. */
  readonly watched?: Watched;
}

/** Where it is served. */
interface Ground {
  /** Its interface, where there is one. */
  readonly link: Link | undefined;
  /** What an operator should know about it. */
  readonly precaution: string | undefined;
}

/** Serves one network. Nothing that happens to it is felt by another. */
export class PoolServer {
  readonly counters: PacketCounters;
  /** What was last heard of each client. */
  readonly heard: HeardMemory;
  readonly #context: PoolServerContext;
  readonly #log: Logger;
  readonly #port: PortKeeper;
  readonly #address: ServerAddress;
  readonly #precautions: LinkPrecautions;
  readonly #alias: LinkAlias;
  readonly #arp: ArpAnswers;
  readonly #probe: AddressProbe;
  readonly #standIn: StandIn;
  readonly #succession: Succession;
  readonly #neighbours: NeighbourWatch;
  readonly #compiler: PoolCompiler;
  readonly #packets: PacketContext;
  readonly #leftOut: LeftOutOptions;
  readonly #firstAcks: FirstAcks | undefined;
  #report: Outcome["report"] = { ready: false, reason: "NotSynced", message: "Not looked at yet" };
  #resourceVersion: string | undefined;
  #lost: string | undefined;
  #refused = false;
  /** It left its network to another machine that has the server address, for as long as another agent is to serve it. */
  #gaveWay = false;
  #stopped = false;

  constructor(pool: string, context: PoolServerContext) {
    const { clock, random, responder, times, dryRun, dryRunLines, tracing, wake } = context;
    const log = context.log.with({ ippool: pool });
    this.#context = context;
    this.#log = log;
    this.counters = new PacketCounters({ dryRun });
    this.heard = new HeardMemory({ pool, dryRun });
    this.#leftOut = new LeftOutOptions(wake);
    const firstAcks = tracing && new FirstAcks({ pool, clock, tracing });
    this.#firstAcks = firstAcks;
    this.#packets = {
      pool,
      network: undefined,
      responder,
      clock,
      log,
      counters: this.counters,
      heard: this.heard,
      watchers: context.watchers,
      times,
      dryRun,
      dryRunLines,
      onLeftOut: (code) => this.#leftOut.add(code),
      onAcknowledged: firstAcks && ((mac, address) => firstAcks.acknowledged(mac, address)),
      onDeclined: (declined) => this.#neighbours.declined(declined),
      onSilence: () => this.#standIn.doubt(),
      onOtherServer: (address) => this.#neighbours.namedServer(address),
    };
    this.#port = new PortKeeper({
      clock,
      random,
      log,
      open: context.openPort,
      serve: (port) => servePackets(port, this.#packets),
      onChange: wake,
    });
    const { host, keepForwarding } = context;
    this.#address = new ServerAddress({ host, log });
    this.#precautions = new LinkPrecautions({ host, log, keepForwarding });
    this.#alias = new LinkAlias(pool, { host, log });
    this.#arp = new ArpAnswers({ host, log, leaveToKernel: keepForwarding || dryRun });
    this.#neighbours = new NeighbourWatch({
      host,
      clock,
      random,
      log,
      onClaim: (claim) => {
        this.#probe.hear(claim);
        this.#standIn.hear(claim);
      },
      wake,
    });
    const asking = {
      clock,
      log,
      host: {
        probe: (link: Link, address: number) => {
          this.#neighbours.budget.spend(clock.monotonic());
          host.probe(link, address);
        },
      },
    };
    this.#probe = new AddressProbe(asking);
    this.#standIn = new StandIn(asking);
    this.#succession = new Succession(context);
    this.#compiler = new PoolCompiler((problems) =>
      log.warn("Values of the pool cannot be used", { problems })
    );
  }

  /** What is answered from now; `undefined` while silent. */
  get network(): ServedNetwork | undefined {
    return this.#packets.network;
  }

  /** Whether the pool asks for what it cannot have: the agent is as ready as it will be. */
  get refused(): boolean {
    return this.#refused;
  }

  /** How often its socket was opened. */
  get opened(): number {
    return this.#port.opened;
  }

  /** Packets that its socket dropped before they were read. */
  get unread(): number {
    return this.#port.unread;
  }

  /** Its state at `now`, but for the interface's name. */
  report(now: number): Omit<PoolReport, "interfaceName"> {
    return {
      ...this.#report,
      ...(this.#resourceVersion === undefined ? {} : { resourceVersion: this.#resourceVersion }),
      ...(this.#lost === undefined ? {} : { lost: this.#lost }),
      ...this.#neighbours.report(now),
    };
  }

  /** What is known of who else is on the network. */
  get neighbours(): NeighbourFigures {
    return this.#neighbours.figures;
  }

  /** Hears the network, and asks what there is to ask. Whether there will be more to ask soon. */
  turn(): boolean {
    return this.#neighbours.turn();
  }

  /** Makes socket, address and answers what they are to be now. */
  reconcile(input: PoolServerInput): void {
    if (this.#stopped) return;
    const { network, host, view } = input;
    const link = network.problem === undefined ? host.links.get(network.interfaceName) : undefined;
    if (!this.#context.dryRun) this.#address.leave(host, link);
    if (!this.#context.dryRun) this.#alias.ensure(host, link);
    const precaution = this.#context.dryRun ? undefined : this.#precautions.ensure(host, link);
    const outcome = this.#decide(input, { link, precaution });
    if (outcome.address === "remove" && link !== undefined && !this.#context.dryRun) {
      this.#address.ensure(host, { link });
    }
    if (link === undefined) this.#arp.leave(host);
    else {this.#arp.ensure(
        host,
        link,
        outcome.address === "keep" ? outcome.watched?.network.serverAddress : undefined,
      );}
    if (outcome.network === undefined) this.#probe.forget();
    if (outcome.watched === undefined) {
      this.#neighbours.stop();
      this.#standIn.forget();
    } else this.#neighbours.follow(outcome.watched);
    this.#packets.network = outcome.network;
    const isDeaf = DEAF.has(outcome.report.reason);
    const isHeard = (input.leading || this.#standIn.stands) && !isDeaf;
    this.heard.hear(isHeard, this.#context.clock.now());
    this.#firstAcks?.serve(outcome.network);
    this.#resourceVersion = view.pool?.metadata.resourceVersion;
    this.#lost = view.lost && formatAddresses(view.lost);
    this.#refused = outcome.refused === true;
    this.#note(outcome.report, network.interfaceName);
  }

  /** Goes silent and removes the address at once. Resolves when the socket is closed, too. */
  async stop(host: HostState): Promise<void> {
    this.#stopped = true;
    this.#packets.network = undefined;
    this.heard.hear(false, this.#context.clock.now());
    this.#arp.leave(host);
    this.#address.leave(host, undefined);
    this.#precautions.leave(host);
    this.#alias.leave(host);
    this.#neighbours.stop();
    await Promise.all([this.#port.close(), this.#neighbours.closed(), this.#arp.closed()]);
  }

  /** A fault in one network stays in it. */
  #decide(input: PoolServerInput, on: Ground): Outcome {
    try {
      return this.#outcome(input, on);
    } catch (error) {
      this.#log.error("Cannot serve the pool", { error });
      return notToServe("InvalidPool", `Cannot serve the pool: ${errorText(error)}`);
    }
  }

  /** The first thing that keeps the pool from being served, or that nothing does. */
  #outcome(
    { network, host, view, leading, doubtful = false }: PoolServerInput,
    { link, precaution }: Ground,
  ): Outcome {
    const heir = this.#succession.heir(view.pool, leading);
    if (link === undefined) {
      this.#port.release();
      return notNow(
        "InterfaceMissing",
        network.problem ?? `Interface ${network.interfaceName} does not exist`,
      );
    }
    const closed = this.#port.ensure(link);
    if (!link.up) return notNow("InterfaceMissing", `Interface ${link.name} is down`);
    if (closed !== undefined) {
      return notToServe("SocketFailed", `No socket on ${link.name}: ${closed}`);
    }
    if (!view.synced) return notToServe("NotSynced", "The API server has not answered yet");
    if (view.pool === undefined) return notToServe("PoolNotFound", "The IPPool does not exist");
    if (view.pool.spec?.paused === true) return notToServe("Paused", "spec.paused is true");
    const { served, problems } = this.#compiler.compile(view.pool, {
      mtu: link.mtu,
      remembered: view.note !== undefined,
    });
    if (served === undefined) return notToServe("InvalidPool", problems);
    const server = formatIPv4(served.serverAddress);
    const where = `${formatCidr(served.cidr)} from ${server} on ${link.name}`;
    const problem = neededProblem(served.serverAddress, {
      host,
      link,
      needed: this.#context.needed(),
      served: this.#context.served(),
    });
    if (problem !== undefined) return { ...notToServe("AddressMissing", problem), refused: true };
    const notes = [
      view.note,
      precaution,
      problems === "" ? undefined : `left out: ${problems}`,
      this.#leftOut.noteOf(served),
    ];
    if (this.#context.dryRun) {
      return { ...standby("Dry run: would answer", where, notes), network: served };
    }
    this.#gaveWay &&= heir !== undefined;
    const leaving = `Leaves to ${heir} to answer`;
    if (this.#gaveWay && heir !== "another agent") return standby(leaving, where, notes);
    const watched = { link, network: served, pool: view.pool, own: ownMacs(host) };
    const mayLead = leading && !this.#gaveWay;
    const leads = mayLead && !doubtful;
    if (leads) this.#standIn.lead();
    else if (mayLead) this.#standIn.doubtLead();
    else this.#standIn.follow();
    if (!leads && !this.#standsIn(watched)) {
      const outcome = standby("Standing by to answer", where, notes);
      return this.#standIn.doubts
        ? { ...outcome, watched: { ...watched, listensOnly: true } }
        : outcome;
    }
    const wanted = { cidr: served.cidr, address: served.serverAddress };
    const address = this.#address.ensure(host, { link, wanted });
    if (!address.present) {
      return notNow("AddressMissing", `${server} is not on ${link.name}: ${address.note}`);
    }
    const owner = this.#neighbours.hears
      ? this.#probe.look({ link, address: served.serverAddress })
      : undefined;
    const shared = owner && `another machine, ${owner}, has ${server} too`;
    if (shared !== undefined && heir !== undefined) {
      this.#gaveWay = true;
      return standby(leaving, where, [shared, ...notes]);
    }
    const instead = mayLead ? "" : " in place of the agent that leads, whom nobody here hears,";
    const message = sentence(`Answering${instead} ${where}`, [shared, ...notes]);
    const reason = shared === undefined ? "Serving" : "AddressInUse";
    return {
      report: { ready: reason === "Serving", reason, message },
      address: "keep",
      network: served,
      watched,
    };
  }

  /** Whether it answers though another agent leads, or may by now: nobody answers for the server address here. */
  #standsIn({ link, network: { serverAddress: address } }: Watched): boolean {
    return this.#neighbours.hears ? this.#standIn.look({ link, address }) : this.#standIn.stands;
  }

  /** Keeps what is reported, and logs it where it changed. */
  #note(report: Outcome["report"], interfaceName: string): void {
    const { ready, reason, message } = report;
    const changed = reason !== this.#report.reason || message !== this.#report.message;
    this.#report = report;
    if (!changed) return;
    const keys = { reason, state: message, interface: interfaceName };
    if (ready || EXPECTED.has(reason)) this.#log.info("State of the pool", keys);
    else this.#log.warn("State of the pool", keys);
  }
}

/** Not served now, for what its interface lacks: nobody finds its address there. */
function notNow(reason: PoolReport["reason"], message: string): Outcome {
  return { report: { ready: false, reason, message }, address: "keep" };
}

/** Not to be served, and nobody is to find its address here. */
function notToServe(reason: PoolReport["reason"], message: string): Outcome {
  return { report: { ready: false, reason, message }, address: "remove" };
}

function standby(what: string, where: string, notes: readonly (string | undefined)[]): Outcome {
  const message = sentence(`${what} ${where}`, notes);
  return { report: { ready: true, reason: "Standby", message }, address: "remove" };
}

function sentence(text: string, notes: readonly (string | undefined)[]): string {
  return [text, ...notes.filter((note) => note !== undefined)].join("; ");
}
