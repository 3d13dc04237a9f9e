/**
 * Whether an agent answers on one network though another one leads, or may lead by now: that one may not reach it, and nothing tells
 * it so.
 *
 * @module
 */
import type { ArpClaim } from "../../core/neighbours/survey.ts";
import { formatIPv4, macFromBytes } from "../../core/net/mod.ts";
import { NONE } from "../../core/record/entries.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Logger } from "../../runtime/log.ts";
import type { HostNetwork, Link } from "../host/host_network.ts";

/** The server's address is looked for as long as this after there was a reason: clients ask again after 4 and 8 s. */
const DOUBT_MS = 10_000;
/** From one question for it to the next; and where this agent answers clients, or is to as far as it knows. */
const PROBE_MS = 1_000;
const HASTY_PROBE_MS = 500;
/** Questions in a row without an answer before this agent answers clients, and with one before it no longer does. */
const BELIEVED = 3;
/**
 * The same where only machines with higher MAC addresses answer: of several agents that began to answer at once, all but the one with
 * the lowest are gone by then, so that they do not take turns in answering and in leaving it to each other.
 */
const BELIEVED_OF_HIGHER = 7;

/** What a {@linkcode StandIn} works with. */
interface StandInContext {
  readonly host: Pick<HostNetwork, "probe">;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Where which address is to be. */
interface ServerPlace {
  readonly link: Link;
  /** Unsigned 32-bit number. */
  readonly address: number;
}

/** The question that is out. */
interface Question {
  readonly index: number;
  readonly address: number;
  readonly askedAt: number;
  /** The lowest MAC address of those that answered. */
  answeredBy: number;
}

/**
 * Looks for the server's address by ARP while clients ask, or while this agent is in doubt whether it leads. Where nobody has it,
 * nobody answers: a link of the leader's node is cut, or the leader is gone and its Lease not yet over. Both sides of a network that
 * fell in two are answered so, from the same record.
 */
export class StandIn {
  readonly #context: StandInContext;
  #doubtedAt = -Infinity;
  #question: Question | undefined;
  /** Questions in a row, to the last one that is over, that were answered, or were not. */
  #run = { isAnswered: false, length: 0 };
  #stands = false;
  /** Whether it answers since it led. */
  #led = false;
  /** Whether it leads as far as it knows. */
  #mayLead = false;

  constructor(context: StandInContext) {
    this.#context = context;
  }

  /** Whether the network is to be listened to. */
  get doubts(): boolean {
    return this.#stands || this.#context.clock.monotonic() - this.#doubtedAt < DOUBT_MS;
  }

  /** Whether it answers. */
  get stands(): boolean {
    return this.#stands;
  }

  /** Nobody may answer: a client said something that this agent did not answer. */
  doubt(): void {
    this.#doubtedAt = this.#context.clock.monotonic();
  }

  /** This agent leads, as far as it knows: where nobody else does nobody answers, so it is not to take long. */
  doubtLead(): void {
    this.#mayLead = true;
    this.doubt();
  }

  /** Another machine on the network says that an address is its own. */
  hear({ address, mac, isAnswer }: ArpClaim): void {
    const question = this.#question;
    if (!isAnswer || question?.address !== address) return;
    const { answeredBy } = question;
    question.answeredBy = answeredBy === NONE ? mac : Math.min(answeredBy, mac);
  }

  /** Asks when it is time to; whether this agent is to answer. To be called only while the network is listened to. */
  look(place: ServerPlace): boolean {
    const now = this.#context.clock.monotonic();
    const { link, address } = place;
    const question = this.#question;
    if (question?.index !== link.index || question.address !== address) this.#begin();
    else if (now - question.askedAt < this.#probeMs) {
      return this.#stands;
    } else this.#conclude(question, macFromBytes(link.hardwareAddress));
    if (!this.doubts) this.#begin();
    else this.#ask(place, now);
    return this.#stands;
  }

  /** This agent leads and answers. Where it comes to doubt that it leads, it goes on until another machine has the server's address. */
  lead(): void {
    this.#begin();
    this.#stands = this.#led = true;
  }

  /** Another agent leads. */
  follow(): void {
    this.#mayLead = false;
    if (this.#led) this.forget();
  }

  /** Looks for nothing any more: this agent cannot answer. */
  forget(): void {
    this.#led = this.#mayLead = false;
    this.#doubtedAt = -Infinity;
    this.#begin();
    this.#stands = false;
  }

  get #probeMs(): number {
    return this.#stands || this.#mayLead ? HASTY_PROBE_MS : PROBE_MS;
  }

  #begin(): void {
    this.#question = undefined;
    this.#run = { isAnswered: false, length: 0 };
  }

  #conclude({ answeredBy, address }: Question, ownMac: number): void {
    const { log } = this.#context;
    const isAnswered = answeredBy !== NONE;
    const isSame = this.#run.isAnswered === isAnswered;
    this.#run = { isAnswered, length: isSame ? this.#run.length + 1 : 1 };
    const believed = this.#stands && answeredBy > ownMac ? BELIEVED_OF_HIGHER : BELIEVED;
    if (this.#run.length < believed || this.#stands !== isAnswered) return;
    this.#stands = !isAnswered;
    const keys = { address: formatIPv4(address) };
    if (this.#stands) {
      log.warn("Nobody has the server address: answering though another agent leads", keys);
    } else log.info("Another agent has the server address: standing by", keys);
  }

  #ask({ link, address }: ServerPlace, now: number): void {
    this.#question = { index: link.index, address, askedAt: now, answeredBy: NONE };
    try {
      this.#context.host.probe(link, address);
    } catch (error) {
      // What was not asked is no sign of anything.
      this.#begin();
      this.#context.log.debug("Cannot ask who has the server address", {
        interface: link.name,
        error,
      });
    }
  }
}
