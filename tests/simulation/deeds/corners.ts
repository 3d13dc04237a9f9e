/**
 * What people seldom do, and programs for them: against another's address, past the webhook, by force.
 *
 * @module
 */
import { STATIC_IP_ANNOTATION_PREFIX } from "../../../core/api/names.ts";
import { IPPOOLS, parseKey, VIRTUAL_MACHINES, VMNETCFGS } from "../../../kube/mod.ts";
import { pool as poolObject } from "../../controller/objects.ts";
import { between, oneOf } from "../engine/random.ts";
import { kind } from "./kind.ts";
import { poolOf, TENANTS, vmName, VMS } from "./subjects.ts";

interface OfPool {
  readonly pool: number;
}

/** Deeds of people who ask for trouble. */
export const CORNERS = {
  "exclude": kind<OfPool & { readonly last: readonly number[] }>({
    weight: 0.5,
    draw: ({ random, pool }) => {
      const { start, end } = poolOf(pool);
      const count = between(random, 0, 3);
      return { pool, last: Array.from({ length: count }, () => between(random, start, end)) };
    },
    // Past the webhook, which refuses to exclude what a VM has.
    act: ({ cluster: { kube } }, { pool, last }) => {
      const { key, prefix } = poolOf(pool);
      const exclude = last.map((octet) => `${prefix}.${octet}`);
      return patched(
        kube.of(IPPOOLS).patch(parseKey(key), {
          type: "merge",
          body: { spec: { ipv4Config: { pool: { exclude } } } },
        }),
      );
    },
  }),
  /** A pool is removed whatever holds it, and not made again. */
  "force pool away": kind<OfPool>({
    weight: 0.1,
    draw: ({ pool }) => ({ pool }),
    act: async ({ cluster: { kube } }, { pool }) => {
      const key = parseKey(poolOf(pool).key);
      const body = { metadata: { finalizers: null } };
      await kube.of(IPPOOLS).patch(key, { type: "merge", body });
      await kube.of(IPPOOLS).delete(key);
    },
  }),
  /** A VM goes, and its object is removed though nothing is given back yet. */
  "force config away": kind<{ readonly vm: string }>({
    weight: 0,
    draw: ({ vm }) => ({ vm }),
    act: async ({ cluster: { kube }, person }, { vm }) => {
      await person.delete(VIRTUAL_MACHINES, vm);
      const body = { metadata: { finalizers: null } };
      await kube.of(VMNETCFGS).patch(parseKey(vm), { type: "merge", body });
      await kube.of(VMNETCFGS).delete(parseKey(vm));
    },
  }),
  /** An object is put back from a copy, which has no status, as tools for backups do: nobody sees it gone. */
  "restore config": kind<{ readonly vm: string }>({
    weight: 0.2,
    draw: ({ vm }) => ({ vm }),
    act: async ({ cluster: { kube }, deletedConfigs, timeline }, { vm }) => {
      const configs = kube.of(VMNETCFGS);
      const config = await configs.get(parseKey(vm));
      // What is going is not put back before it is gone.
      if (config === undefined || config.metadata.deletionTimestamp !== undefined) {
        return "there is no such object";
      }
      const { apiVersion, kind, spec, metadata } = config;
      const { namespace, name = "", labels = {}, annotations = {}, ownerReferences = [] } =
        metadata;
      // Nor where it began to go meanwhile.
      const body = { metadata: { finalizers: null, resourceVersion: metadata.resourceVersion } };
      await configs.patch(parseKey(vm), { type: "merge", body });
      // Where a controller has put its finalizer back by then, this is all that is done.
      const deletedAt = deletedConfigs.get(vm) ?? -Infinity;
      deletedConfigs.set(vm, timeline.now);
      await configs.delete(parseKey(vm));
      const kept = { name, labels, annotations, ownerReferences };
      await configs.create({ apiVersion, kind, metadata: { ...kept, namespace }, spec } as never);
      deletedConfigs.set(vm, deletedAt);
      return vm;
    },
  }),
  /** Somebody writes into the record what nobody can read. */
  "spoil record": kind<OfPool & { readonly last: number }>({
    weight: 0.2,
    draw: ({ random, pool }) => {
      const { end } = poolOf(pool);
      return { pool, last: between(random, end + 1, 250) };
    },
    act: ({ cluster: { kube } }, { pool, last }) => {
      const { key, prefix } = poolOf(pool);
      const body = { status: { ipv4: { allocated: { [`${prefix}.${last}`]: "rubbish" } } } };
      return patched(
        kube.of(IPPOOLS).patch(parseKey(key), { type: "merge", body }, { subresource: "status" }),
      );
    },
  }),
  /** A program that counts event by event, as the Go version does, has missed some. */
  "miscount": kind<OfPool & { readonly by: number }>({
    weight: 0.2,
    draw: ({ random, pool }) => ({ pool, by: between(random, 1, 5) }),
    act: async ({ cluster: { kube }, miscounted }, { pool, by }) => {
      const { key } = poolOf(pool);
      const { ipv4 } = (await kube.of(IPPOOLS).get(parseKey(key)))?.status ?? {};
      if (ipv4 === undefined) return "nothing is counted there";
      miscounted.add(key);
      const body = { status: { ipv4: { used: ipv4.used + by } } };
      await kube.of(IPPOOLS).patch(parseKey(key), { type: "merge", body }, {
        subresource: "status",
      });
      return key;
    },
  }),
  /** A VM takes the MAC address of another one, and may name an address to have. */
  "borrow mac": kind<
    { readonly vm: string; readonly of: string; readonly address: string | null }
  >({
    weight: 0.5,
    draw: ({ random, vm }) => {
      const n = between(random, 0, VMS - 1);
      const { prefix, start, end } = poolOf(n % 3);
      const address = random() < 0.5 ? null : `${prefix}.${between(random, start, end)}`;
      return { vm, of: vmName(n), address };
    },
    act: async ({ person, hypervisor }, { vm, of, address }) => {
      const spec = hypervisor.vms.get(of)?.spec?.template?.spec;
      if (spec === undefined) return "there is no such VM";
      await person.edit(VIRTUAL_MACHINES, vm, (edited) => {
        if (edited.spec?.template) edited.spec.template.spec = structuredClone(spec) as never;
        if (address === null) return;
        edited.metadata.annotations = {
          ...edited.metadata.annotations,
          [`${STATIC_IP_ANNOTATION_PREFIX}nic-1`]: address,
        };
      });
      return of;
    },
  }),
  /** A pool for another namespace's network. */
  "foreign pool": kind<OfPool & { readonly of: string; readonly isThere: boolean }>({
    weight: 0.3,
    draw: ({ random, pool }) => ({
      pool,
      of: oneOf(random, TENANTS),
      isThere: random() < 0.7,
    }),
    act: async ({ person }, { pool, of, isThere }) => {
      const { key, prefix, start, end } = poolOf(pool);
      const own = `${of}/of-${key.replace("/", "-")}`;
      if (!isThere) return await person.delete(IPPOOLS, own);
      const { metadata, spec } = poolObject(own, {
        cidr: `${prefix}.0/24`,
        serverIP: `${prefix}.2`,
        router: `${prefix}.1`,
        pool: { start: `${prefix}.${start}`, end: `${prefix}.${end}` },
        leaseTime: 120,
      }) as { readonly metadata: object; readonly spec: object };
      await person.create(IPPOOLS, { metadata, spec: { ...spec, networkName: key } });
    },
  }),
};

async function patched(writing: Promise<unknown>): Promise<void> {
  await writing;
}
