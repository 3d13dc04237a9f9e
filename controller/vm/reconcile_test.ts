import { deepStrictEqual } from "node:assert/strict";
import type { VirtualMachine } from "../../core/api/types.ts";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import type { Context } from "../context.ts";
import { FirstSeen } from "../memory/first_seen.ts";
import { reconcileVm } from "./reconcile.ts";

const KEY = "default/web";
const COLLECTOR_MS = 5_000;

/** A VM that is not known any more, whose object is still there. */
function setUp({ live, isServed = true }: {
  readonly live?: VirtualMachine;
  readonly isServed?: boolean;
}) {
  const clock = new ManualClock();
  const done: string[] = [];
  const owner = { apiVersion: "kubevirt.io/v1", kind: "VirtualMachine", name: "web", uid: "u" };
  const config = { metadata: { namespace: "default", name: "web", ownerReferences: [owner] } };
  const ctx = {
    clock,
    collectorMs: COLLECTOR_MS,
    memory: { goneVms: new FirstSeen(clock), bereft: new Set() },
    cluster: {
      vms: { get: () => undefined, observe: () => void done.push("observe") },
      configs: { byIndex: () => [config] },
    },
    vms: { get: () => Promise.resolve(live) },
    servesVms: () => Promise.resolve(isServed),
    configs: { delete: () => Promise.resolve(done.push("delete")) },
  } as unknown as Context;
  const look = () => reconcileVm(ctx, KEY, AbortSignal.timeout(10_000));
  return { clock, done, look };
}

Deno.test("reconcileVm deletes what a VM left only when the collector had its time", async () => {
  const { clock, done, look } = setUp({});
  deepStrictEqual(await look(), { requeueAfterMs: COLLECTOR_MS });
  await clock.advance(COLLECTOR_MS - 1);
  deepStrictEqual(await look(), { requeueAfterMs: 1 });
  deepStrictEqual(done, []);
  await clock.advance(1);
  await look();
  deepStrictEqual(done, ["delete"]);
});

Deno.test("reconcileVm takes nothing from a VM that the API server knows, or whose kind it does not serve", async () => {
  const vm: VirtualMachine = {
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachine",
    metadata: { namespace: "default", name: "web" },
  };
  const known = setUp({ live: vm });
  const unserved = setUp({ isServed: false });
  for (const { clock, look } of [known, unserved]) {
    await look();
    await clock.advance(COLLECTOR_MS);
    await look();
  }
  deepStrictEqual([known.done, unserved.done], [["observe"], []]);
});

Deno.test("reconcileVm does not repeat at once what is refused while nothing newer is known", async () => {
  const metadata = { namespace: "default", name: "web", uid: "u" };
  const vm = { apiVersion: "kubevirt.io/v1", kind: "VirtualMachine", metadata, spec: {} };
  const owner = { apiVersion: "kubevirt.io/v1", kind: "VirtualMachine", name: "web", uid: "u" };
  const config = { metadata: { ...metadata, ownerReferences: [owner] }, spec: {} };
  const looks = async ({ isTold }: { readonly isTold: boolean }) => {
    let known = config;
    const ctx = {
      clock: new ManualClock(),
      memory: { goneVms: { forget: () => undefined }, bereft: new Set() },
      log: { debug: () => undefined },
      schemas: {},
      cluster: {
        vms: { get: () => vm },
        vmis: { get: () => undefined },
        namespaces: { get: () => undefined },
        configs: { byIndex: () => [known], get: () => known },
      },
      configs: {
        delete: () => {
          if (isTold) known = { ...config };
          return Promise.resolve(false);
        },
      },
    } as unknown as Context;
    return await reconcileVm(ctx, KEY, AbortSignal.timeout(10_000));
  };
  deepStrictEqual(await looks({ isTold: false }), { requeueAfterMs: 1_000 });
  deepStrictEqual(await looks({ isTold: true }), { requeueAfterMs: 0 });
});

Deno.test("reconcileVm makes no object again for a VM that is gone, and took it along, before its informer knows", async () => {
  const metadata = { namespace: "default", name: "web", uid: "u" };
  const interfaces = [{ name: "nic-1", macAddress: "52:54:00:00:00:01" }];
  const networks = [{ name: "nic-1", multus: { networkName: "default/net-48" } }];
  const vm: VirtualMachine = {
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachine",
    metadata,
    spec: { template: { spec: { domain: { devices: { interfaces } }, networks } } },
  };
  const bereft = new Set<string>();
  const done: string[] = [];
  const look = async (live: VirtualMachine | undefined) => {
    const ctx = {
      clock: new ManualClock(),
      tenancy: "shared",
      memory: {
        goneVms: { forget: () => undefined },
        notes: { recordNew: () => undefined },
        bereft,
      },
      log: { debug: () => undefined },
      schemas: {},
      cluster: {
        vms: { get: () => vm },
        vmis: { get: () => undefined },
        namespaces: { get: () => undefined },
        nads: { get: () => undefined },
        pools: { byIndex: () => [] },
        configs: { byIndex: () => [], get: () => undefined },
      },
      vms: {
        get: () => {
          done.push("look");
          return Promise.resolve(live);
        },
      },
      configs: {
        create: (object: unknown) => {
          done.push("create");
          return Promise.resolve(object);
        },
      },
    } as unknown as Context;
    return await reconcileVm(ctx, KEY, AbortSignal.timeout(10_000));
  };
  await look(undefined);
  bereft.add(KEY);
  deepStrictEqual(await look(undefined), { requeueAfterMs: 1_000 });
  deepStrictEqual(await look({ ...vm, metadata: { ...metadata, uid: "other" } }), {
    requeueAfterMs: 1_000,
  });
  await look(vm);
  await look(vm);
  deepStrictEqual(done, ["create", "look", "look", "look", "create", "create"]);
});
