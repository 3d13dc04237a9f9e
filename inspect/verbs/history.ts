/**
 * `history`: what became of the records of a pool, or of a VM.
 *
 * @module
 */
import { errorText } from "../../core/error_text.ts";
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
/** Histories that are read at once: each is a request to the API server, which the controller needs for its work. */
const READ_AT_ONCE = 8;

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
    const deleted = deletedPool(source, query);
    const since = query.since === undefined ? "" : toTimestamp(query.since);
    const list = changes.filter((change) =>
      change.at >= since && (change.pool === deleted || meant(change))
    );
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
  const lists: (readonly PoolChange[])[] = [];
  const deleted = deletedPool(source, query);
  // Of an address, the namespace is that of its pool.
  const asked = poolsNamed(source, isAddress(query.of) ? { ...query, of: "" } : query) ??
    source.pools();
  const left = [...asked.map(nameOf), ...deleted === undefined ? [] : [deleted]].values();
  const readOn = async () => {
    for (const pool of left) {
      try {
        const changes = await source.history(pool, signal);
        if (changes === undefined) {
          if (pool !== deleted) notes.push(`No history of IPPool ${pool} is kept`);
        } else lists.push(changes.map((change) => ({ ...change, pool })));
      } catch (error) {
        if (signal.aborted) throw error;
        notes.push(`The history of IPPool ${pool} cannot be read: ${errorText(error)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: READ_AT_ONCE }, readOn));
  const changes = lists.flat().sort((one, other) => one.at.localeCompare(other.at));
  return { changes, notes };
}

/** The pool of that name where it is there no more: its history may be. `undefined` where something else is meant. */
function deletedPool(source: InspectSource, query: Query): string | undefined {
  const { of, namespace } = query;
  const [, name = of] = /^(?:ippools?|ippls?)\/(?=.)(.*)$/.exec(of) ?? [];
  const pool = name.includes("/") ? name : `${namespace ?? "default"}/${name}`;
  if (!OBJECT_KEY.test(pool) || isAddress(of)) return undefined;
  return poolsNamed(source, query) === undefined ? pool : undefined;
}

function isAddress(of: string): boolean {
  return readMac(of) >= 0 || readIPv4(of) >= 0;
}

/** The pools of that name, all where nobody is named; `undefined` where something else is meant. */
function poolsNamed(source: InspectSource, query: Query): readonly IPPool[] | undefined {
  try {
    return poolsMeant(source, query);
  } catch (error) {
    if (error instanceof Refusal) return undefined;
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
  if (poolsNamed(source, query) !== undefined) return () => true;
  const name = of.replace(/^(?:vms?|virtualmachines?|vmnetcfgs?)\/(?=.)/, "");
  return ({ vm = "" }) =>
    vm === name || vm.endsWith(`/${name}`) &&
      (namespace === undefined || vm.startsWith(`${namespace}/`));
}
