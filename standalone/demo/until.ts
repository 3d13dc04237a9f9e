/**
 * Waits for what must become so.
 *
 * @module
 */

const POLL_MS = 25;

/** How long, and what for. */
interface UntilOptions {
  /** What is waited for, for the error's text. */
  readonly what: string;
  readonly signal: AbortSignal;
  /** Milliseconds. Default 15,000. */
  readonly timeoutMs?: number;
}

/**
 * Asks again and again until the answer is neither `undefined` nor `false`, and gives it. Throws `Waited in vain ...` with
 * the last error of `ask` as its cause.
 */
export async function until<T>(
  ask: () => T | Promise<T>,
  options: UntilOptions,
): Promise<Exclude<T, undefined | false>> {
  const { what, signal, timeoutMs = 15_000 } = options;
  const start = performance.now();
  let cause: unknown;
  while (performance.now() - start < timeoutMs) {
    signal.throwIfAborted();
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer as Exclude<T, undefined | false>;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`Waited in vain ${timeoutMs / 1000} s until ${what}`, { cause });
}
