/**
 * The scenario of a seed: which deeds, how often, and when.
 *
 * @module
 */
import type { Tenancy } from "../../../core/api/tenancy.ts";
import type { Random } from "../../../runtime/clock.ts";
import { oneOf, streamOf } from "../engine/random.ts";
import { API } from "./api.ts";
import { CLIENTS } from "./clients.ts";
import { CORNERS } from "./corners.ts";
import type { Deed } from "./deeds.ts";
import { type DeedKind, drawOf } from "./kind.ts";
import { LEADERS } from "./leaders.ts";
import { MACHINES } from "./machines.ts";
import { PEOPLE } from "./people.ts";
import { nicsOf, poolOf, vmName, VMS } from "./subjects.ts";
import { type Theme, THEMES, TRAITS } from "./themes.ts";
import { WIRE } from "./wire.ts";

/** A deed and its time, milliseconds from the beginning. */
export interface TimedDeed {
  readonly at: number;
  readonly deed: Deed;
}

/** Everything that a run follows from. */
export interface Scenario {
  readonly seed: number;
  /** What it is about; absent in those that were written by hand. */
  readonly theme?: Theme;
  /** A cluster, or one machine with the standalone server. Unset: a cluster. */
  readonly world?: "cluster" | "standalone";
  readonly tenancy: Tenancy;
  /** When the faults stop, milliseconds from the beginning. */
  readonly untilMs: number;
  readonly deeds: readonly TimedDeed[];
}

const LEAST_GAP_MS = 200;
const OF_PEOPLE = { ...PEOPLE, ...CORNERS };
const FAULTS = { ...MACHINES, ...API, ...WIRE, ...CLIENTS, ...LEADERS };

/** Part of the seeds about everything whose world is one machine. */
const STANDALONE = 0.27;
/** What happens to one machine: it has no other nodes, and no way to an API server that could fail. */
const FAULTS_OF_ONE = {
  ...only(MACHINES, [
    "kill",
    "stop",
    "freeze",
    "clock",
    "suspend",
    "drift",
    "remake interface",
    "interface away",
  ]),
  ...WIRE,
  ...CLIENTS,
};

/** The scenario of a seed: so many milliseconds of a cluster's life. Unless it is said, the seed draws what it is about. */
export function scenarioOf(seed: number, untilMs: number, about?: Theme): Scenario {
  const random = streamOf(seed, "scenario");
  const drawn = random() < 0.5 ? "everything" : oneOf(random, THEMES);
  const theme = about ?? drawn;
  const { pools, size, people, meansMs, weights, others } = TRAITS[theme];
  const deeds: TimedDeed[] = pools.map((pool, index) => ({
    at: 2_000 + index * 500,
    deed: { do: "create pool", pool },
  }));
  if (size !== undefined) {
    for (const pool of pools) {
      const edit = { end: poolOf(pool).start + size - 1 };
      deeds.push({ at: 3_600, deed: { do: "edit pool", pool, edit } });
    }
  }
  // What a theme is about takes a cluster.
  const isOne = theme === "everything" && streamOf(seed, "world")() < STANDALONE;
  const world = isOne ? "standalone" : "cluster";
  const faults: Kinds = isOne ? FAULTS_OF_ONE : FAULTS;
  const calm = theme === "everything" && random() < 0.15;
  const meanMs = oneOf(random, meansMs);
  for (let n = 0; n < VMS / 2; n++) {
    deeds.push({
      at: 4_000 + n * 300,
      deed: { do: "create vm", vm: vmName(n), nics: nicsOf(n, random) },
    });
  }
  const chance = (kinds: Kinds) => (name: string) =>
    (weights as Readonly<Record<string, number>>)[name] ?? (kinds[name]?.weight ?? 0) * others;
  for (let at = 12_000; at < untilMs;) {
    at += LEAST_GAP_MS + -Math.log(1 - random()) * meanMs;
    const kinds: Kinds = calm || random() < people ? OF_PEOPLE : faults;
    const deed = oneDrawn(kinds, { chance: chance(kinds), random, leftMs: untilMs - at });
    if (at < untilMs) deeds.push({ at: Math.round(at), deed });
  }
  const tenancy = random() < 0.5 ? "shared" : "isolated";
  return { seed, world, theme, tenancy, untilMs, deeds };
}

type Kinds = Readonly<Record<string, { readonly weight: number }>>;

/** One of these kinds, by their weights. */
function oneDrawn(kinds: Kinds, { chance, random, leftMs }: {
  readonly chance: (name: string) => number;
  readonly random: Random;
  readonly leftMs: number;
}): Deed {
  const all = Object.keys(kinds);
  let left = random() * all.reduce((sum, name) => sum + chance(name), 0);
  const name = all.find((one) => (left -= chance(one)) < 0) ?? all[0] ?? "";
  const { draw } = kinds[name] as DeedKind<object>;
  return { do: name, ...draw(drawOf(random, leftMs)) } as Deed;
}

/** Some of several. */
function only<T extends object, K extends keyof T>(all: T, names: readonly K[]): Pick<T, K> {
  return Object.fromEntries(names.map((name) => [name, all[name]])) as Pick<T, K>;
}
