/**
 * What changed between two states of a pool's record, and why.
 *
 * @module
 */
import type { RecordChange, RecordChangeReason, RecordEvent } from "../api/ippool_history.ts";
import { Mark } from "../api/names.ts";
import { toTimestamp } from "../api/timestamp.ts";
import type { IPv4Status } from "../api/types.ts";
import type { Claim, ClaimReason, Plan, PlanInput, PlanNote } from "../ipam/types.ts";
import { formatMac, readMac } from "../net/mod.ts";

export type { RecordChange } from "../api/ippool_history.ts";

/** Two states of a record, and the plan that led to the second. */
export interface RecordStep {
  /** `status.ipv4` as its changes were told last. */
  readonly before: IPv4Status | undefined;
  /** `status.ipv4` as the API server keeps it now. */
  readonly after: IPv4Status | undefined;
  readonly input: Pick<PlanInput, "holders" | "formerPools" | "now">;
  readonly plan: Pick<Plan, "outcomes" | "holders">;
}

/** The longest text of a row: namespace and name. Only what somebody wrote past the webhook is longer. */
const MAX_TEXT = 63 + "/".length + 253;

type Reason = RecordChangeReason | ClaimReason | PlanNote["reason"];

/** An address that a MAC address no longer has. */
interface Left {
  readonly address: string;
  readonly mac: number;
  /** Another machine has it, as its guest found. */
  readonly declined: boolean;
}

/**
 * The changes of a pool's record, in an order in which one after the other leads from the record before
 * to the one after: what ends comes first.
 *
 * The hold of a released address and its end are no changes: `released` says that the address is nobody's. Marks that follow the spec
 * (`EXCLUDED`, `RESERVED`) are none, either.
 */
export function recordChanges(step: RecordStep): readonly RecordChange[] {
  return step.before === step.after ? [] : new Changes(step).all();
}

class Changes {
  readonly #step: RecordStep;
  readonly #before: Required<Pick<IPv4Status, "allocated" | "released" | "conflicts">>;
  readonly #after: Required<Pick<IPv4Status, "allocated" | "released" | "conflicts">>;
  readonly #at: string;
  readonly #rows: RecordChange[] = [];
  /** MAC address -> what it had. */
  readonly #left = new Map<number, Left[]>();
  #claims: ReadonlyMap<number, Claim> | undefined;

  constructor(step: RecordStep) {
    this.#step = step;
    this.#before = { allocated: {}, released: {}, conflicts: {}, ...step.before };
    this.#after = { allocated: {}, released: {}, conflicts: {}, ...step.after };
    this.#at = toTimestamp(step.input.now);
  }

  all(): readonly RecordChange[] {
    const { allocated: was } = this.#before;
    const { allocated: is } = this.#after;
    const isOther = (address: string) => is[address] !== was[address];
    const [before, after] = [Object.keys(was), Object.keys(is)];
    const came = after.filter(isOther);
    const replaced = came.filter((address) => was[address] !== undefined);
    // Where addresses only come, as in a storm, the second look at all of them is saved.
    const isAllThere = before.length - replaced.length === after.length - came.length;
    for (const address of isAllThere ? replaced : before.filter(isOther)) this.#end(address);
    const gained = came.flatMap((address) => this.#gain(address) ?? []);
    for (const lefts of this.#left.values()) {
      for (const left of lefts) if (!left.declined) this.#release(left);
    }
    for (const address of came) if (is[address] === Mark.CONFLICT) this.#conflict(address);
    this.#holdLost();
    this.#rows.push(...gained);
    return this.#rows;
  }

  /** What becomes of an entry that is no longer the same. */
  #end(address: string): void {
    const was = this.#before.allocated[address] ?? "";
    const is = this.#after.allocated[address] ?? "";
    if (was === Mark.CONFLICT) {
      if (readMac(is) < 0) this.#free(address);
      return;
    }
    const mac = readMac(was);
    if (mac < 0 || mac === readMac(is)) return;
    const declined = is === Mark.CONFLICT && this.#hadAndDeclined(address);
    if (declined) this.#decline(address, mac);
    const lefts = this.#left.get(mac);
    const left = { address, mac, declined };
    if (lefts === undefined) this.#left.set(mac, [left]);
    else lefts.push(left);
  }

  /** What a new entry is; what its MAC address had is accounted for with it. */
  #gain(address: string): RecordChange | undefined {
    const mac = readMac(this.#after.allocated[address] ?? "");
    const was = readMac(this.#before.allocated[address] ?? "");
    if (mac < 0 || mac === was) return undefined;
    const claim = this.#claimOf(address, mac);
    const left = this.#left.get(mac)?.[0];
    if (left !== undefined) {
      this.#forget(left);
      const why = left.declined ? "AddressDeclined" : this.#whyGiven(address, claim);
      return this.#row("moved", { address, mac, claim, from: left.address, why });
    }
    const adopted = this.#whyAdopted(address, { mac, claim });
    if (adopted !== undefined) {
      return this.#row("adopted", { address, mac, claim, why: adopted });
    }
    return this.#row("given", { address, mac, claim, why: this.#whyGiven(address, claim) });
  }

  #whyGiven(address: string, claim: Claim | undefined): Reason {
    if (claim?.requested === address) return "Requested";
    const held = this.#before.released[address];
    const isFormer = claim !== undefined &&
      (claim.previous === address || claim.noted === address ||
        readMac(held?.macAddress ?? "") === readMac(claim.macAddress));
    return isFormer ? "FormerAddress" : "Allocated";
  }

  /** Why an entry is no new one: its NIC has another MAC address, or a pool that gave way recorded it. */
  #whyAdopted(
    address: string,
    { mac, claim }: { readonly mac: number; readonly claim: Claim | undefined },
  ): Reason | undefined {
    const { holders, formerPools = [] } = this.#step.input;
    const former = readMac(this.#before.allocated[address] ?? "");
    if (former >= 0) {
      const holder = holders?.get(address) ?? this.#byMac(former);
      const isSame = holder !== undefined && holder.owner.uid === claim?.owner.uid;
      if (!isSame) return undefined;
      const left = this.#left.get(former)?.find((one) => one.address === address);
      if (left !== undefined) this.#forget(left);
      return "MacAddressChanged";
    }
    const isTaken = formerPools.some(({ status }) =>
      readMac(status?.ipv4?.allocated?.[address] ?? "") === mac
    );
    return isTaken ? "RecordTakenOver" : undefined;
  }

  #release({ address, mac }: Left): void {
    const claim = this.#formerClaim(address, mac);
    const outcome = claim && this.#step.plan.outcomes.get(claim.id);
    // Its NIC has another one, and had that before: it was recorded twice.
    const isTwice = outcome?.address !== undefined;
    const why = isTwice ? "InvalidRecord" : outcome?.reason ?? "OrphanReleased";
    this.#rows.push(this.#row("released", { address, mac, claim, why }));
  }

  #decline(address: string, mac: number): void {
    const claim = this.#formerClaim(address, mac);
    this.#rows.push(this.#row("declined", { address, mac, claim, why: "AddressDeclined" }));
  }

  /** A new mark; that of an address whose own guest declined it is told already. */
  #conflict(address: string): void {
    const { macAddress = "", usedBy = "" } = this.#after.conflicts[address] ?? {};
    const decliner = readMac(macAddress);
    if (decliner >= 0) {
      if (!this.#hadAndDeclined(address)) this.#decline(address, decliner);
      return;
    }
    const mac = readMac(usedBy);
    this.#rows.push(this.#row("held", { address, mac, why: "AddressesInUse" }));
  }

  #free(address: string): void {
    const { macAddress = "", usedBy = "" } = this.#before.conflicts[address] ?? {};
    const mac = readMac(macAddress === "" ? usedBy : macAddress);
    this.#rows.push(this.#row("freed", { address, mac, why: "ConflictEnded" }));
  }

  /** Addresses that are kept though no entry ended: they were given in the time before a restore, or rested in a pool that gave way. */
  #holdLost(): void {
    const { released: was, allocated } = this.#before;
    const { released: is } = this.#after;
    const { formerPools = [] } = this.#step.input;
    if (is === was) return;
    for (const address in is) {
      const mac = readMac(is[address]?.macAddress ?? "");
      if (mac < 0 || readMac(was[address]?.macAddress ?? "") === mac) continue;
      if (readMac(allocated[address] ?? "") >= 0) continue;
      const claim = this.#byMac(mac);
      const isTaken = formerPools.some(({ status }) =>
        readMac(status?.ipv4?.released?.[address]?.macAddress ?? "") === mac
      );
      const why = isTaken ? "RecordTakenOver" : "AddressesLost";
      this.#rows.push(this.#row("held", { address, mac, claim, why }));
    }
  }

  #row(
    event: RecordEvent,
    { address, mac, claim, from, why }: {
      readonly address: string;
      readonly mac: number;
      readonly claim?: Claim | undefined;
      readonly from?: string;
      readonly why: Reason;
    },
  ): RecordChange {
    const vm = vmOf(claim);
    const uid = claim?.vm?.uid;
    return {
      at: this.#at,
      event,
      address: short(address),
      macAddress: mac < 0 ? "" : formatMac(mac),
      ...(vm === undefined ? {} : { vm: short(vm) }),
      ...(uid === undefined ? {} : { uid }),
      ...(from === undefined ? {} : { from: short(from) }),
      why,
    };
  }

  #hadAndDeclined(address: string): boolean {
    const had = readMac(this.#before.allocated[address] ?? "");
    return had >= 0 && had === readMac(this.#after.conflicts[address]?.macAddress ?? "");
  }

  #forget(left: Left): void {
    const others = this.#left.get(left.mac)?.filter((one) => one !== left) ?? [];
    if (others.length > 0) this.#left.set(left.mac, others);
    else this.#left.delete(left.mac);
  }

  /** The claim that decides on an entry now. */
  #claimOf(address: string, mac: number): Claim | undefined {
    return this.#step.plan.holders.get(address) ?? this.#byMac(mac);
  }

  /** The claim that decided on an entry before: it knows the VM that is gone. */
  #formerClaim(address: string, mac: number): Claim | undefined {
    const holder = this.#step.input.holders?.get(address);
    return holder !== undefined && readMac(holder.macAddress) === mac ? holder : this.#byMac(mac);
  }

  /** Any claim of a MAC address, the first in the order of the plan; looked for only where nobody is known to decide. */
  #byMac(mac: number): Claim | undefined {
    if (this.#claims === undefined) {
      const claims = new Map<number, Claim>();
      for (const { claim } of this.#step.plan.outcomes.values()) {
        const key = readMac(claim.macAddress);
        if (!claims.has(key)) claims.set(key, claim);
      }
      this.#claims = claims;
    }
    return this.#claims.get(mac);
  }
}

function short(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT - 3)}...`;
}

/** The VM of a claim, also one that is still to come, as `namespace/name`. */
function vmOf(claim: Claim | undefined): string | undefined {
  if (claim?.vm !== undefined) return `${claim.vm.namespace}/${claim.vm.name}`;
  return claim?.vmName === undefined ? undefined : `${claim.owner.namespace}/${claim.vmName}`;
}
