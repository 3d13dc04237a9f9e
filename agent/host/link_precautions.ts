/**
 * What an interface to somebody's network must not do while it is served: hand that network's packets on to another one, or
 * keep its clients from being heard.
 *
 * @module
 */
import { errorText } from "../../core/error_text.ts";
import type { Logger } from "../../runtime/log.ts";
import type { HostNetwork, HostState, Link, LinkSettings } from "./host_network.ts";
import { presentLink } from "./present_link.ts";

/** Values of `rp_filter`. */
const ANY_SOURCE = 0;
const STRICT = 1;
const LOOSE = 2;

type Name = keyof LinkSettings;

/** What {@linkcode LinkPrecautions} work with. */
interface LinkPrecautionsContext {
  readonly host: HostNetwork;
  readonly log: Logger;
  /** The machine routes for its networks, and goes on to. */
  readonly keepForwarding: boolean;
}

/**
 * Keeps the settings of one interface as they must be, also where somebody changes them back, and puts back what it found
 * when it leaves.
 */
export class LinkPrecautions {
  readonly #context: LinkPrecautionsContext;
  #link: Link | undefined;
  /** What was found, of what was changed. */
  #found: Partial<Record<Name, number>> = {};
  /** The last state that was looked at: on the same one nothing is done twice. */
  #seen: { readonly host: HostState; readonly note: string | undefined } | undefined;
  /** The failure that was logged last: it is tried again all the time, and told once. */
  #complaint: string | undefined;

  constructor(context: LinkPrecautionsContext) {
    this.#context = context;
  }

  /** Makes the settings of `link` what they must be, those of an interface before it what they were. Answers what an operator should know. */
  ensure(host: HostState, link: Link | undefined): string | undefined {
    if (this.#link?.index !== link?.index) this.leave(host);
    if (link === undefined) return undefined;
    if (this.#seen?.host === host) return this.#seen.note;
    this.#link = link;
    const note = [
      this.#context.keepForwarding ? undefined : this.#keep(link, "forwarding", 0),
      this.#hearClients(host, link),
    ].filter((text) => text !== undefined).join("; ");
    this.#seen = { host, note: note === "" ? undefined : note };
    return this.#seen.note;
  }

  /** Puts back what was found. */
  leave(host: HostState): void {
    const link = this.#link;
    const found = this.#found;
    this.#link = undefined;
    this.#found = {};
    this.#seen = undefined;
    const present = presentLink(host, link);
    if (present !== undefined && Object.keys(found).length > 0) this.#change(present, found);
  }

  /**
   * A client that renews by unicast is heard only where `rp_filter` lets it. There is no route to its network, and must be
   * none: it could lead away from what the process itself needs.
   */
  #hearClients(host: HostState, link: Link): string | undefined {
    const { rpFilterOfAll, hasDefaultRoute } = host;
    const own = this.#found.rpFilter ?? link.settings.rpFilter;
    const isStrict = Math.max(own, rpFilterOfAll) === STRICT;
    const wanted = !isStrict ? own : rpFilterOfAll === ANY_SOURCE ? ANY_SOURCE : LOOSE;
    const refused = this.#keep(link, "rpFilter", wanted);
    if (refused !== undefined) return `${refused}: clients that renew by unicast are not heard`;
    if (Math.max(wanted, rpFilterOfAll) === LOOSE && !hasDefaultRoute) {
      return `rp_filter of ${link.name} is 2 and there is no default route: clients that renew by unicast are not heard`;
    }
    return undefined;
  }

  /** Answers why it cannot. */
  #keep(link: Link, name: Name, value: number): string | undefined {
    const present = link.settings[name];
    if (present === value) return undefined;
    const refused = this.#change(link, { [name]: value });
    if (refused !== undefined) return refused;
    const found = this.#found[name] ?? present;
    if (found === value) delete this.#found[name];
    else this.#found[name] = found;
    return undefined;
  }

  #change(link: Link, settings: Partial<Record<Name, number>>): string | undefined {
    const keys = { interface: link.name, ...settings };
    try {
      this.#context.host.configure(link, settings);
      this.#context.log.info("Changed settings of the interface", keys);
      this.#complaint = undefined;
      return undefined;
    } catch (error) {
      const message = errorText(error);
      if (message !== this.#complaint) {
        this.#context.log.warn("Cannot change the interface", { ...keys, error });
      }
      this.#complaint = message;
      return message;
    }
  }
}
