/**
 * Notices what happens to the machine's interfaces.
 *
 * @module
 */
import type { Clock } from "../runtime/clock.ts";
import type { Logger } from "../runtime/log.ts";
import type { HostNetwork, HostState } from "./host_network.ts";

/** What an {@linkcode InterfaceWatch} works with. */
export interface InterfaceWatchContext {
  readonly host: HostNetwork;
  readonly clock: Clock;
  readonly log: Logger;
  /** How often the kernel is asked whether anything changed. */
  readonly pollMs: number;
  /** How often everything is read again, changed or not. */
  readonly readMs: number;
  /** How often `onLook` is called, also where nothing was read. */
  readonly lookMs: number;
  /** Called after `state` was read again, and now and then. */
  readonly onLook: () => void;
}

const NOTHING: HostState = { links: new Map(), addresses: [], owners: [] };

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
    const { clock, pollMs, readMs, lookMs, onLook } = this.#context;
    let readAt = clock.monotonic();
    let lookedAt = readAt;
    while (!signal.aborted) {
      await clock.sleep(pollMs, signal).catch(() => undefined);
      if (signal.aborted) return;
      const now = clock.monotonic();
      const stale = this.#changed() || now - readAt >= readMs;
      if (!stale && now - lookedAt < lookMs) continue;
      lookedAt = now;
      if (stale) {
        readAt = now;
        this.refresh();
      }
      onLook();
    }
  }

  #changed(): boolean {
    try {
      return this.#context.host.changed();
    } catch (error) {
      this.#context.log.error("Cannot hear of changed interfaces", { error });
      return true;
    }
  }
}
