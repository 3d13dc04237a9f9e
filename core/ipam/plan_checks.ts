/**
 * What holds for every plan, whatever it was made from.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { formatIPv4, parseIPv4, readIPv4, readMac } from "../net/mod.ts";
import type { Planned } from "./cluster_model.ts";
import { written } from "./fixture.ts";
import { ORPHAN_AGE_MS } from "./limits.ts";
import { ownersOf } from "./owners.ts";
import { planPool } from "./plan_pool.ts";
import { poolNetwork } from "./pool_network.ts";
import type { Claim, PlanInput } from "./types.ts";

/** MAC address -> address, of those recorded; fails where a MAC address has two. */
function addressesByMac(
  allocated: Readonly<Record<string, string>> = {},
): ReadonlyMap<number, string> {
  const addresses = new Map<number, string>();
  for (const [address, text] of Object.entries(allocated)) {
    const mac = readMac(text);
    if (mac < 0) continue;
    ok(!addresses.has(mac), `${text} has ${addresses.get(mac)} and ${address}`);
    ok(readIPv4(address) >= 0, address);
    addresses.set(mac, address);
  }
  return addresses;
}

function claimsByMac(claims: readonly Claim[]): ReadonlyMap<number, readonly Claim[]> {
  const found = new Map<number, Claim[]>();
  for (const claim of claims) {
    const mac = readMac(claim.macAddress);
    found.set(mac, [...found.get(mac) ?? [], claim]);
  }
  return found;
}

function isFrozen({ pool, servedBy }: PlanInput): boolean {
  return pool.spec.paused === true || servedBy !== undefined || !poolNetwork(pool).ok;
}

/** Nobody loses an address, or is moved, without a reason. */
function checkKept({ input, plan }: Planned): void {
  const before = addressesByMac(input.pool.status?.ipv4?.allocated);
  const after = addressesByMac(plan.ipv4.allocated);
  const claims = claimsByMac(input.claims);
  for (const [mac, address] of before) {
    const { primary, releasing } = ownersOf(claims.get(mac) ?? []);
    if (primary === undefined) {
      const seen = [...input.sightings ?? []].find(([key]) => key.startsWith(`${address} `))?.[1];
      const isRipe = seen !== undefined && input.now - seen >= ORPHAN_AGE_MS;
      if (releasing.length === 0 && !isRipe) {
        strictEqual(after.get(mac), address, "an orphan went early");
      }
      if (releasing.length > 0) strictEqual(after.get(mac), undefined, "what was released stayed");
      continue;
    }
    const isDeclined = !isFrozen(input) &&
      input.declined?.some((report) =>
        report.address === address && readMac(report.macAddress) === mac
      );
    const isWish = primary.requested !== undefined && after.get(mac) === primary.requested;
    if (!isDeclined && !isWish) {
      strictEqual(after.get(mac), address, "moved or lost without a reason");
    }
  }
}

/** What is given anew is free, wished for or of the range, and nobody else's a moment ago unless nothing else is left. */
function checkGiven({ input, plan }: Planned): void {
  const before = addressesByMac(input.pool.status?.ipv4?.allocated);
  const claims = claimsByMac(input.claims);
  const network = poolNetwork(input.pool);
  const owners = new Map([...before].map(([mac, address]) => [address, mac]));
  for (const [mac, address] of addressesByMac(plan.ipv4.allocated)) {
    if (before.get(mac) === address) continue;
    ok(network.ok && !isFrozen(input), "a pool that is not served gave an address");
    const { range, reserved, excluded } = network.value;
    const number = parseIPv4(address);
    ok(!reserved.has(number) && !excluded.has(number), `${address} is not to be given`);
    const isWished = claims.get(mac)?.some(({ requested }) => requested === address) === true;
    ok(isWished || number >= range.start && number <= range.end, `${address} is outside the range`);
    const isHeld = isHeldFrom(mac, address, input);
    if ((isHeld || owners.has(address)) && !isWished) {
      const others = freeAddresses(plan.ipv4, range)
        .filter((one) => !isHeldFrom(mac, one, input) && !owners.has(one));
      deepStrictEqual(others, [], `${address} was given before its time`);
    }
    const held = readMac(input.pool.status?.ipv4?.released?.[address]?.macAddress ?? "");
    const movedAway = claims.get(held)?.some(({ state }) => state === "wanted") === true;
    if (isHeld && isWished && movedAway) throw new Error(`${address} may still be in use`);
  }
}

/** Whether an address is kept from a MAC address. */
function isHeldFrom(mac: number, address: string, { pool, now }: PlanInput): boolean {
  const hold = pool.status?.ipv4?.released?.[address];
  return hold !== undefined && Date.parse(hold.until) > now &&
    readMac(hold.macAddress ?? "") !== mac;
}

function freeAddresses(
  { allocated = {} }: { readonly allocated?: Readonly<Record<string, string>> },
  range: { readonly start: number; readonly end: number },
): readonly string[] {
  const size = range.end - range.start + 1;
  return Array.from({ length: size }, (_, index) => formatIPv4(range.start + index))
    .filter((address) => allocated[address] === undefined);
}

/** Marks follow the spec, and the counts follow the entries. */
function checkRecord({ input, plan }: Planned): void {
  const { ipv4 } = plan;
  strictEqual(ipv4.used, addressesByMac(ipv4.allocated).size, "used");
  const network = poolNetwork(input.pool);
  if (!network.ok) return;
  const { range, reserved, excluded } = network.value;
  strictEqual(ipv4.available, freeAddresses(ipv4, range).length, "available");
  for (let number = range.start; number <= range.end; number++) {
    const address = formatIPv4(number);
    const text = ipv4.allocated?.[address] ?? "";
    if (text.includes(":") || text.includes("-") || text === "CONFLICT") continue;
    strictEqual(text !== "", reserved.has(number) || excluded.has(number), `${address}: ${text}`);
  }
  for (const [address, text] of Object.entries(ipv4.allocated ?? {})) {
    strictEqual(
      ipv4.conflicts?.[address] !== undefined,
      text === "CONFLICT",
      `${address}: ${text}`,
    );
    strictEqual(ipv4.released?.[address], undefined, `${address} is held and recorded`);
  }
}

/** Outcomes say what the record says, no more and no less. */
function checkOutcomes({ input, plan }: Planned): void {
  const after = addressesByMac(plan.ipv4.allocated);
  const running = new Map<string, string>();
  strictEqual(plan.outcomes.size, input.claims.length);
  for (const { claim, reason, address } of plan.outcomes.values()) {
    const recorded = after.get(readMac(claim.macAddress));
    if (address !== undefined) strictEqual(address, recorded);
    if (reason === "Allocated") ok(claim.requested === undefined || claim.requested === address);
    if (reason === "Allocated") ok(address !== undefined && claim.state === "wanted");
    strictEqual(reason === "Released", claim.state === "releasing");
    if (reason === "PoolExhausted") strictEqual(plan.ipv4.available, 0);
    if (address === undefined || claim.vm?.running !== true) continue;
    strictEqual(running.get(address), undefined, `two running VMs have ${address}`);
    running.set(address, claim.id);
  }
}

/** Planning again changes nothing and says the same. */
function checkStable({ input, plan }: Planned): void {
  const { sightings } = plan;
  const again = planPool({ ...input, pool: written(input.pool, plan), sightings });
  strictEqual(again.changed, false, JSON.stringify([plan.ipv4, again.ipv4]));
  deepStrictEqual(again.outcomes, plan.outcomes);
  deepStrictEqual(again.sightings, plan.sightings);
  strictEqual(again.wakeAt, plan.wakeAt);
  ok(plan.wakeAt === undefined || plan.wakeAt > input.now);
  const backwards = planPool({ ...input, claims: [...input.claims].reverse() });
  deepStrictEqual(backwards.ipv4, plan.ipv4);
  deepStrictEqual(backwards.outcomes, plan.outcomes);
}

/** What an earlier plan of the same record has left behind changes nothing. */
function checkCarried({ input, plan }: Planned): void {
  deepStrictEqual(planPool({ ...input, pool: structuredClone(input.pool) }), plan);
}

/** Everything that holds for every plan. */
export function checkPlan(planned: Planned): void {
  checkCarried(planned);
  checkKept(planned);
  checkGiven(planned);
  checkRecord(planned);
  checkOutcomes(planned);
  checkStable(planned);
}
