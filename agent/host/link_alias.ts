/**
 * Whose interface it is, for who looks at it with `ip link`: its name is a hash of the pool's.
 *
 * @module
 */
import type { Logger } from "../../runtime/log.ts";
import type { HostNetwork, HostState, Link } from "./host_network.ts";
import { presentLink } from "./present_link.ts";

/** What an agent's alias begins with; another is somebody else's, and stays. */
const MARK = "vm-dhcp: ";
/** Octets of an alias (`IFALIASZ`, with its NUL). */
const MOST = 255;

/** Keeps the pool's name beside that of its interface, where nobody else wrote something there. */
export class LinkAlias {
  readonly #context: { readonly host: HostNetwork; readonly log: Logger };
  readonly #alias: string;
  #link: Link | undefined;
  /** The last state that was looked at: on the same one nothing is done twice. */
  #seen: HostState | undefined;
  #isRefused = false;

  /** `pool`: `namespace/name`. */
  constructor(pool: string, context: { readonly host: HostNetwork; readonly log: Logger }) {
    this.#context = context;
    this.#alias = `${MARK}${pool}`.slice(0, MOST);
  }

  /** Sees to the alias of `link`, and takes it from an interface before it. */
  ensure(host: HostState, link: Link | undefined): void {
    if (this.#link?.index !== link?.index) this.leave(host);
    if (link === undefined || this.#seen === host) return;
    this.#link = link;
    this.#seen = host;
    const isOurs = link.alias === "" || link.alias.startsWith(MARK);
    if (isOurs && link.alias !== this.#alias) this.#write(link, this.#alias);
  }

  /** Takes the alias away. */
  leave(host: HostState): void {
    const link = presentLink(host, this.#link);
    this.#link = undefined;
    this.#seen = undefined;
    if (link?.alias === this.#alias) this.#write(link, "");
  }

  /** An alias is a help and no more: where it cannot be written, that is told once. */
  #write(link: Link, alias: string): void {
    try {
      this.#context.host.describe(link, alias);
    } catch (error) {
      if (!this.#isRefused) {
        this.#context.log.info("The pool's name is not beside its interface's", {
          interface: link.name,
          error,
        });
      }
      this.#isRefused = true;
    }
  }
}
