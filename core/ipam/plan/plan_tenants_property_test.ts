import { ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { networkAccess, type Tenancy } from "../../api/tenancy.ts";
import type { IPPool } from "../../api/types.ts";
import { claimOf, macOf, NOW, poolOf, written } from "../testing/fixture.ts";
import type { Claim, ClaimVm, Outcome, Plan } from "../types.ts";
import { planPool } from "./plan_pool.ts";

const OBJECTS = 5;
const B_CLAIMS = 3;

/** What tenant A may do to the n-th of its objects, what time and the controller do, and what B does to its own MAC addresses. */
type Step =
  | { readonly do: "write"; readonly n: number; readonly mac: number; readonly as: As }
  | { readonly do: "request"; readonly n: number; readonly address: string | undefined }
  | { readonly do: "note"; readonly n: number; readonly address: string; readonly waited: boolean }
  | { readonly do: "pause" | "resume" | "remove" | "removeByForce"; readonly n: number }
  | { readonly do: "pool"; readonly addresses: readonly string[] }
  | { readonly do: "moveB"; readonly b: number }
  | { readonly do: "plan" | "showA" | "showB" | "restart" };

type As = "running" | "stopped" | "reservation";

const n = fc.nat(OBJECTS - 1);
const address = fc.constantFrom("10.0.0.11", "10.0.0.12", "10.0.0.13", "10.0.0.20", "10.0.0.77");
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("write" as const),
      n,
      mac: fc.nat(B_CLAIMS + 1),
      as: fc.constantFrom<As>("running", "stopped", "reservation"),
    }),
  },
  fc.record({
    do: fc.constant("request" as const),
    n,
    address: fc.option(address, { nil: undefined }),
  }),
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("note" as const),
      n,
      address: fc.oneof(address, fc.constantFrom("10.0.0.14", "10.0.0.2", "10.0.1.1", "x")),
      waited: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom("pause", "resume", "remove", "removeByForce" as const),
      n,
    }),
  },
  fc.record({ do: fc.constant("moveB" as const), b: fc.nat(B_CLAIMS - 1) }),
  fc.record({ do: fc.constant("pool" as const), addresses: fc.uniqueArray(address) }),
  {
    weight: 6,
    arbitrary: fc.constantFrom<Step>(
      { do: "plan" },
      { do: "showA" },
      { do: "showB" },
      { do: "restart" },
    ),
  },
);

/** Tenants A and B on one pool. B's VMs are there first, and change nothing but their MAC addresses. */
class Tenants {
  readonly #tenancy: Tenancy;
  #pool: IPPool;
  #former: readonly IPPool[] = [];
  readonly #b = new Map<string, Claim>();
  /** What B's objects claimed before they got other MAC addresses, and still show. */
  readonly #leftB = new Map<string, Claim>();
  /** What became of B's objects in the last plan. */
  readonly #had = new Map<string, Outcome>();
  #moves = 0;
  readonly #a = new Map<number, Claim>();
  /** What A's objects claimed before they got other MAC addresses, and still show. */
  readonly #left = new Map<string, Claim>();
  #outcomes: ReadonlyMap<string, Outcome> = new Map();
  #last: Plan | undefined;
  #now = NOW;

  constructor({ tenancy, home }: { readonly tenancy: Tenancy; readonly home: string }) {
    this.#tenancy = tenancy;
    const pool = poolOf({ config: { pool: { start: "10.0.0.11", end: "10.0.0.18" } } });
    this.#pool = {
      ...pool,
      metadata: { ...pool.metadata, namespace: home },
      spec: { ...pool.spec, networkName: `${home}/net` },
    };
    for (let n = 0; n < B_CLAIMS; n++) {
      const { vm, ...rest } = claimOf(n, {
        id: `b-${n}`,
        owner: { namespace: "b", name: `b-${n}`, uid: `b-${n}` },
      });
      const machine = { namespace: "b", name: `b-${n}`, running: n === 0 };
      this.#b.set(rest.id, vm === undefined || n === 2 ? rest : { ...rest, vm: machine });
    }
    this.#plan();
    for (const claim of this.#b.values()) {
      strictEqual(this.#outcomes.get(claim.id)?.reason, "Allocated");
    }
  }

  take(step: Step): void {
    this.#now += 1000;
    switch (step.do) {
      case "write":
        return this.#write(step);
      case "request": {
        const { requested: _, ...rest } = this.#a.get(step.n) ?? {};
        const wish = step.address === undefined ? {} : { requested: step.address };
        return this.#edit(step.n, { ...rest, ...wish } as Claim);
      }
      case "note":
        return this.#edit(
          step.n,
          { ...this.#a.get(step.n), noted: step.address, waited: step.waited } as Claim,
        );
      case "pause":
      case "remove":
        return this.#edit(step.n, { ...this.#a.get(step.n), state: "releasing" } as Claim);
      case "resume":
        return this.#edit(step.n, { ...this.#a.get(step.n), state: "wanted" } as Claim);
      case "removeByForce":
        return void this.#a.delete(step.n);
      case "moveB":
        return this.#moveB(`b-${step.b}`);
      case "pool":
        this.#former = [this.#poolOfA(step.addresses)];
        return;
      case "plan":
        return this.#plan();
      case "showA":
        for (const [n, claim] of this.#a) this.#a.set(n, this.#shown(claim));
        this.#left.clear();
        return;
      case "showB":
        return this.#showB();
      case "restart":
        // What is committed is shown before anybody else leads.
        this.#showB();
        this.#last = undefined;
        return;
      default:
        step satisfies never;
    }
  }

  /** A's objects are older than B's, whatever is written into them now. */
  #write({ n, mac, as }: Extract<Step, { readonly do: "write" }>): void {
    const before = this.#a.get(n);
    const name = `a-${n}`;
    const vm: ClaimVm = { namespace: "a", name, running: as === "running" };
    const macAddress = this.#macOf(mac);
    const isSame = before !== undefined && before.macAddress === macAddress;
    if (before !== undefined && !isSame) {
      this.#left.set(before.id, { ...before, state: "releasing" });
    }
    this.#left.delete(`${name}/${macAddress}`);
    this.#a.set(n, {
      ...(isSame && before.previous !== undefined && before.holds !== undefined
        ? { previous: before.previous, holds: before.holds }
        : {}),
      // Whatever was noted goes along, as with a NIC whose MAC address changes.
      ...(before?.noted === undefined ? {} : { noted: before.noted }),
      ...(before?.waited === undefined ? {} : { waited: before.waited }),
      id: `${name}/${macAddress}`,
      owner: { namespace: "a", name, uid: name },
      ...(as === "reservation" ? {} : { vm }),
      macAddress,
      createdAt: NOW - 1_000_000 + n,
      state: "wanted",
    });
  }

  #edit(n: number, claim: Claim): void {
    if (this.#a.has(n)) this.#a.set(n, claim);
  }

  /** A pool of A's that served the network in an earlier life: only the controller writes such a record. */
  #poolOfA(addresses: readonly string[]): IPPool {
    const pairs = addresses.map((address, index) => [address, macOf(B_CLAIMS + index)] as const);
    const pool = poolOf({ allocated: Object.fromEntries(pairs) });
    return { ...pool, metadata: { namespace: "a", name: "pool" } };
  }

  #showB(): void {
    for (const [name, claim] of this.#b) {
      if (!this.#outcomes.has(claim.id)) continue; // Nothing is written before it is planned.
      this.#b.set(name, this.#shown(claim));
      this.#leftB.delete(name);
    }
  }

  /** A NIC of B's gets a MAC address that nobody has; its object notes the address that it shows. */
  #moveB(name: string): void {
    const claim = this.#b.get(name);
    if (claim?.previous === undefined || this.#leftB.has(name)) return;
    const { previous, holds: _, ...rest } = claim;
    this.#moves += 1;
    this.#leftB.set(name, { ...claim, state: "releasing" });
    this.#b.set(name, {
      ...rest,
      id: `${name}/${this.#moves}`,
      macAddress: macOf(100 + this.#moves),
      noted: previous,
    });
  }

  /** The MAC address that A writes: what B's object has now, or one of its own. Nobody can write one before it is there to be seen. */
  #macOf(mac: number): string {
    const claim = this.#b.get(`b-${mac}`);
    return claim !== undefined && this.#outcomes.has(claim.id) ? claim.macAddress : macOf(mac);
  }

  /** The claim with the status that the controller would write. */
  #shown(claim: Claim): Claim {
    const address = this.#outcomes.get(claim.id)?.address;
    if (address !== undefined) return { ...claim, previous: address, holds: true };
    return claim.holds === true ? { ...claim, holds: false } : claim;
  }

  #plan(): void {
    const [home = ""] = this.#pool.spec.networkName.split("/");
    const nad = {
      apiVersion: "k8s.cni.cncf.io/v1",
      kind: "NetworkAttachmentDefinition",
      metadata: {
        name: "net",
        namespace: home,
        annotations: { "network.harvesterhci.io/allowed-namespaces": "b" },
      },
    };
    const plan = planPool({
      pool: this.#pool,
      claims: [this.#a, this.#left, this.#b, this.#leftB].flatMap((some) => [...some.values()]),
      access: networkAccess(this.#pool.spec.networkName, { tenancy: this.#tenancy, nad }),
      formerPools: this.#former,
      ...(this.#last === undefined
        ? {}
        : { sightings: this.#last.sightings, holders: this.#last.holders }),
      now: this.#now,
    });
    for (const [name, { id }] of this.#b) {
      const [was, is] = [this.#had.get(name), plan.outcomes.get(id)];
      if (is !== undefined) this.#had.set(name, is);
      if (was === undefined) continue;
      strictEqual(is?.address, was.address, `${name}: ${was.message}, then ${is?.message}`);
      strictEqual(is?.reason, was.reason, `${name}: ${is?.message}`);
    }
    for (const { claim, address, reason } of plan.outcomes.values()) {
      if (claim.owner.namespace !== "a" || address === undefined) continue;
      ok(this.#tenancy === "shared", `${claim.id} has ${address}: ${reason}`);
    }
    for (const address of Object.keys(plan.ipv4.allocated ?? {})) {
      ok(/^10\.0\.0\.(1[1-8]|77|20|1|2)$/.test(address), `${address} is no address of the pool`);
    }
    this.#outcomes = plan.outcomes;
    this.#last = plan;
    if (plan.changed) this.#pool = written(this.#pool, plan);
  }
}

for (const tenancy of ["shared", "isolated"] as const) {
  for (const home of ["b", "c"]) {
    const where = home === "b" ? "its own network" : "a network of a third namespace";
    Deno.test(`T1: ${tenancy}: nothing that tenant A writes moves an address of tenant B on ${where}, or makes a condition false`, () => {
      fc.assert(
        fc.property(fc.array(step, { minLength: 5, maxLength: 60 }), (steps) => {
          const tenants = new Tenants({ tenancy, home });
          for (const step of steps) tenants.take(step);
          tenants.take({ do: "plan" });
        }),
        { numRuns: 500 },
      );
    });
  }
}
