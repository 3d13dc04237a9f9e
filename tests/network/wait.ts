/**
 * Waits for conditions.
 *
 * @module
 */

/** How long to wait, and what for. */
interface UntilOptions {
  /** Completes "Waited in vain until ...". */
  readonly what: string;
  /** Default 10,000 ms. */
  readonly timeoutMs?: number;
  /** How often to look. Default 20 ms. */
  readonly everyMs?: number;
}

/** Resolves with what `look` answers as soon as it is neither `undefined` nor `false`. */
export async function until<T>(
  look: () => T | undefined | false | Promise<T | undefined | false>,
  { what, timeoutMs = 10_000, everyMs = 20 }: UntilOptions,
): Promise<T> {
  const end = performance.now() + timeoutMs;
  while (true) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (performance.now() > end) throw new Error(`Waited in vain until ${what} (${timeoutMs} ms)`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
