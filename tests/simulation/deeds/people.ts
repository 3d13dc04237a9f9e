/**
 * What people do: pools, networks, virtual machines and their annotations.
 *
 * @module
 */
import { MANAGED_DHCP, STATIC_IP_ANNOTATION_PREFIX } from "../../../core/api/names.ts";
import type { IPPoolSpec } from "../../../core/api/types.ts";
import { errorText } from "../../../core/error_text.ts";
import { IPPOOLS, keyOf, parseKey, VIRTUAL_MACHINES, VMNETCFGS } from "../../../kube/mod.ts";
import {
  pool as poolObject,
  type TestNic,
  vm as vmObject,
  vmiSpec,
} from "../../controller/objects.ts";
import { between, oneOf } from "../engine/random.ts";
import type { Mutable } from "../world/admission.ts";
import type { World } from "../world/world.ts";
import { kind } from "./kind.ts";
import { createNetwork, NETWORKS, withEntry } from "./networks.ts";
import { RESERVATIONS } from "./reservations.ts";
import { TENANCY } from "./tenants.ts";
import { nicsOf, poolOf, TENANTS } from "./subjects.ts";

/** An edit of a pool. */
type PoolEdit =
  | { readonly leaseTime: number }
  | { readonly paused: boolean }
  | { readonly dns: string }
  | { readonly start: number }
  | { readonly end: number }
  | { readonly server: number }
  | { readonly router: number };

interface OfPool {
  readonly pool: number;
}

interface OfVm {
  readonly vm: string;
}

/** Deeds of people. */
export const PEOPLE = {
  ...NETWORKS,
  ...RESERVATIONS,
  ...TENANCY,
  "create pool": kind<OfPool>({
    weight: 0.7,
    draw: ({ pool }) => ({ pool }),
    act: (world, { pool }) => createPool(world, pool),
  }),
  "edit pool": kind<OfPool & { readonly edit: PoolEdit }>({
    weight: 1,
    draw: ({ random, pool }) => ({
      pool,
      edit: oneOf<PoolEdit>(random, [
        { leaseTime: oneOf(random, [60, 120, 300]) },
        { paused: random() < 0.3 },
        { dns: `1.1.1.${between(random, 1, 9)}` },
        { start: poolOf(pool).start + between(random, -3, 8) },
        { end: poolOf(pool).end + between(random, -8, 5) },
        { server: between(random, 2, 4) },
        { router: oneOf(random, [1, 5]) },
      ]),
    }),
    act: ({ person }, { pool, edit }) =>
      person.edit(
        IPPOOLS,
        poolOf(pool).key,
        ({ spec }) => editPool(spec, poolOf(pool).prefix, edit),
      ),
  }),
  "delete pool": kind<OfPool & { readonly isJudged?: boolean }>({
    weight: 0.5,
    draw: ({ random, pool }) => ({ pool, isJudged: random() < 0.5 }),
    act: ({ person }, { pool, isJudged = false }) =>
      person.delete(IPPOOLS, poolOf(pool).key, { isJudged }),
  }),
  "restore pool": kind<OfPool>({
    weight: 0.3,
    draw: ({ pool }) => ({ pool }),
    act: (world, { pool }) => restorePool(world, poolOf(pool).key),
  }),
  "create vm": kind<OfVm & { readonly nics: readonly TestNic[] }>({
    weight: 4,
    draw: ({ random, n, vm }) => ({ vm, nics: nicsOf(n, random) }),
    act: async ({ person }, { vm, nics }) => {
      await person.create(VIRTUAL_MACHINES, vmObject(vm, nics));
    },
  }),
  "clone vm": kind<OfVm & { readonly of: string }>({
    weight: 1,
    draw: ({ random, vm }) => ({ vm: cloneName(random), of: vm }),
    act: async ({ hypervisor, person }, { vm, of }) => {
      const original = hypervisor.vms.get(of);
      if (original === undefined) return "there is nothing to clone";
      const spec = structuredClone(original.spec);
      await person.create(VIRTUAL_MACHINES, { metadata: parseKey(vm), spec });
      return vm;
    },
  }),
  "delete vm": kind<OfVm>({
    weight: 2.3,
    draw: ({ random, vm }) => ({ vm: random() < 0.13 ? cloneName(random) : vm }),
    act: ({ person }, { vm }) => person.delete(VIRTUAL_MACHINES, vm),
  }),
  "edit nics": kind<OfVm & { readonly nics: readonly TestNic[] }>({
    weight: 1,
    draw: ({ random, n, vm }) => ({ vm, nics: nicsOf(n, random) }),
    act: ({ person }, { vm, nics }) =>
      person.edit(VIRTUAL_MACHINES, vm, ({ spec }) => {
        if (spec?.template) spec.template.spec = vmiSpec(nics);
      }),
  }),
  "static address": kind<OfVm & { readonly address: string | null }>({
    weight: 1,
    draw: ({ random, n, vm }) => {
      const { prefix, start, end } = poolOf(n % 3);
      const address = random() < 0.3 ? null : `${prefix}.${between(random, start, end)}`;
      return { vm, address };
    },
    act: (world, { vm, address }) =>
      annotate(world, vm, { [`${STATIC_IP_ANNOTATION_PREFIX}nic-1`]: address }),
  }),
  "run vm": kind<OfVm & { readonly running: boolean }>({
    weight: 1,
    draw: ({ random, vm }) => ({ vm, running: random() < 0.5 }),
    act: ({ person }, { vm, running }) =>
      person.edit(VIRTUAL_MACHINES, vm, ({ spec }) => {
        if (spec) spec.running = running;
      }),
  }),
  "opt out": kind<OfVm & { readonly out: boolean }>({
    weight: 1,
    draw: ({ random, vm }) => ({ vm, out: random() < 0.4 }),
    act: (world, { vm, out }) => annotate(world, vm, { [MANAGED_DHCP]: out ? "false" : null }),
  }),
  "pause config": kind<OfVm & { readonly paused: boolean }>({
    weight: 1,
    draw: ({ random, vm }) => ({ vm, paused: random() < 0.3 }),
    act: ({ person }, { vm, paused }) =>
      person.edit(VMNETCFGS, vm, ({ spec }) => {
        spec.paused = paused;
      }),
  }),
  "delete config": kind<OfVm>({
    weight: 0.35,
    draw: ({ vm }) => ({ vm }),
    act: ({ person, deletedConfigs, timeline }, { vm }) => {
      deletedConfigs.set(vm, timeline.now);
      return person.delete(VMNETCFGS, vm);
    },
  }),
};

function cloneName(random: () => number): string {
  return `${oneOf(random, TENANTS)}/clone-${between(random, 1, 3)}`;
}

async function createPool(world: World, index: number): Promise<void> {
  const { key, prefix, start, end } = poolOf(index);
  await createNetwork(world, index);
  const pool = poolObject(key, {
    cidr: `${prefix}.0/24`,
    serverIP: `${prefix}.2`,
    router: `${prefix}.1`,
    pool: { start: `${prefix}.${start}`, end: `${prefix}.${end}` },
    leaseTime: 120,
  });
  try {
    await world.person.create(IPPOOLS, pool);
  } catch (error) {
    await blameStrangers(world, key, error);
    throw error;
  }
}

/** A network's own namespace is not refused a pool for the sake of another namespace's. */
async function blameStrangers(world: World, key: string, error: unknown): Promise<void> {
  const said = errorText(error);
  const { items } = await world.cluster.kube.of(IPPOOLS).list();
  const { namespace } = parseKey(key);
  const named = items.filter((pool) => keyOf(pool) !== key && said.includes(keyOf(pool)));
  const isStrange = named.every(({ metadata }) => metadata.namespace !== namespace);
  if (named.length > 0 && isStrange) world.wrong("tenants", `IPPool ${key} is refused: ${said}`);
}

function editPool(spec: Mutable<IPPoolSpec>, prefix: string, edit: PoolEdit): void {
  const { ipv4Config } = spec;
  const whole = (last: number) => `${prefix}.${last}`;
  if ("paused" in edit) spec.paused = edit.paused;
  else if ("leaseTime" in edit) ipv4Config.leaseTime = edit.leaseTime;
  else if ("dns" in edit) ipv4Config.dns = [edit.dns];
  else if ("server" in edit) ipv4Config.serverIP = whole(edit.server);
  else if ("router" in edit) ipv4Config.router = whole(edit.router);
  else if (ipv4Config.pool) {
    const { pool } = ipv4Config;
    if ("start" in edit) pool.start = whole(edit.start);
    else pool.end = whole(edit.end);
  }
}

/** A pool is removed by force and made again of a copy without its status, as tools for backups do. */
async function restorePool(world: World, key: string): Promise<string | void> {
  const { person, timeline, cluster: { kube } } = world;
  const pool = await kube.of(IPPOOLS).get(parseKey(key));
  if (pool === undefined) return "there is no such pool";
  const { namespace, name } = pool.metadata;
  const patch = { type: "merge", body: { metadata: { finalizers: null } } } as const;
  await kube.of(IPPOOLS).patch(parseKey(key), patch);
  await person.delete(IPPOOLS, key);
  timeline.after(1_000, () => {
    const again = person.create(IPPOOLS, { metadata: { namespace, name }, spec: pool.spec });
    again.catch((error) => world.trace.note(`IPPool ${key} is not restored: ${error.message}`));
  });
}

async function annotate(
  { person }: World,
  vm: string,
  annotations: Readonly<Record<string, string | null>>,
): Promise<void> {
  await person.edit(VIRTUAL_MACHINES, vm, ({ metadata }) => {
    for (const [name, value] of Object.entries(annotations)) {
      metadata.annotations = withEntry(metadata.annotations, name, value);
    }
  });
}
