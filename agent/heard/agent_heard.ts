/**
 * What an agent tells of the packets that it hears, on all of its networks.
 *
 * @module
 */
import type {
  ClientHeard,
  HeardAnswer,
  HeardQuery,
  PacketsQuery,
  PoolHeard,
} from "../../core/inspect/heard.ts";
import { parseMac } from "../../core/net/mod.ts";
import type { Clock } from "../../runtime/clock.ts";
import { type HeardMemory, momentText } from "./heard_memory.ts";
import { PacketWatchers } from "./packet_watchers.ts";

/** Clients that one answer has at most. */
const MOST_CLIENTS = 20_000;

/** What is told from. */
interface AgentHeardOptions {
  /** Name of the agent's pod. */
  readonly pod: string;
  readonly clock: Clock;
  /** The memories of all pools, by `namespace/name`. */
  readonly memories: () => ReadonlyMap<string, HeardMemory>;
}

/** An answer whose clients come one by one. */
export interface HeardStream extends Omit<HeardAnswer, "clients" | "leftOut"> {
  readonly clients: Iterable<ClientHeard>;
  /** Complete when all clients were taken. */
  readonly leftOut: () => number;
}

/** Tells what was last heard of clients, and shows packets as they come. */
export class AgentHeard {
  readonly watchers: PacketWatchers;
  readonly #options: AgentHeardOptions;
  readonly #since: string;

  /** The signal ends what is watched. */
  constructor(options: AgentHeardOptions, signal: AbortSignal) {
    this.#options = options;
    this.#since = momentText(Math.floor(options.clock.now() / 1_000));
    this.watchers = new PacketWatchers(options.clock, signal);
  }

  /** Whether the agent has a pool, `namespace/name`. */
  serves(pool: string): boolean {
    return this.#options.memories().has(pool);
  }

  /** What was last heard. A pool that the agent does not have is none of the answer's. */
  answer(query: HeardQuery): HeardAnswer {
    const { clients, leftOut, ...answer } = this.stream(query);
    const all = [...clients];
    return { ...answer, clients: all, leftOut: leftOut() };
  }

  /** The same, a client at a time. */
  stream(query: HeardQuery): HeardStream {
    const memories = this.#wanted(query);
    let leftOut = 0;
    const clients = function* () {
      let told = 0;
      for (const client of clientsOf(memories, query)) {
        if (told++ < MOST_CLIENTS) yield client;
        else leftOut++;
      }
    };
    return {
      pod: this.#options.pod,
      since: this.#since,
      pools: memories.map(({ state }): PoolHeard => state),
      clients: clients(),
      leftOut: () => leftOut,
    };
  }

  /** Packets as they come; throws a `RangeError` where too many watch already. */
  packets(query: PacketsQuery): ReadableStream<Uint8Array> {
    const { pod } = this.#options;
    const heard = this.#wanted(query).map(({ state }) => state).filter(({ since }) => since !== "");
    const opening = heard.length === 0
      ? `${pod} hears nothing of ${query.pool ?? "any pool"}: it stands by, or cannot`
      : `${pod} hears ${query.pool ?? `${heard.length} pools`}`;
    return this.watchers.open({ query, opening: [opening] });
  }

  #wanted({ pool }: HeardQuery): readonly HeardMemory[] {
    const memories = this.#options.memories();
    if (pool === undefined) return [...memories.values()];
    const memory = memories.get(pool);
    return memory === undefined ? [] : [memory];
  }
}

function* clientsOf(
  memories: readonly HeardMemory[],
  { macAddresses = [] }: HeardQuery,
): Generator<ClientHeard> {
  const macs = macAddresses.map(parseMac);
  for (const memory of memories) {
    if (macs.length === 0) yield* memory.clients();
    for (const mac of macs) {
      const client = memory.find(mac);
      if (client !== undefined) yield client;
    }
  }
}
