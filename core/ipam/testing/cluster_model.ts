/**
 * A cluster in which anything may happen to one pool, for the property tests of the planner.
 *
 * @module
 */
import type { DeclinedAddress } from "../../api/agent/agent_report.ts";
import type { ClientOptions } from "../../api/client_options.ts";
import type { IPPool, PoolRange } from "../../api/types.ts";
import { parseIPv4, parseMac } from "../../net/mod.ts";
import { claimOf, macOf, NOW, poolOf, written } from "./fixture.ts";
import { planPool } from "../plan/plan_pool.ts";
import type { Claim, Plan, PlanInput, PlanLimits } from "../types.ts";

/** What may happen. */
export type Step =
  | { readonly do: "create" | "delete" | "forget" | "pause" | "resume"; readonly vm: number }
  | { readonly do: "start" | "stop" | "decline"; readonly vm: number }
  | { readonly do: "use" | "leave"; readonly address: string; readonly vm: number }
  | { readonly do: "request" | "note"; readonly vm: number; readonly address: string | undefined }
  | { readonly do: "tell"; readonly vm: number; readonly options: ClientOptions | undefined }
  | { readonly do: "names"; readonly hostnames: boolean }
  | { readonly do: "move"; readonly vm: number; readonly mac: number }
  | { readonly do: "range"; readonly range: PoolRange }
  | { readonly do: "server"; readonly address: string }
  | { readonly do: "pausePool"; readonly paused: boolean }
  | { readonly do: "serve"; readonly isServed: boolean }
  | { readonly do: "wait"; readonly ms: number }
  | { readonly do: "plan" | "planAndCrash" | "restart" | "leaveAll" | "restore" };

/** A plan, and what it was made from. */
export interface Planned {
  readonly input: PlanInput;
  readonly plan: Plan;
}

const HOUR = 3_600_000;
const STRANGER = "52:54:00:99:99:99";

/** The pool, its VMs and its controller. */
export class ClusterModel {
  /** The pool as the API server has it. */
  pool: IPPool = poolOf({
    config: { cidr: "10.0.0.0/28", pool: { start: "10.0.0.3", end: "10.0.0.6" } },
  });
  readonly #claims = new Map<number, Claim>();
  /** What VMs claimed with the MAC addresses that they had before. */
  readonly #left = new Map<number, Claim>();
  readonly #check: (planned: Planned) => void;
  readonly #limits: Partial<PlanLimits>;
  #now = NOW;
  #declined: readonly DeclinedAddress[] = [];
  /** Who uses which address without being given it. */
  readonly #inUse = new Map<number, number>();
  #isServed = true;
  /** What the controller has in memory. */
  #sightings: ReadonlyMap<string, number> | undefined;
  #holders: ReadonlyMap<string, Claim> | undefined;

  constructor(check: (planned: Planned) => void, limits: Partial<PlanLimits> = {}) {
    this.#check = check;
    this.#limits = limits;
  }

  /** The claims there are. */
  get claims(): readonly Claim[] {
    return [...this.#claims.values(), ...this.#left.values()];
  }

  /** Lets something happen. */
  take(step: Step): void {
    switch (step.do) {
      case "create":
        if (!this.#claims.has(step.vm)) this.#create(step.vm);
        return;
      case "forget":
        return void this.#claims.delete(step.vm);
      case "delete":
      case "pause":
        return this.#change(step.vm, { state: "releasing" });
      case "resume":
        return this.#change(step.vm, { state: "wanted" });
      case "start":
      case "stop":
        return this.#run(step.vm, step.do === "start");
      case "request":
        return this.#request(step.vm, step.address);
      case "note": {
        const { noted: _, ...rest } = this.#claims.get(step.vm) ?? {};
        const noted = step.address === undefined ? {} : { noted: step.address };
        return this.#change(step.vm, { ...rest, ...noted });
      }
      case "tell":
        return this.#tell(step.vm, step.options);
      case "names":
        return this.#edit({ hostnames: step.hostnames });
      case "move":
        return this.#move(step.vm, macOf(step.mac));
      case "restore":
        return this.#restore();
      case "decline":
        return this.#decline(step.vm);
      case "use":
        return void this.#inUse.set(parseIPv4(step.address), parseMac(macOf(step.vm)));
      case "leave":
        return void this.#inUse.delete(parseIPv4(step.address));
      case "leaveAll":
        return this.#inUse.clear();
      case "range":
        return this.#edit({ pool: step.range });
      case "server":
        return this.#edit({ serverIP: step.address });
      case "pausePool":
        this.pool = { ...this.pool, spec: { ...this.pool.spec, paused: step.paused } };
        return;
      case "serve":
        this.#isServed = step.isServed;
        return;
      case "wait":
        this.#now += step.ms;
        return;
      case "plan":
        return this.#commit(this.#plan());
      case "planAndCrash":
        this.#plan();
        return this.#forgetAll();
      case "restart":
        return this.#forgetAll();
      default:
        step satisfies never;
    }
  }

  #forgetAll(): void {
    this.#sightings = undefined;
    this.#holders = undefined;
  }

  #create(vm: number): void {
    // Some VMs are copies of others and have their MAC address.
    const macAddress = macOf(vm < 4 ? vm >> 1 : vm);
    const spelling = vm % 2 ? macAddress.toUpperCase().replaceAll(":", "-") : macAddress;
    this.#claims.set(
      vm,
      claimOf(vm, {
        macAddress: spelling,
        createdAt: this.#now,
        vmName: `vm-${vm}`,
      }),
    );
  }

  /** The NIC of a VM gets another MAC address: the old one is given back. */
  #move(vm: number, macAddress: string): void {
    const claim = this.#claims.get(vm);
    if (claim === undefined || this.#left.has(vm)) return;
    if (parseMac(claim.macAddress) === parseMac(macAddress)) return;
    const { previous, holds: _, ...rest } = claim;
    const { requested: __, ...left } = claim;
    this.#left.set(vm, { ...left, id: `${claim.id} left`, state: "releasing" });
    const note = previous && { noted: previous, notedMac: claim.macAddress };
    this.#claims.set(vm, { ...rest, macAddress, ...note });
  }

  /** The record is lost, and with it what the objects show; what they note is there. */
  #restore(): void {
    const { status: _, ...pool } = this.pool;
    this.pool = pool;
    this.#left.clear();
    for (const [vm, claim] of this.#claims) {
      const { previous, holds: _, ...rest } = claim;
      this.#claims.set(vm, { ...rest, ...(previous && { noted: previous, waited: vm % 2 === 0 }) });
    }
    this.#forgetAll();
  }

  #change(vm: number, parts: Partial<Claim>): void {
    const claim = this.#claims.get(vm);
    if (claim !== undefined) this.#claims.set(vm, { ...claim, ...parts });
  }

  #run(vm: number, running: boolean): void {
    const { vm: known } = this.#claims.get(vm) ?? {};
    if (known !== undefined) this.#change(vm, { vm: { ...known, running } });
  }

  #request(vm: number, requested: string | undefined): void {
    const claim = this.#claims.get(vm);
    if (claim === undefined) return;
    const { requested: _, ...rest } = claim;
    this.#claims.set(vm, requested === undefined ? rest : { ...rest, requested });
  }

  #tell(vm: number, options: ClientOptions | undefined): void {
    const claim = this.#claims.get(vm);
    if (claim === undefined) return;
    const { options: _, ...rest } = claim;
    this.#claims.set(vm, options === undefined ? rest : { ...rest, options });
  }

  /** The guest declines the address that its object shows. */
  #decline(vm: number): void {
    const { macAddress, previous } = this.#claims.get(vm) ?? {};
    if (macAddress === undefined || previous === undefined) return;
    const at = new Date(this.#now).toISOString();
    this.#declined = [...this.#declined, {
      address: previous,
      macAddress,
      usedBy: STRANGER,
      at,
    }];
  }

  #edit(parts: Partial<IPPool["spec"]["ipv4Config"]>): void {
    const { spec } = this.pool;
    this.pool = { ...this.pool, spec: { ...spec, ipv4Config: { ...spec.ipv4Config, ...parts } } };
  }

  #plan(): Plan {
    // Agents report what was declined within the last hour.
    this.#declined = this.#declined.filter(({ at }) => Date.parse(at) > this.#now - HOUR);
    const input: PlanInput = {
      pool: this.pool,
      claims: this.claims,
      declined: this.#declined,
      inUse: this.#inUse,
      ...(this.#sightings === undefined ? {} : { sightings: this.#sightings }),
      ...(this.#holders === undefined ? {} : { holders: this.#holders }),
      ...(this.#isServed ? {} : { servedBy: "default/older" }),
      now: this.#now,
      limits: this.#limits,
    };
    const plan = planPool(input);
    this.#check({ input, plan });
    return plan;
  }

  /** The pool is written, then the objects show their addresses; what was released and deleted goes. */
  #commit(plan: Plan): void {
    if (plan.changed) this.pool = written(this.pool, plan);
    this.#sightings = plan.sightings;
    this.#holders = plan.holders;
    this.#left.clear();
    for (const [vm, claim] of this.#claims) {
      const address = plan.outcomes.get(claim.id)?.address;
      if (address !== undefined) {
        this.#claims.set(vm, { ...claim, previous: address, holds: true });
      } else if (claim.state === "releasing" && vm % 2) this.#claims.delete(vm);
      else if (claim.holds === true) this.#claims.set(vm, { ...claim, holds: false });
    }
  }
}
