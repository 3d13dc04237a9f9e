/**
 * A machine that asks is answered, as soon as an agent can.
 *
 * @module
 */
import { networkOfPool } from "../../../core/api/network.ts";
import type { IPPool } from "../../../core/api/types.ts";
import { formatIPv4, formatMac } from "../../../core/net/mod.ts";
import { keyOf } from "../../../kube/mod.ts";
import type { SimClient } from "../world/dhcp_client.ts";
import { FAIR } from "../world/segment.ts";
import type { World } from "../world/world.ts";
import { AbleAgents } from "./able_agents.ts";
import { entriesOf } from "./record_history.ts";

/** How often it is looked. */
export const LOOK_MS = 5_000;
/** How long an agent may take to take over: a Lease runs out in 5 s, and what fails is tried again twice in the same time. */
const TAKE_OVER_MS = 20_000;
/** An answer takes no longer. */
const ANSWER_MS = 3_000;
/** So many messages are sent without an answer before somebody is to blame. */
const SENT = 3;
/**
 * How long an agent may not know what is recorded: a watch that is dead without a word is noticed after 75 s, a list may take 30 s,
 * and is tried again after 5 s.
 */
export const STALE_MS = 110_000;

/** An entry of a record. */
interface Recorded {
  readonly address: string;
  readonly since: number;
  /** resourceVersion of the pool that had it first; `Infinity` where that says nothing any more. */
  readonly version: number;
}

/** Since when what has to hold does. */
export class Liveness {
  readonly #agents = new AbleAgents();
  /** `uid-of-pool MAC` -> since when it has been recorded with this address. */
  readonly #recorded = new Map<string, Recorded>();
  /** `agent uid-of-pool MAC` -> since when the agent has been seen to know the entry. */
  readonly #known = new Map<string, number>();
  /** Clients that were told of. */
  readonly #told = new Set<string>();
  #restoredAt = -Infinity;

  /** The server was put back: versions that agents know are of another history. */
  restored(now: number): void {
    this.#restoredAt = now;
    for (const [id, { address }] of this.#recorded) {
      this.#recorded.set(id, { address, since: now, version: Infinity });
    }
  }

  /** Who is not answered, one sentence each. */
  look(world: World, pools: readonly IPPool[]): readonly string[] {
    const { now } = world.timeline;
    this.#agents.look(world);
    return pools.flatMap((pool) => {
      const key = keyOf(pool);
      const network = networkOfPool(pool) ?? "";
      const isQuiet = isCalm(world, network) && isToBeServed(pool);
      const all = this.#agents.of(world, { key, network, isQuiet });
      const able = all.some(({ answers }) => answers) ? all.filter(({ answers }) => answers) : all;
      const entries = entriesOf(pool);
      // What is made again under its name is recorded anew.
      const { uid = "", resourceVersion } = pool.metadata;
      // What a restore brings back, too: agents may know newer versions of a history that is gone.
      const version = now - this.#restoredAt < STALE_MS ? Infinity : Number(resourceVersion);
      this.#forgetFreed(uid, entries);
      return [...entries].flatMap(([address, mac]) => {
        const id = `${uid} ${mac}`;
        const known = this.#recorded.get(id);
        const recorded = known?.address === address ? known : { address, since: now, version };
        this.#recorded.set(id, recorded);
        const knowing = able.filter((agent) =>
          agent.version >= recorded.version ||
          now - Math.max(recorded.since, agent.heardSince) >= STALE_MS
        );
        const since = Math.min(
          ...knowing.map((agent) => Math.max(agent.since, this.#knownSince(agent.name, id, now))),
        );
        const client = clientOf(world, network, mac);
        // What is in conflict is offered to nobody, and who has habits of its own is its own hindrance.
        if (client?.habit !== undefined || pool.status?.ipv4?.conflicts?.[address]) return [];
        const sent = (client?.unanswered ?? []).filter(({ at, server }) =>
          at >= Math.max(since, recorded.since) + TAKE_OVER_MS && at <= now - ANSWER_MS &&
          // Who wants the offer of a server that is gone is answered by nobody.
          (server === undefined || formatIPv4(server) === pool.spec.ipv4Config.serverIP)
        );
        if (sent.length < SENT || this.#told.has(id)) return [];
        this.#told.add(id);
        return [
          `${client?.name} on ${network} is ${client?.state} and sent ${sent.length} messages for ${address}, ` +
          `while agents could answer: ${knowing.map(({ name }) => name).join(", ")}`,
        ];
      });
    });
  }

  /** Since when an agent has been seen to know an entry. */
  #knownSince(agent: string, entry: string, now: number): number {
    const id = `${agent} ${entry}`;
    const since = this.#known.get(id) ?? now;
    this.#known.set(id, since);
    return since;
  }

  /** What was freed and is given again is recorded anew. */
  #forgetFreed(uid: string, entries: ReadonlyMap<string, string>): void {
    const macs = new Set(entries.values());
    for (const id of this.#recorded.keys()) {
      const [pool, mac = ""] = id.split(" ");
      if (pool !== uid || macs.has(mac)) continue;
      this.#recorded.delete(id);
      for (const known of this.#known.keys()) {
        if (known.endsWith(` ${id}`)) this.#known.delete(known);
      }
    }
  }
}

/** Whether a network carries what is sent, and nobody takes part who answers for others. */
function isCalm(world: World, network: string): boolean {
  const segment = world.segment(network);
  return segment.weather === FAIR && segment.interceptor === undefined &&
    ![...segment.stations].some(({ isForeign }) => isForeign === true);
}

function isToBeServed({ spec: { paused }, metadata: { deletionTimestamp } }: IPPool): boolean {
  return paused !== true && deletionTimestamp === undefined;
}

function clientOf(world: World, network: string, mac: string): SimClient | undefined {
  return [...world.clients.get(network)?.values() ?? []]
    .find((one) => formatMac(one.mac) === mac);
}
