/**
 * Whether another machine has the address that the agent answers from.
 *
 * @module
 */
import { errorText } from "../../core/error_text.ts";
import type { ArpClaim } from "../../core/neighbours/survey.ts";
import { formatMac } from "../../core/net/mod.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Logger } from "../../runtime/log.ts";
import type { HostNetwork, Link } from "./host_network.ts";

/** From one probe to the next while somebody answers, or did. */
const AGAIN_MS = 2_000;
/** From one probe to the next otherwise. */
const PROBE_MS = 10_000;
/**
 * Probes in a row that are answered before it is believed, and that are not before it is over: an agent that hands over has
 * the address for a moment, and a packet may be lost.
 */
const BELIEVED = 2;

/** What an {@linkcode AddressProbe} works with. */
interface AddressProbeContext {
  readonly host: Pick<HostNetwork, "probe">;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Where which address is asked for. */
interface ProbedAddress {
  readonly link: Link;
  /** Unsigned 32-bit number. */
  readonly address: number;
}

/** The probe that is out, and what was heard of it. */
interface Round {
  readonly index: number;
  readonly address: number;
  readonly sentAt: number;
  answer?: string;
}

/**
 * Asks the neighbours by ARP, again and again, for an address that this machine has (RFC 5227 section 2.4: passive defence
 * alone does not notice a machine that says nothing of its own).
 */
export class AddressProbe {
  readonly #context: AddressProbeContext;
  #round: Round | undefined;
  /** Probes in a row, to the last one that is over, that were answered, or were not. */
  #run = { answered: false, length: 0 };
  #owner: string | undefined;
  /** The failure that was logged last. */
  #complaint: string | undefined;

  constructor(context: AddressProbeContext) {
    this.#context = context;
  }

  /** The MAC address of another machine that has the address; probes when it is time to. */
  look(probed: ProbedAddress): string | undefined {
    const { link, address } = probed;
    if (this.#round?.index !== link.index || this.#round.address !== address) this.forget();
    const round = this.#round;
    const now = this.#context.clock.monotonic();
    if (round === undefined) {
      this.#send(probed, now);
    } else if (now - round.sentAt >= this.#wait(round)) {
      this.#conclude(round);
      this.#send(probed, now);
    }
    return this.#owner;
  }

  /** Forgets what was heard: the address is no longer this machine's. */
  forget(): void {
    this.#round = undefined;
    this.#run = { answered: false, length: 0 };
    this.#owner = undefined;
  }

  /** Another machine on the network says that an address is its own. */
  hear({ address, mac, isAnswer }: ArpClaim): void {
    const round = this.#round;
    if (isAnswer && round?.address === address) round.answer = formatMac(mac);
  }

  #wait({ answer }: Round): number {
    return answer === undefined && this.#owner === undefined ? PROBE_MS : AGAIN_MS;
  }

  #conclude({ answer }: Round): void {
    const answered = answer !== undefined;
    const before = this.#run;
    this.#run = { answered, length: before.answered === answered ? before.length + 1 : 1 };
    if (this.#run.length >= BELIEVED) this.#owner = answer;
  }

  #send({ link, address }: ProbedAddress, now: number): void {
    this.#round = { index: link.index, address, sentAt: now };
    try {
      this.#context.host.probe(link, address);
    } catch (error) {
      const message = errorText(error);
      if (message !== this.#complaint) {
        this.#context.log.warn("Cannot ask who else has the server address", {
          interface: link.name,
          error,
        });
      }
      this.#complaint = message;
    }
  }
}
