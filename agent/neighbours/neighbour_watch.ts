/**
 * Who else is on a network: looks into declined addresses, goes through the free part of the range, and hears other DHCP
 * servers.
 *
 * @module
 */
import type { ForeignServerReport, PoolReport } from "../../core/api/agent/agent_report.ts";
import { sameJson } from "../../core/api/same_json.ts";
import type { ConflictDetection, IPPool } from "../../core/api/types.ts";
import type { ServedNetwork } from "../../core/dhcp/mod.ts";
import { errorText } from "../../core/error_text.ts";
import { LastSpec } from "../../core/ipam/pool/last_spec.ts";
import {
  DeclineChecks,
  type DeclineConclusion,
  type Declined,
} from "../../core/neighbours/decline_checks.ts";
import {
  discoverOf,
  ForeignServers,
  randomLocalMac,
  serverOfReply,
} from "../../core/neighbours/foreign_servers.ts";
import { formatAddresses } from "../../core/api/agent/address_words.ts";
import { QuestionBudget } from "../../core/neighbours/question_budget.ts";
import { type ArpClaim, Survey } from "../../core/neighbours/survey.ts";
import { surveyGround } from "../../core/neighbours/survey_ground.ts";
import { formatIPv4, formatMac, macFromBytes } from "../../core/net/mod.ts";
import { NONE } from "../../core/record/entries.ts";
import type { Clock, Random } from "../../runtime/clock.ts";
import type { Logger } from "../../runtime/log.ts";
import type { HostNetwork, Link, Segment } from "../host/host_network.ts";
import { DeclinedAddresses } from "../report/declined_addresses.ts";

/** After listening failed, it is tried again. */
const LISTEN_AGAIN_MS = 1_000;
/** Kept for the question who else has the server's address. */
const RESERVED_QUESTIONS = 1;
/** From one report of addresses in use to the next: each of them makes the controller write the pool. */
const REPORT_MS = 5_000;
/** What no server has for its identifier. */
const BROADCAST = 0xffffffff;
const MAC_HALF = 0x100_0000;

/** What a {@linkcode NeighbourWatch} works with. */
interface NeighbourWatchContext {
  readonly host: HostNetwork;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Called for what other machines say by ARP. */
  readonly onClaim: (claim: ArpClaim) => void;
  /** Called when the report changed. */
  readonly wake: () => void;
}

/** The network that is watched. */
export interface Watched {
  readonly link: Link;
  readonly network: ServedNetwork;
  /** What `network` was made from. */
  readonly pool: IPPool;
  /** The MAC addresses of this machine. */
  readonly own: ReadonlySet<number>;
  /** Only what others say of themselves is heard: nothing is looked into. */
  readonly listensOnly?: boolean;
}

/** One life of the watch: on one interface, as one leader, in one mode. */
interface Watch {
  readonly mode: ConflictDetection;
  readonly survey: Survey;
  readonly checks: DeclineChecks;
  readonly servers: ForeignServers;
}

/** What was found in use, as it is reported; `at`: since when. */
const NOBODY = { changes: 0, text: "", at: -Infinity };

/** Numbers for the metrics. */
export interface NeighbourFigures {
  /** ARP questions asked. */
  readonly questions: number;
  /** Declined addresses, by what became of them. */
  readonly declines: ReadonlyMap<string, number>;
  /** Free addresses that somebody else has. */
  readonly inUse: number;
  /** Other DHCP servers. */
  readonly foreignServers: number;
}

/** Watches one network while its agent leads. */
export class NeighbourWatch {
  readonly budget: QuestionBudget = new QuestionBudget();
  readonly #context: NeighbourWatchContext;
  readonly #declined = new DeclinedAddresses();
  readonly #declines = new Map<string, number>();
  /** Addresses whose decline was logged -> the client that has them. */
  readonly #told = new Map<number, number>();
  #watched: Watched | undefined;
  #watch: Watch | undefined;
  #segment: Segment | undefined;
  readonly #closing = new Set<Promise<void>>();
  #listenAgainAt = -Infinity;
  #pool: IPPool | undefined;
  readonly #spec = new LastSpec();
  #questions = 0;
  #inUse = NOBODY;
  #servers: readonly ForeignServerReport[] | undefined;
  #doubted = 0;
  /** The failure that was logged last. */
  #complaint: string | undefined;

  constructor(context: NeighbourWatchContext) {
    this.#context = context;
  }

  /** What is to be watched from now on. */
  follow(watched: Watched): void {
    const { link, pool, listensOnly = false } = watched;
    const mode = listensOnly ? "off" : pool.spec.ipv4Config.conflictDetection ?? "active";
    const { link: before } = this.#watched ?? {};
    if (before?.index !== link.index || this.#watch?.mode !== mode) {
      this.stop();
      const asks = mode === "active";
      this.#watch = {
        mode,
        survey: new Survey({ asks }),
        checks: new DeclineChecks({ asks }),
        servers: new ForeignServers(this.#context.random),
      };
    } else if (!hasSameAddress(before, link)) this.#watch.survey.beginAnew();
    this.#watched = watched;
    this.#listens(link, this.#context.clock.monotonic());
    if (this.#pool === pool) return;
    this.#pool = pool;
    this.#forgetTold(watched.network);
    const { network } = this.#spec.read(pool);
    if (!network.ok) return;
    this.#watch.survey.setGround(surveyGround(network.value, pool.status?.ipv4 ?? {}));
  }

  /** Watches nothing any more, and forgets what was heard. */
  stop(): void {
    this.#unlisten(-Infinity);
    this.#watched = undefined;
    this.#watch = undefined;
    this.#pool = undefined;
    this.#servers = undefined;
    this.#inUse = NOBODY;
    this.#doubted = 0;
  }

  /** Resolves when everything is given back. */
  async closed(): Promise<void> {
    await Promise.all(this.#closing);
  }

  /** A client declined its address, or somebody did in its name. */
  declined(declined: Declined): void {
    const { address, mac } = declined;
    if (this.#told.get(address) !== mac) {
      this.#told.set(address, mac);
      this.#context.log.warn("A client declined its address", {
        macAddress: formatMac(mac),
        address: formatIPv4(address),
      });
    }
    const watch = this.#watch;
    const isNew = watch !== undefined && watch.mode !== "off" &&
      watch.checks.add(declined, this.#context.clock.monotonic());
    if (!isNew) this.#count("not_checked");
  }

  /** A client named another DHCP server. */
  namedServer(address: number): void {
    if (address === 0 || address === BROADCAST) return;
    this.#heardServer(address, NONE);
  }

  /** Whether the network is heard, so that an answer to a question would be. */
  get hears(): boolean {
    return this.#segment !== undefined;
  }

  /**
   * Hears what there is, and asks what there is to ask. Whether it wants another turn soon, also where nothing is heard until then.
   * Never throws, never waits.
   */
  turn(): boolean {
    const watched = this.#watched;
    if (watched === undefined) return false;
    const now = this.#context.clock.monotonic();
    if (!this.#listens(watched.link, now)) return true;
    try {
      this.#hear(now);
    } catch (error) {
      this.#complain(error);
      this.#unlisten(now);
    }
    const watch = this.#watch;
    if (watch === undefined || watch.mode === "off") return false;
    this.#conclude(watch, now);
    try {
      this.#ask(watch, watched, now);
      this.#askServers(watch, watched, now);
    } catch (error) {
      this.#complain(error); // What was not asked is not answered, and asked again.
    }
    this.#noteChanges(watch, now);
    return watch.checks.isBusy || watch.survey.isBusy(now) || watch.servers.isNew ||
      watch.survey.changes !== this.#inUse.changes;
  }

  /** What is reported at `now`, milliseconds since the epoch. */
  report(now: number): Pick<PoolReport, "declined" | "inUse" | "foreignServers"> {
    const declined = this.#declined.list(now);
    return {
      ...(declined.length === 0 ? {} : { declined }),
      ...(this.#inUse.text === "" ? {} : { inUse: this.#inUse.text }),
      ...(this.#servers === undefined ? {} : { foreignServers: this.#servers }),
    };
  }

  /** Numbers for the metrics. */
  get figures(): NeighbourFigures {
    return {
      questions: this.#questions,
      declines: this.#declines,
      inUse: this.#watch?.survey.size ?? 0,
      foreignServers: this.#servers?.length ?? 0,
    };
  }

  /** Whether the network is heard now. */
  #listens(link: Link, now: number): boolean {
    if (this.#segment !== undefined) return true;
    if (now < this.#listenAgainAt) return false;
    try {
      this.#segment = this.#context.host.listen(link);
    } catch (error) {
      this.#complain(error);
      this.#listenAgainAt = now + LISTEN_AGAIN_MS;
    }
    return this.#segment !== undefined;
  }

  #hear(now: number): void {
    const own = this.#watched?.own;
    const watch = this.#watch?.mode === "off" ? undefined : this.#watch;
    for (const claim of this.#segment?.claims() ?? []) {
      if (own?.has(claim.mac) === true) continue;
      this.#context.onClaim(claim);
      watch?.checks.hear(claim, now);
      watch?.survey.hear(claim, now);
    }
    for (const { payload, mac } of this.#segment?.replies() ?? []) {
      const server = serverOfReply(payload);
      if (server !== NONE && own?.has(mac) !== true) this.#heardServer(server, mac);
    }
  }

  #heardServer(address: number, mac: number): void {
    const { network } = this.#watched ?? {};
    if (network === undefined || network.isServer(address)) return;
    if (this.#watch?.mode !== "off") this.#watch?.servers.hear({ address, mac });
  }

  #conclude({ checks }: Watch, now: number): void {
    for (const conclusion of checks.conclude(now)) {
      this.#count(conclusion.result);
      if (conclusion.result === "confirmed") this.#confirm(conclusion);
    }
  }

  #confirm({ address, mac, usedBy }: DeclineConclusion): void {
    const { clock, log, wake } = this.#context;
    this.#declined.add({ address, mac, usedBy }, clock.now());
    log.warn("A declined address is used by another machine", {
      address: formatIPv4(address),
      macAddress: formatMac(mac),
      usedBy: formatMac(usedBy),
    });
    wake();
  }

  /** Declined addresses come first: a client waits. */
  #ask({ checks, survey }: Watch, { link }: Watched, now: number): void {
    for (let left = this.budget.left(now) - RESERVED_QUESTIONS; left > 0; left--) {
      const declined = checks.next(now);
      const address = declined === NONE ? survey.next(now) : declined;
      if (address === NONE) return;
      this.#questions++;
      this.budget.spend(now);
      this.#context.host.probe(link, address);
    }
  }

  #askServers({ mode, servers }: Watch, { link }: Watched, now: number): void {
    if (!servers.isDue(now) || mode !== "active") return;
    const { random, host } = this.#context;
    host.sendAsClient(link, discoverOf(randomLocalMac(random), random));
  }

  /** Brings the report up to date. */
  #noteChanges({ survey, servers }: Watch, now: number): void {
    const list = servers.list(now)?.map(({ address, mac }) => ({
      address: formatIPv4(address),
      ...(mac === NONE ? {} : { macAddress: formatMac(mac) }),
    }));
    const isOther = !sameJson(list, this.#servers);
    const isDue = survey.changes !== this.#inUse.changes && now - this.#inUse.at >= REPORT_MS;
    this.#servers = list;
    if (isDue) {
      const found = [...survey.found()].sort(([a], [b]) => a - b);
      this.#inUse = { changes: survey.changes, text: formatAddresses(found), at: now };
    }
    if (survey.doubted.size > this.#doubted) this.#tellDoubted(survey.doubted);
    if (isOther || isDue) this.#context.wake();
  }

  #tellDoubted(doubted: ReadonlySet<number>): void {
    this.#doubted = doubted.size;
    const macAddresses = [...doubted].map(formatMac);
    this.#context.log.warn("Machines answer for too many addresses to be believed", {
      macAddresses,
    });
  }

  /** A client that has another address now may be told of again. */
  #forgetTold({ leases }: ServedNetwork): void {
    for (const [address, mac] of this.#told) {
      const slot = leases.slotOf(Math.floor(mac / MAC_HALF), mac % MAC_HALF);
      if (leases.addressAt(slot) !== address) this.#told.delete(address);
    }
  }

  /** Listens no more, and again after `now`. */
  #unlisten(now: number): void {
    this.#listenAgainAt = now + LISTEN_AGAIN_MS;
    if (this.#segment === undefined) return;
    const closing = Promise.resolve(this.#segment.close()).finally(() =>
      this.#closing.delete(closing)
    );
    this.#closing.add(closing);
    this.#segment = undefined;
  }

  #count(result: string): void {
    this.#declines.set(result, (this.#declines.get(result) ?? 0) + 1);
  }

  /** Says once what keeps it from hearing or asking. */
  #complain(error: unknown): void {
    const message = errorText(error);
    if (message === this.#complaint) return;
    this.#complaint = message;
    this.#context.log.warn("Cannot tell who else is on the network", { error });
  }
}

/** Whether what was asked before is still answered to the interface: a bridge takes another MAC address with its ports. */
function hasSameAddress(before: Link, now: Link): boolean {
  return macFromBytes(before.hardwareAddress) === macFromBytes(now.hardwareAddress);
}
