/**
 * Notices what happens to the machine's interfaces.
 *
 * @module
 */
import type { Clock } from "../../runtime/clock.ts";
import type { Logger } from "../../runtime/log.ts";
import type { HostNetwork, HostState } from "./host_network.ts";

/** How often the kernel is asked whether anything changed, where the host does not tell. */
const POLL_MS = 100;
/** How often everything is read again, changed or not. */
const READ_MS = 2_000;
/** How often `onLook` is called, also where nothing was read: the sockets are looked at then. */
const LOOK_MS = 500;

/** What an {@linkcode InterfaceWatch} works with. */
interface InterfaceWatchContext {
  readonly host: HostNetwork;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called after `state` was read again, and now and then. */
  readonly onLook: () => void;
  /**
   * Called before anything is read: what was heard on the networks is looked at then. Answers whether there is more to be done, so
   * that it is called again after 100 ms; else that may take until the host has news, or 500 ms.
   */
  readonly onTurn: () => boolean;
}

const NOTHING: HostState = {
  links: new Map(),
  addresses: [],
  gateways: [],
  hasDefaultRoute: false,
  rpFilterOfAll: 0,
};

/**
 * Keeps `state` in step with the kernel. Deno cannot wait for a netlink socket, so the kernel's events are asked for: one system
 * call that never waits.
 */
export class InterfaceWatch {
  readonly #context: InterfaceWatchContext;
  #state: HostState = NOTHING;

  /** Reads the interfaces once. */
  constructor(context: InterfaceWatchContext) {
    this.#context = context;
    this.refresh();
  }

  /** The interfaces and addresses as they were read last. */
  get state(): HostState {
    return this.#state;
  }

  /** Reads everything now. */
  refresh(): void {
    try {
      this.#state = this.#context.host.read();
    } catch (error) {
      this.#context.log.error("Cannot read the interfaces", { error });
    }
  }

  /** Watches until the signal aborts. Resolves then; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, onLook, onTurn } = this.#context;
    let readAt = clock.monotonic();
    let lookedAt = readAt;
    let isBusy = true;
    while (!signal.aborted) {
      await this.#wait(isBusy ? POLL_MS : LOOK_MS, signal).catch(() => undefined);
      if (signal.aborted) return;
      isBusy = onTurn();
      const now = clock.monotonic();
      const stale = this.#changed() || now - readAt >= READ_MS;
      if (!stale && now - lookedAt < LOOK_MS) continue;
      lookedAt = now;
      if (stale) {
        readAt = now;
        this.refresh();
      }
      onLook();
    }
  }

  #wait(ms: number, signal: AbortSignal): Promise<void> {
    const { host, clock } = this.#context;
    return host.news?.(ms, signal) ?? clock.sleep(POLL_MS, signal);
  }

  #changed(): boolean {
    try {
      return this.#context.host.changed();
    } catch (error) {
      this.#context.log.error("Cannot tell whether an interface changed", { error });
      return true;
    }
  }
}
