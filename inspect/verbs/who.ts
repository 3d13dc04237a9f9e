/**
 * `who`: who has an address, or had it, and which address somebody has, or had.
 *
 * @module
 */
import { toTimestamp } from "../../core/api/timestamp.ts";
import { coversTime, tenuresOf } from "../../core/inspect/who_had.ts";
import { nameOf } from "../../core/inspect/world.ts";
import { networkOfPool } from "../../core/api/network.ts";
import { formatMac, readIPv4, readMac } from "../../core/net/mod.ts";
import { readEntries } from "../../core/record/entries.ts";
import { nicKey } from "../../core/vmnetcfg/nics.ts";
import { Refusal } from "../refusal.ts";
import { doubts } from "../world_of.ts";
import { changesOf } from "./history.ts";
import { ownersOf } from "./leases.ts";
import type { Asking, Verb } from "./verb.ts";

/** One who has, or had, an address. */
interface Holder {
  readonly address: string;
  readonly macAddress: string;
  readonly vm?: string;
  readonly pool: string;
  /** RFC 3339; absent where the history does not reach so far. */
  readonly from?: string;
  /** RFC 3339; absent where it has it still. */
  readonly until?: string;
}

/** Who has it now, or had it at a time. */
export const who: Verb = {
  about: "Who has an IP address, or had it at a time; which address a MAC address has, or had",
  parameters: ["of", "namespace", "at"],
  answer: async (asking) => {
    const { source, query } = asking;
    const address = readIPv4(query.of);
    const mac = readMac(query.of);
    if (address < 0 && mac < 0) {
      throw new Refusal(
        400,
        `Cannot use the question: of: must be an IP address or a MAC address: ${
          JSON.stringify(query.of)
        }`,
      );
    }
    const { holders, notes } = await holdersOf(
      asking,
      (one) => address >= 0 ? readIPv4(one.address) === address : readMac(one.macAddress) === mac,
    );
    const when = query.at === undefined ? "" : ` at ${toTimestamp(query.at)}`;
    const had = query.at === undefined ? "has" : "had";
    const whence = query.at === undefined
      ? ""
      : ", of the IPPools that are there now; histories of deleted ones: kubectl get ipplh -A";
    const nobody = address >= 0
      ? `Nobody ${had} ${query.of}${when}${whence}`
      : `${formatMac(mac)} ${had} no address${when}${whence}`;
    return {
      data: { holders, ...(notes.length === 0 ? {} : { notes }) },
      columns: ["ADDRESS", "MAC", "VM", "POOL", "SINCE", "UNTIL"],
      rows: holders.map(({ address, macAddress, vm, pool, from, until }) => [
        address,
        macAddress,
        vm,
        pool,
        from,
        until,
      ]),
      // Where something is not known, nobody can say that it was nobody.
      notes: [
        ...(holders.length + notes.length === 0 ? [nobody] : []),
        ...notes,
        ...doubts(source),
      ],
      isBroken: holders.length === 0,
    };
  },
};

type IsMeant = (one: { readonly address: string; readonly macAddress: string }) => boolean;

async function holdersOf(
  asking: Asking,
  isMeant: IsMeant,
): Promise<{ readonly holders: readonly Holder[]; readonly notes: readonly string[] }> {
  const { source, query } = asking;
  const { namespace, at } = query;
  const pools = source.pools().filter(({ metadata }) =>
    namespace === undefined || metadata.namespace === namespace
  );
  const { changes, notes } = await changesOf({ ...asking, query: { ...query, of: "" } });
  const byPool = Map.groupBy(changes, ({ pool }) => pool);
  const now = at === undefined ? undefined : toTimestamp(at);
  const { vms } = ownersOf(source);
  const told: string[] = [];
  const holders = pools.flatMap((pool): readonly Holder[] => {
    const name = nameOf(pool);
    const kept = byPool.get(name) ?? [];
    const tenures = tenuresOf(kept).filter(isMeant);
    if (now !== undefined) {
      const [first] = kept;
      const found = tenures.filter((tenure) => coversTime(tenure, now));
      if (found.length === 0 && (first === undefined || first.at > now)) {
        told.push(
          `What was in IPPool ${name} at that time is not known: ${
            first === undefined ? "it has no history" : `its history begins at ${first.at}`
          }`,
        );
      }
      return found.map((tenure) => ({ ...tenure, pool: name }));
    }
    const network = networkOfPool(pool) ?? "";
    return readEntries(pool.status?.ipv4?.allocated).filter(({ mac }) => mac >= 0)
      .map(({ key, mac }) => ({ address: key, macAddress: formatMac(mac) })).filter(isMeant)
      .map((one) => {
        const vm = vms.get(nicKey(network, one.macAddress));
        const since = tenures.findLast((tenure) =>
          tenure.until === undefined && tenure.address === one.address &&
          tenure.macAddress === one.macAddress
        );
        return {
          ...one,
          ...(vm === undefined ? {} : { vm }),
          pool: name,
          ...(since === undefined ? {} : { from: since.from }),
        };
      });
  });
  return { holders, notes: at === undefined ? [] : [...notes, ...told] };
}
