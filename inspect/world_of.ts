/**
 * What a source knows, as the core asks for it.
 *
 * @module
 */
import type { IPPool } from "../core/api/types.ts";
import { nameOf, type World } from "../core/inspect/world.ts";
import { nearest } from "../core/nearest.ts";
import type { Query } from "./query.ts";
import { Refusal } from "./refusal.ts";
import type { InspectSource } from "./source.ts";

/** The objects of this moment. */
export function worldOf(source: InspectSource): World {
  return {
    now: source.now(),
    tenancy: source.tenancy,
    pools: source.pools(),
    configs: source.configs(),
    vms: source.vms(),
    vmis: source.vmis(),
    networks: source.networks(),
    namespaces: source.namespaces(),
  };
}

/** What is answered with a warning where what is known may be old. */
export function doubts(source: InspectSource): readonly string[] {
  return source.notReady().map((sentence) => `Not all of this may be true any more: ${sentence}`);
}

/** The pools that are meant by `of` and `namespace`; all where nothing is said. Throws where there are none of that name. */
export function poolsMeant(source: InspectSource, { of, namespace }: Query): readonly IPPool[] {
  const [, name = of] = /^(?:ippools?|ippls?)\/(?=.)(.*)$/.exec(of) ?? [];
  const all = source.pools().toSorted((one, other) => nameOf(one).localeCompare(nameOf(other)));
  const pools = all.filter(({ metadata }) => {
    if (name.includes("/")) return `${metadata.namespace}/${metadata.name}` === name;
    return (name === "" || metadata.name === name) &&
      (namespace === undefined || metadata.namespace === namespace);
  });
  if (pools.length > 0 || name === "") return pools;
  const key = name.includes("/") ? name : `${namespace ?? "default"}/${name}`;
  const meant = nearest(key, all.map(nameOf));
  const where = name.includes("/") || namespace === undefined ? "" : ` in namespace ${namespace}`;
  throw new Refusal(
    404,
    `There is no IPPool ${name}${where}${meant === undefined ? "" : `; did you mean ${meant}?`}`,
  );
}
