/**
 * `history`: what became of the records of a pool, or of a VM.
 *
 * @module
 */
import { toTimestamp } from "../../core/api/timestamp.ts";
import type { IPPool } from "../../core/api/types.ts";
import type { RecordChange } from "../../core/history/record_change.ts";
import { nameOf } from "../../core/inspect/world.ts";
import { readIPv4, readMac } from "../../core/net/mod.ts";
import type { Query } from "../query.ts";
import { Refusal } from "../refusal.ts";
import type { InspectSource } from "../source.ts";
import { doubts, poolsMeant } from "../world_of.ts";
import type { Asking, Verb } from "./verb.ts";

/** `namespace/name`, as Kubernetes has them. */
const OBJECT_KEY = /^[a-z0-9.-]{1,253}\/[a-z0-9.-]{1,253}$/;

/** A change, and whose. */
interface PoolChange extends RecordChange {
  readonly pool: string;
}

/** The changes that are meant, oldest first. */
export const history: Verb = {
  about: "What became of the addresses of an IPPool, a VM, a MAC address or an address",
  parameters: ["of", "namespace", "since"],
  answer: async (asking) => {
    const { source, query } = asking;
    const { changes, notes } = await changesOf(asking);
    const meant = filterOf(source, query);
    const ofGone = await changesOfGone(asking);
    const since = query.since === undefined ? "" : toTimestamp(query.since);
    const list = [...ofGone, ...changes.filter(meant)].filter(({ at }) => at >= since);
    return {
      data: { changes: list },
      columns: ["AT", "EVENT", "ADDRESS", "MAC", "VM", "POOL", "FROM", "WHY"],
      rows: list.map(({ at, event, address, macAddress, vm, pool, from, why }) => [
        at,
        event,
        address,
        macAddress,
        vm,
        pool,
        from,
        why,
      ]),
      notes: [
        ...(list.length === 0 ? [nothing(query)] : []),
        ...notes,
        ...doubts(source),
      ],
    };
  },
};

/** That no change is known, rather than an empty table. */
function nothing({ of, since }: Query): string {
  const whose = of === "" ? "" : ` of ${of}`;
  const when = since === undefined ? "" : ` since ${toTimestamp(since)}`;
  return `No change of records${whose} is known${when}`;
}

/** All changes of all pools that may be meant, oldest first, and what is not kept, one sentence each. */
export async function changesOf(
  { source, query, signal }: Asking,
): Promise<{ readonly changes: readonly PoolChange[]; readonly notes: readonly string[] }> {
  const notes: string[] = [];
  const lists = await Promise.all(
    poolsAsked(source, query).map(async (pool) => {
      const name = nameOf(pool);
      const changes = await source.history(name, signal);
      if (changes === undefined) notes.push(`No history of IPPool ${name} is kept`);
      return (changes ?? []).map((change) => ({ ...change, pool: name }));
    }),
  );
  const changes = lists.flat().sort((one, other) => one.at.localeCompare(other.at));
  return { changes, notes };
}

/** The changes of the pool of that name where it is there no more, but its history is; none where something else is meant. */
async function changesOfGone(
  { source, query, signal }: Asking,
): Promise<readonly PoolChange[]> {
  const [, name = query.of] = /^(?:ippools?|ippls?)\/(?=.)(.*)$/.exec(query.of) ?? [];
  const pool = name.includes("/") ? name : `${query.namespace ?? "default"}/${name}`;
  if (!OBJECT_KEY.test(pool) || isAddress(query.of)) return [];
  if (source.pools().some(({ metadata }) => metadata.name === pool.split("/")[1])) return [];
  const changes = await source.history(pool, signal) ?? [];
  return changes.map((change) => ({ ...change, pool }));
}

function isAddress(of: string): boolean {
  return readMac(of) >= 0 || readIPv4(of) >= 0;
}

/** The pool of that name; all where something else is meant. */
function poolsAsked(source: InspectSource, query: Query): readonly IPPool[] {
  try {
    return poolsMeant(source, query);
  } catch (error) {
    if (error instanceof Refusal) return source.pools();
    throw error;
  }
}

/** Which changes are meant where no pool is: those of a VM, a MAC address or an address. */
function filterOf(source: InspectSource, query: Query): (change: PoolChange) => boolean {
  const { of, namespace } = query;
  const mac = readMac(of);
  const address = readIPv4(of);
  if (mac >= 0) return (change) => readMac(change.macAddress) === mac;
  if (address >= 0) return (change) => change.address === of || change.from === of;
  if (of === "" || poolsAsked(source, query).length < source.pools().length) return () => true;
  if (source.pools().some((pool) => nameOf(pool) === of || pool.metadata.name === of)) {
    return () => true;
  }
  const name = of.replace(/^(?:vms?|virtualmachines?|vmnetcfgs?)\/(?=.)/, "");
  return ({ vm = "" }) =>
    vm === name || vm.endsWith(`/${name}`) &&
      (namespace === undefined || vm.startsWith(`${namespace}/`));
}
