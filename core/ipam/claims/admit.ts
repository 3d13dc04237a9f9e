import { namespaceProblem } from "../../api/tenancy.ts";
import { readMac } from "../../net/mod.ts";
import type { RecordEntry } from "../../record/entries.ts";
import type { Claim, PlanInput } from "../types.ts";
import { isIncumbent, type Standing } from "./owners.ts";

/** The claims, by whether they count. */
interface Admitted {
  readonly admitted: readonly Claim[];
  /** Claims of namespaces that may not use the network. */
  readonly strangers: readonly Claim[];
}

/**
 * Who may claim at all: a namespace that may use the network; one that may not only for what it has already, which it had
 * before the network was closed to it, and to give that back. Where nobody knows who has what is recorded, as no object
 * was told of it before another controller came to lead, it is who claims it from the first look on, if nobody else does.
 */
export function admit(
  { pool, claims, access, holders, sightings }: PlanInput,
  { standing, leases }: {
    readonly standing: Omit<Standing, "entries">;
    readonly leases: readonly RecordEntry[];
  },
): Admitted {
  if (access === undefined || access.tenancy === "shared") {
    return { admitted: claims, strangers: [] };
  }
  const byMac = new Map<number, RecordEntry[]>();
  for (const entry of leases) {
    const others = byMac.get(entry.mac);
    if (others === undefined) byMac.set(entry.mac, [entry]);
    else others.push(entry);
  }
  const mayUse = ({ state, owner }: Claim) =>
    state === "releasing" || namespaceProblem(access, owner.namespace) === undefined;
  const claimed = new Set(claims.filter(mayUse).map(({ macAddress }) => readMac(macAddress)));
  const { allocated = {} } = pool.status?.ipv4 ?? {};
  const isNobodys = ({ key, value }: RecordEntry) =>
    allocated[key] === value && holders?.has(key) !== true &&
    sightings?.has(`${key} ${value}`) !== true;
  const isAdmitted = (claim: Claim) => {
    if (mayUse(claim)) return true;
    const mac = readMac(claim.macAddress);
    const entries = byMac.get(mac) ?? [];
    return isIncumbent(claim, { ...standing, entries }) ||
      !claimed.has(mac) && entries.some(isNobodys);
  };
  const admitted: Claim[] = [];
  const strangers: Claim[] = [];
  for (const claim of claims) (isAdmitted(claim) ? admitted : strangers).push(claim);
  return { admitted, strangers };
}
