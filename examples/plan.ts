/**
 * Who gets which address: the planner of one IPPool, without a cluster.
 *
 * It shows a dynamic and a static claim, a plan that changes nothing when it is made again, and what becomes of an
 * address whose VM goes.
 *
 * Run it: `deno run examples/plan.ts`
 *
 * @module
 */
// deno-lint-ignore-file no-console -- an example prints
import { type Claim, type IPPool, type Plan, planPool } from "@vm-dhcp/vm-dhcp";

const NOW = Date.parse("2026-01-01T12:00:00Z");

let pool: IPPool = {
  apiVersion: "network.harvesterhci.io/v1alpha1",
  kind: "IPPool",
  metadata: { namespace: "default", name: "net-48" },
  spec: {
    networkName: "default/net-48",
    ipv4Config: {
      cidr: "192.168.48.0/24",
      serverIP: "192.168.48.77",
      pool: {
        start: "192.168.48.81",
        end: "192.168.48.90",
        exclude: ["192.168.48.81", "192.168.48.90"],
      },
    },
  },
};

/** The claim of a VM's only NIC. */
function claimOf(name: string, fields: Pick<Claim, "macAddress"> & Partial<Claim>): Claim {
  const owner = { namespace: "default", name, uid: `uid-of-${name}` };
  return { id: name, owner, createdAt: NOW, state: "wanted", ...fields };
}

/** Plans, prints who has what, and keeps the next status as a cluster would. */
function plan(title: string, claims: readonly Claim[]): void {
  const next: Plan = planPool({ pool, claims, now: NOW });
  pool = { ...pool, status: { ...pool.status, ipv4: next.ipv4 } };
  console.log(
    `${title}: changed ${next.changed}, used ${next.ipv4.used}, available ${next.ipv4.available}`,
  );
  for (const { id } of claims) {
    const outcome = next.outcomes.get(id);
    console.log(
      `  ${id}: ${outcome?.address ?? "no address"} (${outcome?.reason}: ${outcome?.message})`,
    );
  }
}

const web = claimOf("web", { macAddress: "52:54:00:00:00:01" });
const db = claimOf("db", { macAddress: "52:54:00:00:00:02", requested: "192.168.48.84" });
const late = claimOf("late", { macAddress: "52:54:00:00:00:03", requested: "192.168.48.84" });

plan("Two VMs", [web, db]);
plan("The same again", [web, db]);
plan("A third wants the address of the second", [web, db, late]);
plan("The second goes", [web, { ...db, state: "releasing" }, late]);
console.log(JSON.stringify(pool.status?.ipv4?.allocated, null, 2));
