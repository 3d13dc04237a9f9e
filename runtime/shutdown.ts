/**
 * How a program ends: the first signal drains, the second exits.
 *
 * @module
 */
import { type Clock, systemClock } from "./clock.ts";
import type { Logger } from "./log.ts";

/** What asks a program to end. */
export type EndSignal = "SIGTERM" | "SIGINT";

/** What {@linkcode onShutdown} needs from outside. */
interface ShutdownOptions {
  readonly logger: Logger;
  /** Ends the process at once with this code, as the runtime's own exit does. */
  readonly exit: (code: number) => void;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Adds or removes a signal's listener. Default: the process's. */
  readonly signals?: {
    add(signal: EndSignal, listener: () => void): void;
    remove(signal: EndSignal, listener: () => void): void;
  };
}

/** The signal that ends the program's work; disposing it stops listening. */
interface Shutdown extends Disposable {
  /** Aborts at the first SIGTERM or SIGINT. */
  readonly signal: AbortSignal;
}

const EXIT_CODE: Readonly<Record<EndSignal, number>> = { SIGTERM: 143, SIGINT: 130 };

/** Signals this close together are one, ms: a Ctrl-C comes from the terminal, and again from `deno task` and `npx`, which pass it on. */
export const SAME_SIGNAL_MS = 500;

/**
 * Listens for SIGTERM and SIGINT: the first aborts the returned signal, so that everything drains; a second one, half a second
 * later or more, exits with 128 and the signal's number.
 */
export function onShutdown(options: ShutdownOptions): Shutdown {
  const { logger, exit, clock = systemClock, signals = processSignals } = options;
  const drain = new AbortController();
  let firstAt = 0;
  const listeners = (["SIGTERM", "SIGINT"] as const).map((name) => {
    const listener = () => {
      const now = clock.monotonic();
      if (drain.signal.aborted) {
        if (now - firstAt < SAME_SIGNAL_MS) return;
        logger.warn("Exiting at once", { signal: name });
        return exit(EXIT_CODE[name]);
      }
      firstAt = now;
      logger.info("Stopping; a second signal exits at once", { signal: name });
      drain.abort(new DOMException(`Stopped by ${name}`, "AbortError"));
    };
    signals.add(name, listener);
    return [name, listener] as const;
  });
  return {
    signal: drain.signal,
    [Symbol.dispose]: () => {
      for (const [name, listener] of listeners) signals.remove(name, listener);
    },
  };
}

const processSignals: NonNullable<ShutdownOptions["signals"]> = {
  add: (signal, listener) => Deno.addSignalListener(signal, listener),
  remove: (signal, listener) => Deno.removeSignalListener(signal, listener),
};
