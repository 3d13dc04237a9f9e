/**
 * A machine that asks is answered, as soon as an agent can.
 *
 * @module
 */
import { networkOfPool } from "../../../core/api/network.ts";
import type { IPPool } from "../../../core/api/types.ts";
import { formatMac } from "../../../core/net/mod.ts";
import { keyOf } from "../../../kube/mod.ts";
import { FAIR } from "../world/segment.ts";
import type { World } from "../world/world.ts";
import { entriesOf } from "./record_history.ts";

/** How often it is looked. */
export const LOOK_MS = 5_000;
/**
 * How long a client may ask while an agent is able to answer: a Lease runs out in 5 s, a list is tried again after 5 s, and a client may
 * wait 65 s before it asks again, twice.
 */
const BOUND_MS = 150_000;

/** Since when what has to hold does. */
export class Liveness {
  /** Pool -> since when an agent of it has been able to answer without a break. */
  readonly #able = new Map<string, number>();
  /** `pool MAC` -> since when it has been recorded with this address. */
  readonly #recorded = new Map<string, { readonly address: string; readonly since: number }>();
  /** Clients that were told of. */
  readonly #told = new Set<string>();

  /** Who is not answered, one sentence each. */
  look(world: World, pools: readonly IPPool[]): readonly string[] {
    const { now } = world.timeline;
    return pools.flatMap((pool) => {
      const key = keyOf(pool);
      const network = networkOfPool(pool) ?? "";
      if (!this.#isServed(world, { pool, network })) {
        this.#able.delete(key);
        return [];
      }
      const since = this.#able.get(key) ?? now;
      this.#able.set(key, since);
      return [...entriesOf(pool)].flatMap(([address, mac]) => {
        const id = `${key} ${mac}`;
        const known = this.#recorded.get(id);
        const recorded = known?.address === address ? known : { address, since: now };
        this.#recorded.set(id, recorded);
        const client = [...world.clients.get(network)?.values() ?? []]
          .find((one) => formatMac(one.mac) === mac);
        const askedMs = Math.min(client?.askingMs ?? 0, now - since, now - recorded.since);
        if (askedMs < BOUND_MS || this.#told.has(id)) return [];
        this.#told.add(id);
        return [
          `${client?.name} on ${network} asks since ${
            Math.round(askedMs / 1_000)
          } s for ${address}, ` +
          `and is ${client?.state}, while an agent could answer`,
        ];
      });
    });
  }

  /** Whether an agent could answer now, or take over. */
  #isServed(
    world: World,
    { pool, network }: { readonly pool: IPPool; readonly network: string },
  ): boolean {
    const { spec: { paused }, metadata: { deletionTimestamp } } = pool;
    if (paused === true || deletionTimestamp !== undefined) return false;
    const segment = world.segment(network);
    if (segment.weather !== FAIR) return false;
    const stations = [...segment.stations];
    if (stations.some(({ name }) => name === "foreign host")) return false;
    const key = keyOf(pool);
    let isAble = false;
    for (const { agent, host } of world.kubelet.pods) {
      const report = agent?.agent?.report().pools[key];
      if (agent === undefined || report === undefined || !agent.process.alive) continue;
      const isCut = [...host.stations.values()].some((station) => segment.isCut(station));
      // Nothing tells an agent that the network behind its interface is cut off.
      if (isCut && agent.leading()) return false;
      const answers = report.reason === "Serving" || report.reason === "Standby";
      const knows = agent.leading() || agent.link.mode === "well";
      if (!isCut && answers && knows && agent.process.running) isAble = true;
    }
    return isAble;
  }
}
