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
 * before the network was closed to it, and to give that back.
 */
export function admit(
  { claims, access }: PlanInput,
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
  const isAdmitted = (claim: Claim) => {
    if (claim.state === "releasing") return true;
    if (namespaceProblem(access, claim.owner.namespace) === undefined) return true;
    const entries = byMac.get(readMac(claim.macAddress)) ?? [];
    return isIncumbent(claim, { ...standing, entries });
  };
  const admitted: Claim[] = [];
  const strangers: Claim[] = [];
  for (const claim of claims) (isAdmitted(claim) ? admitted : strangers).push(claim);
  return { admitted, strangers };
}
