/**
 * What holds for every plan, whatever it was made from.
 *
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { networkOfPool } from "../../api/network.ts";
import { formatIPv4, formatMac, parseIPv4, readIPv4, readMac } from "../../net/mod.ts";
import { readEntries } from "../../record/entries.ts";
import type { Planned } from "./cluster_model.ts";
import { written } from "./fixture.ts";
import { DEFAULT_LIMITS, ORPHAN_AGE_MS } from "../plan/limits.ts";
import { type Owners, ownersOf } from "../claims/owners.ts";
import { planPool } from "../plan/plan_pool.ts";
import { poolNetwork } from "../pool/pool_network.ts";
import type { Claim, PlanInput, PlanNote } from "../types.ts";

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
    const { primary, releasing } = ownersBefore(input, claims.get(mac));
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
    const isAskedFor = primary.requested !== undefined && after.get(mac) === primary.requested;
    if (!isDeclined && !isAskedFor) {
      strictEqual(after.get(mac), address, "moved or lost without a reason");
    }
  }
}

/** The claims with one MAC address, by what they are entitled to before the plan. */
function ownersBefore({ pool, holders }: PlanInput, claims: readonly Claim[] = []): Owners {
  const mac = readMac(claims[0]?.macAddress ?? "");
  const entries = readEntries(pool.status?.ipv4?.allocated).filter((entry) => entry.mac === mac);
  return ownersOf(claims, { network: networkOfPool(pool), entries, holders });
}

/** What is given anew is free, asked for or of the range, and nobody else's a moment ago unless nothing else is left. */
function checkGiven({ input, plan }: Planned): void {
  const before = addressesByMac(input.pool.status?.ipv4?.allocated);
  const claims = claimsByMac(input.claims);
  const network = poolNetwork(input.pool);
  for (const [mac, address] of addressesByMac(plan.ipv4.allocated)) {
    if (before.get(mac) === address || isHandedOn({ mac, address }, input)) continue;
    ok(network.ok && !isFrozen(input), "a pool that is not served gave an address");
    const { range, reserved, excluded } = network.value;
    const number = parseIPv4(address);
    ok(!reserved.has(number) && !excluded.has(number), `${address} is not to be given`);
    const isAskedFor = plan.holders.get(address)?.requested === address;
    ok(
      isAskedFor || number >= range.start && number <= range.end,
      `${address} is outside the range`,
    );
    const isKept = isKeptFrom(mac, address, input);
    if (isKept && !isAskedFor) {
      const others = freeAddresses(plan.ipv4, range).filter((one) => !isKeptFrom(mac, one, input));
      deepStrictEqual(others, [], `${address} was given before its time`);
    }
    const held = readMac(input.pool.status?.ipv4?.released?.[address]?.macAddress ?? "");
    const movedAway = claims.get(held)?.some(({ state }) => state === "wanted") === true;
    if (isKept && isAskedFor && movedAway) throw new Error(`${address} may still be in use`);
  }
}

/** Whether an object hands the address of the MAC address that it gives back on to its next one. */
function isHandedOn(
  { mac, address }: { readonly mac: number; readonly address: string },
  { pool, claims }: PlanInput,
): boolean {
  const former = readMac(pool.status?.ipv4?.allocated?.[address] ?? "");
  const heirs = claims.filter(({ macAddress, noted, state }) =>
    state === "wanted" && readMac(macAddress) === mac && noted === address
  );
  return heirs.some(({ owner }) =>
    claims.some((claim) =>
      claim.state === "releasing" && claim.owner.uid === owner.uid &&
      readMac(claim.macAddress) === former
    )
  );
}

/** Whether an address is kept from a MAC address, since another one had it a moment ago or it rests for that one. */
function isKeptFrom(mac: number, address: string, input: PlanInput): boolean {
  const { pool, claims, now } = input;
  const { allocated = {}, released = {} } = pool.status?.ipv4 ?? {};
  const { macAddress: resting = "", until = "" } = released[address] ?? {};
  const owner = readMac(allocated[address] ?? "");
  const former = owner >= 0 || Date.parse(until) <= now ? owner : readMac(resting);
  if (former < 0 || former === mac) return false;
  const isLeft = !claims.some(({ macAddress, state }) =>
    state === "wanted" && readMac(macAddress) === former
  );
  const { primary, sharing } = ownersBefore(input, claimsByMac(claims).get(mac));
  const isOfNic = isLeft && primary !== undefined &&
    [primary, ...sharing].some(({ previous, noted, notedMac = "" }) =>
      (previous ?? noted) === address && readMac(notedMac) === former
    );
  return !isOfNic;
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
    if (readMac(text) < 0) continue;
    strictEqual(ipv4.released?.[address], undefined, `${address} is held and recorded`);
  }
}

/** Who is told something of its own has an address, all of it has room, and no address depends on it. */
function checkTold({ input, plan }: Planned): void {
  const { clients, allocated } = plan.ipv4;
  const leases = addressesByMac(allocated);
  for (const key of Object.keys(clients ?? {})) {
    ok(leases.has(readMac(key)), `${key} is told something, and has no address`);
    strictEqual(formatMac(readMac(key)), key);
  }
  const { clientBytes = DEFAULT_LIMITS.clientBytes } = input.limits ?? {};
  ok(clients === undefined || JSON.stringify(clients).length <= clientBytes, "too much is told");
  const { clients: _, ...rest } = input.pool.status?.ipv4 ?? { used: 0, available: 0 };
  const { spec, status } = input.pool;
  const silent = planPool({
    ...input,
    pool: {
      ...input.pool,
      spec: { ...spec, ipv4Config: { ...spec.ipv4Config, hostnames: false } },
      ...(status === undefined ? {} : { status: { ...status, ipv4: rest } }),
    },
    claims: input.claims.map(({ options: _, ...claim }) => claim),
  });
  deepStrictEqual(silent.ipv4.allocated, allocated);
  deepStrictEqual(silent.ipv4.released, plan.ipv4.released);
  for (const [id, { options, optionsProblem, address }] of plan.outcomes) {
    if (options !== undefined) {
      ok(address !== undefined, `${id} is told something, and has nothing`);
    }
    if (options === undefined || optionsProblem?.reason === "OptionsLeftOut") continue;
    const mac = formatMac(readMac(plan.outcomes.get(id)?.claim.macAddress ?? ""));
    deepStrictEqual(clients?.[mac]?.options, options);
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

/** Whether a note tells of what lasts, and so comes again. */
function isOfState({ reason }: PlanNote): boolean {
  return reason !== "OrphanReleased" && reason !== "AddressDeclined" &&
    reason !== "RecordTakenOver";
}

/** Planning again changes nothing and says the same. */
function checkStable({ input, plan }: Planned): void {
  const { sightings, holders } = plan;
  const again = planPool({ ...input, pool: written(input.pool, plan), sightings, holders });
  strictEqual(again.changed, false, JSON.stringify([plan.ipv4, again.ipv4]));
  deepStrictEqual(again.outcomes, plan.outcomes);
  deepStrictEqual(again.sightings, plan.sightings);
  strictEqual(again.wakeAt, plan.wakeAt);
  deepStrictEqual(again.notes.filter(isOfState), plan.notes.filter(isOfState));
  ok(plan.wakeAt === undefined || plan.wakeAt > input.now);
  const backwards = planPool({ ...input, claims: [...input.claims].reverse() });
  deepStrictEqual(backwards.ipv4, plan.ipv4);
  deepStrictEqual(backwards.outcomes, plan.outcomes);
}

/** Everything that holds for every plan. */
export function checkPlan(planned: Planned): void {
  checkKept(planned);
  checkGiven(planned);
  checkRecord(planned);
  checkTold(planned);
  checkOutcomes(planned);
  checkStable(planned);
}
