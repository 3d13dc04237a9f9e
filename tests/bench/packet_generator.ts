/**
 * The load generator: compiled once, run in a network namespace.
 *
 * @module
 */
import { run } from "../network/command.ts";

const SOURCE = new URL("packet_generator.c", import.meta.url);
const CACHE = new URL("../../.cache/bench/", import.meta.url);

/** A load; `packet_generator.c` says what each means. */
export type Load =
  | { readonly mode: "closed"; readonly window: number; readonly ms: number }
  | { readonly mode: "open"; readonly rate: number; readonly ms: number }
  | { readonly mode: "burst" };

/** What became of a load. */
export interface LoadResult {
  /** Exchanges that began, that were complete, and that were not within a second. */
  readonly begun: number;
  readonly complete: number;
  readonly lost: number;
  /** How long it took; of a burst until the last exchange was complete. */
  readonly ms: number;
  /** Mean time of a complete exchange, microseconds. */
  readonly meanUs: number;
}

/** Where a load comes from. */
export interface LoadSource {
  /** Process in whose network namespace the interface is. */
  readonly processId: number;
  readonly interfaceName: string;
  readonly clients: number;
}

/** The compiled generator. Throws with the compiler's complaint. */
export async function compileGenerator(): Promise<string> {
  const source = await Deno.readTextFile(SOURCE);
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(source));
  const program = `${CACHE.pathname}packet_generator-${new Uint8Array(hash).toHex().slice(0, 16)}`;
  try {
    await Deno.stat(program);
  } catch {
    await Deno.mkdir(CACHE, { recursive: true });
    await run("cc", "-O2", "-o", `${program}.new`, SOURCE.pathname);
    await Deno.rename(`${program}.new`, program);
  }
  return program;
}

/** Runs a load to its end. */
export async function generate(
  program: string,
  source: LoadSource,
  load: Load,
): Promise<LoadResult> {
  const amounts = load.mode === "burst"
    ? []
    : [load.mode === "open" ? load.rate : load.window, load.ms];
  const said = await run(
    ...["nsenter", "--target", String(source.processId), "--net", "--", program],
    ...[source.interfaceName, String(source.clients), load.mode, ...amounts.map(String)],
  );
  return JSON.parse(said);
}
