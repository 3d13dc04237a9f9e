/**
 * Who answers ARP questions for the server's address: the agent, where it can, so that a machine that asks in many names fills no
 * table of the kernel's, which is one for all networks of the node; else the kernel, as ever.
 *
 * @module
 */
import { errorText } from "../../core/error_text.ts";
import { formatIPv4 } from "../../core/net/mod.ts";
import type { Logger } from "../../runtime/log.ts";
import type { HostNetwork, HostState, Link } from "./host_network.ts";
import { presentLink } from "./present_link.ts";

/** `arp_ignore`: the kernel answers for its addresses, or for none. */
const KERNEL = 0;
const NOBODY = 8;

/** What {@linkcode ArpAnswers} work with. */
interface ArpAnswersContext {
  readonly host: HostNetwork;
  readonly log: Logger;
  /** The kernel goes on answering: on a machine that has its interfaces for more than this. */
  readonly leaveToKernel: boolean;
}

interface Answering {
  readonly link: Link;
  readonly address: number;
  readonly responder: ReturnType<HostNetwork["answerArp"]>;
  failed: boolean;
}

/** Sees to it that somebody answers for one address on one interface. */
export class ArpAnswers {
  readonly #context: ArpAnswersContext;
  readonly #closing = new Set<Promise<void>>();
  #answering: Answering | undefined;
  /** The last state that was looked at, and for what: on the same one nothing is done twice. */
  #seen:
    | { readonly host: HostState; readonly link: Link; readonly address: number | undefined }
    | undefined;
  /** The kernel's way before. */
  #found = KERNEL;
  #complaint: string | undefined;

  constructor(context: ArpAnswersContext) {
    this.#context = context;
  }

  /** Has questions for `address` on `link` answered by the agent; without an address, leaves all to the kernel. */
  ensure(host: HostState, link: Link, address: number | undefined): void {
    if (this.#context.leaveToKernel) return;
    if (this.#answering !== undefined && this.#answering.link.index !== link.index) {
      this.leave(host);
    }
    const seen = this.#seen;
    if (this.#answering?.failed !== true && seen?.host === host && seen.address === address) return;
    this.#seen = { host, link, address };
    // Whoever else has an address there relies on the kernel's answers.
    const isAlone = host.addresses.every((one) =>
      one.index !== link.index || one.ours || one.address === address
    );
    if (address === undefined || !isAlone) {
      this.#leaveToKernel(link);
      return;
    }
    try {
      this.#answer(link, address);
      if (link.settings.arpIgnore !== NOBODY) {
        this.#found = link.settings.arpIgnore;
        this.#context.host.configure(link, { arpIgnore: NOBODY });
      }
    } catch (error) {
      this.#complain(link, error);
      this.#leaveToKernel(link);
    }
  }

  /** Leaves all to the kernel, and closes what it has. */
  leave(host: HostState): void {
    const link = presentLink(host, this.#answering?.link ?? this.#seen?.link);
    if (link === undefined) this.#stop();
    else this.#leaveToKernel(link);
    this.#seen = undefined;
  }

  /** Resolves when everything is given back. */
  async closed(): Promise<void> {
    await Promise.all(this.#closing);
  }

  /** First somebody answers, then the kernel does no more. */
  #answer(link: Link, address: number): void {
    const before = this.#answering;
    if (before !== undefined && !before.failed && isSame(before, link, address)) return;
    const { host, log } = this.#context;
    const answering: Answering = {
      link,
      address,
      failed: false,
      responder: host.answerArp(link, address, (error) => {
        answering.failed = true;
        this.#complain(link, error);
        if (this.#answering === answering) this.#leaveToKernel(link);
      }),
    };
    this.#stop();
    this.#answering = answering;
    this.#complaint = undefined;
    log.debug("Answering ARP", { interface: link.name, address: formatIPv4(address) });
  }

  /** First the kernel answers, then nobody else does; also after an agent that had no time for it. */
  #leaveToKernel(link: Link): void {
    const wasAnswering = this.#answering?.link.index === link.index;
    if (wasAnswering || link.settings.arpIgnore === NOBODY) {
      try {
        this.#context.host.configure(link, { arpIgnore: this.#found });
      } catch (error) {
        this.#complain(link, error);
      }
    }
    this.#stop();
  }

  #stop(): void {
    if (this.#answering === undefined) return;
    const closing = Promise.resolve(this.#answering.responder.close()).finally(() =>
      this.#closing.delete(closing)
    );
    this.#closing.add(closing);
    this.#answering = undefined;
  }

  #complain(link: Link, error: unknown): void {
    const message = errorText(error);
    if (message === this.#complaint) return;
    this.#complaint = message;
    this.#context.log.warn("The kernel answers ARP for the server, the agent cannot", {
      interface: link.name,
      error,
    });
  }
}

/** Whether what is answered is still true: a bridge takes another MAC address with its ports. */
function isSame(one: Answering, link: Link, address: number): boolean {
  return one.address === address && one.link.index === link.index &&
    one.link.hardwareAddress.every((octet, at) => octet === link.hardwareAddress[at]);
}
