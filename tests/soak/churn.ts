/**
 * What people do all day: VMs come, change and go, and now and then somebody edits a pool.
 *
 * @module
 */
import { sameJson } from "../../core/api/same_json.ts";
import { IPPOOLS, statusOf, VIRTUAL_MACHINES, VMNETCFGS } from "../../kube/mod.ts";
import { type Random, systemClock } from "../../runtime/clock.ts";
import { reservation, vm } from "../controller/objects.ts";
import type { Real } from "../controller_real/real.ts";
import type { Place, Population } from "./population.ts";

/** So many of the changing VMs are away at most. */
const AWAY = 0.04;
const FILLERS = 6;
const REFUSED = 422;

/** One kind of change; answers whether there was something to change. */
interface Deed {
  readonly what: string;
  /** Of {@linkcode DEEDS}, how often. */
  readonly weight: number;
  do(churn: ChurnParts): Promise<boolean>;
}

/** A reservation that somebody made. */
interface Reserved {
  readonly key: string;
  readonly networkName: string;
  readonly macAddress: string;
}

/** What a deed has to do with. */
interface ChurnParts {
  readonly real: Real;
  readonly population: Population;
  readonly random: Random;
  /** Reservations that somebody made and did not delete again. */
  readonly reservations: Reserved[];
  /** Grows by one with each deed. */
  readonly number: number;
}

const DEEDS: readonly Deed[] = [
  { what: "VM deleted", weight: 22, do: deleteVm },
  { what: "VM created", weight: 22, do: createVm },
  { what: "MAC address changed", weight: 14, do: changeMac },
  { what: "second NIC added or removed", weight: 14, do: changeSecondNic },
  { what: "VM stopped or started", weight: 8, do: stopOrStart },
  { what: "annotation that concerns nobody", weight: 14, do: annotate },
  { what: "reservation made or deleted", weight: 4, do: reserve },
  { what: "pool edited", weight: 2, do: editPool },
];

/** Makes changes, and counts them. */
export class Churn {
  /** Kind of change -> how many there were. */
  readonly counts = new Map<string, number>();
  readonly population: Population;
  readonly #real: Real;
  readonly #random: Random;
  readonly #reservations: Reserved[] = [];
  #number = 0;

  constructor({ real, population, random }: {
    readonly real: Real;
    readonly population: Population;
    readonly random: Random;
  }) {
    this.#real = real;
    this.population = population;
    this.#random = random;
  }

  /** Changes so far, those that concern nobody included. */
  get total(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Kind of change -> how many there were since there were so many. */
  since(before: ReadonlyMap<string, number>): Readonly<Record<string, number>> {
    return Object.fromEntries(
      [...this.counts].map(([what, count]) => [what, count - (before.get(what) ?? 0)]),
    );
  }

  /** Network -> MAC addresses of the NICs and reservations that want an address there. */
  wanted(): ReadonlyMap<string, ReadonlySet<string>> {
    const { staying, changing } = this.population;
    const nics = [...staying, ...changing].flatMap((place) => place.isThere ? place.nics : []);
    const reserved = this.#reservations.map(({ networkName, macAddress }) => ({
      network: networkName,
      mac: macAddress,
    }));
    const all = Map.groupBy([...nics, ...reserved], ({ network = "" }) => network);
    return new Map(
      [...all].map(([network, some]) => [network, new Set(some.map(({ mac = "" }) => mac))]),
    );
  }

  /** Makes all VMs, so many in a second at most. */
  async fill(rate: number, signal?: AbortSignal): Promise<void> {
    const { population } = this;
    const rest = [...population.staying, ...population.changing].values();
    const filler = async () => {
      for (const place of rest) {
        const due = performance.now() + FILLERS * 1_000 / rate;
        await makeVm(this.#real, place);
        await systemClock.sleep(Math.max(0, due - performance.now()), signal);
      }
    };
    await Promise.all(Array.from({ length: FILLERS }, filler));
  }

  /** Makes so many changes in a second until the signal aborts. */
  async run(rate: number, signal: AbortSignal): Promise<void> {
    let due = performance.now();
    while (!signal.aborted) {
      await this.one();
      const now = performance.now();
      due = Math.max(due + 1_000 / rate, now);
      await systemClock.sleep(due - now, signal).catch(() => undefined);
    }
  }

  /** Makes one change. */
  async one(): Promise<void> {
    const deed = this.#draw();
    const did = await deed.do({
      real: this.#real,
      population: this.population,
      random: this.#random,
      reservations: this.#reservations,
      number: ++this.#number,
    });
    if (did) this.counts.set(deed.what, (this.counts.get(deed.what) ?? 0) + 1);
  }

  #draw(): Deed {
    let left = this.#random() * DEEDS.reduce((sum, { weight }) => sum + weight, 0);
    for (const deed of DEEDS) {
      left -= deed.weight;
      if (left < 0) return deed;
    }
    throw new RangeError("A random number below 1 is wanted");
  }
}

async function makeVm(real: Real, { key, nics, isRunning }: Place): Promise<void> {
  await real.create(VIRTUAL_MACHINES, vm(key, nics, { running: isRunning }));
}

async function deleteVm({ real, population }: ChurnParts): Promise<boolean> {
  const away = population.changing.filter(({ isThere }) => !isThere).length;
  const place = population.any(true);
  if (place === undefined || away >= AWAY * population.changing.length) return false;
  await real.delete(VIRTUAL_MACHINES, place.key);
  population.put({ ...place, isThere: false });
  return true;
}

/** Every other one comes back with another MAC address, as where the manifest names none. */
async function createVm({ real, population, random }: ChurnParts): Promise<boolean> {
  const place = population.any(false);
  if (place === undefined) return false;
  const nics = random() < 0.5
    ? place.nics
    : place.nics.map((nic) => ({ ...nic, mac: population.freshMac() }));
  await makeVm(real, population.put({ ...place, nics, isThere: true }));
  return true;
}

async function changeMac({ real, population }: ChurnParts): Promise<boolean> {
  const place = population.any(true);
  if (place === undefined) return false;
  const [nic, ...others] = place.nics;
  const nics = [{ ...nic, mac: population.freshMac() }, ...others];
  await rewrite(real, population.put({ ...place, nics }));
  return true;
}

async function changeSecondNic({ real, population }: ChurnParts): Promise<boolean> {
  const place = population.any(true);
  if (place === undefined) return false;
  const [first = {}, second] = place.nics;
  const nics = second === undefined ? [first, population.secondNic()] : [first];
  await rewrite(real, population.put({ ...place, nics }));
  return true;
}

async function stopOrStart({ real, population }: ChurnParts): Promise<boolean> {
  const place = population.any(true);
  if (place === undefined) return false;
  await rewrite(real, population.put({ ...place, isRunning: !place.isRunning }));
  return true;
}

async function annotate({ real, population, number }: ChurnParts): Promise<boolean> {
  const place = population.any(true);
  if (place === undefined) return false;
  const annotations = { "example.com/seen": String(number) };
  await real.patch(VIRTUAL_MACHINES, place.key, { metadata: { annotations } });
  return true;
}

/** There are ten at most: each second one is deleted again. */
async function reserve(
  { real, population, reservations, number }: ChurnParts,
): Promise<boolean> {
  const oldest = reservations.length >= 10 ? reservations.shift() : undefined;
  if (oldest !== undefined) {
    await real.delete(VMNETCFGS, oldest.key);
    return true;
  }
  const key = `default/reservation-${number}`;
  const { key: networkName } = population.network();
  const macAddress = population.freshMac();
  await real.create(VMNETCFGS, reservation(key, [{ networkName, macAddress }]));
  reservations.push({ key, networkName, macAddress });
  return true;
}

/** What clients are told, or which addresses nobody is to have. */
async function editPool({ real, population, number }: ChurnParts): Promise<boolean> {
  const { key, config } = population.network();
  const network = config.cidr?.replace("0/24", "") ?? "";
  const change = number % 2 === 0
    ? { dns: [`${network}${2 + number % 5}`] }
    : { pool: { exclude: [`${network}${240 + number % 10}`] } };
  // A patch that changes nothing would count as a write in vain.
  const { dns, pool } = (await real.get(IPPOOLS, key))?.spec.ipv4Config ?? {};
  if (sameJson(change, change.dns ? { dns } : { pool: { exclude: pool?.exclude } })) return false;
  try {
    await real.patch(IPPOOLS, key, { spec: { ipv4Config: change } });
    return true;
  } catch (error) {
    // The webhook refuses to take an address from a VM that has it.
    if (statusOf(error) === REFUSED) return false;
    throw error;
  }
}

async function rewrite(real: Real, { key, nics, isRunning }: Place): Promise<void> {
  const { spec } = vm(key, nics, { running: isRunning }) as { readonly spec: object };
  await real.patch(VIRTUAL_MACHINES, key, { spec });
}
