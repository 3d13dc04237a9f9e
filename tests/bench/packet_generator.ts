/**
 * The load generator and the fixed responder: compiled once, run in network namespaces.
 *
 * @module
 */
import { run } from "../network/command.ts";

const SOURCES = new URL("generator/", import.meta.url);
const CACHE = new URL("../../.cache/bench/", import.meta.url);

/** A load; `generator/packet_generator.c` says what each means. */
export type Load =
  | { readonly mode: "closed"; readonly window: number; readonly ms: number }
  | { readonly mode: "open"; readonly rate: number; readonly ms: number }
  | { readonly mode: "burst" };

/** What a flood is made of; `generator/floods.h` says what each is. */
export const FLOODS = ["macs", "selecting", "lists", "relays", "declines", "fragments"] as const;

/** A flood: frames of one kind, and no ear for answers. */
interface Flood {
  readonly kind: typeof FLOODS[number];
  /** Frames per second; 0: as many as it can. */
  readonly rate: number;
  readonly ms: number;
  /** The server's address, and the first client's. */
  readonly server: string;
  readonly first: string;
}

/** What a flood was. */
interface FloodResult {
  readonly sent: number;
  readonly ms: number;
}

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
  /** How long the first reply of an exchange took, microseconds: half of them less, 99 of 100 less, and the longest. */
  readonly medianUs: number;
  readonly p99Us: number;
  readonly longestUs: number;
}

/** Where a load comes from. */
export interface LoadSource {
  /** Process in whose network namespace the interface is. */
  readonly processId: number;
  readonly interfaceName: string;
  readonly clients: number;
  /** More than one: the interfaces are called so with a number after it, from 0. Each network has so many clients. */
  readonly networks?: number;
  /** Absent: clients without addresses. `address`: of the relay, or of the first of the clients, which renew. */
  readonly by?: {
    readonly kind: "relay" | "renew";
    readonly address: string;
    readonly server: string;
    readonly serverMac: string;
  };
  /** The kernel says when replies came: what holds the generator up is not counted. Costs it some of its speed. */
  readonly stamps?: boolean;
}

/** The compiled generator. Throws with the compiler's complaint. */
export function compileGenerator(): Promise<string> {
  return compile("packet_generator");
}

/** The compiled responder. Throws with the compiler's complaint. */
export function compileResponder(): Promise<string> {
  return compile("responder");
}

async function compile(name: string): Promise<string> {
  const files = [`${name}.c`, "frames.h", "floods.h"].map((file) => new URL(file, SOURCES));
  const texts = await Promise.all(files.map((file) => Deno.readTextFile(file)));
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(texts.join("\0")));
  const program = `${CACHE.pathname}${name}-${new Uint8Array(hash).toHex().slice(0, 16)}`;
  try {
    await Deno.stat(program);
  } catch {
    await Deno.mkdir(CACHE, { recursive: true });
    await run("cc", "-O2", "-o", `${program}.new`, new URL(`${name}.c`, SOURCES).pathname);
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
  const { networks = 1, by, stamps = false } = source;
  const amounts = load.mode === "burst"
    ? [0, 0]
    : [load.mode === "open" ? load.rate : load.window, load.ms];
  const words = [
    load.mode,
    ...amounts.map(String),
    `networks=${networks}`,
    ...(by === undefined ? [] : [`${by.kind}=${by.address},${by.server},${by.serverMac}`]),
    ...(stamps ? ["stamps=1"] : []),
  ];
  return JSON.parse(await start(program, source, words));
}

/** Runs a flood to its end. */
export async function generateFlood(
  program: string,
  source: LoadSource,
  { kind, rate, ms, server, first }: Flood,
): Promise<FloodResult> {
  const words = ["flood", String(rate), String(ms), kind, server, first];
  return JSON.parse(await start(program, source, words));
}

function start(program: string, source: LoadSource, words: readonly string[]): Promise<string> {
  const { processId, interfaceName, clients } = source;
  return run(
    ...["nsenter", "--target", String(processId), "--net", "--", program],
    ...[interfaceName, String(clients), ...words],
  );
}
