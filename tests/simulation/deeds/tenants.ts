/**
 * What becomes of namespaces, and what those of others may have.
 *
 * @module
 */
import { IPPOOLS, keyOf, NAMESPACES, VMNETCFGS } from "../../../kube/mod.ts";
import { oneOf } from "../engine/random.ts";
import type { World } from "../world/world.ts";
import { kind } from "./kind.ts";
import { poolOf, TENANTS } from "./subjects.ts";

/** Namespaces that may go. */
const MORTAL = TENANTS.filter((one) => one !== "default");
/** How often it is tried to make a namespace again that is still going. */
const AGAIN_MS = 10_000;

/** Deeds of people to namespaces. */
export const TENANCY = {
  "delete namespace": kind<{ readonly namespace: string; readonly forMs: number }>({
    weight: 0.25,
    draw: ({ random, forMs }) => ({ namespace: oneOf(random, MORTAL), forMs }),
    act: async (world, { namespace, forMs }) => {
      const { cluster: { kube }, deletedConfigs, timeline } = world;
      // With it goes each of its objects.
      for (const config of (await kube.of(VMNETCFGS).list()).items) {
        if (config.metadata.namespace === namespace) {
          deletedConfigs.set(keyOf(config), timeline.now);
        }
      }
      await kube.of(NAMESPACES).delete({ name: namespace });
      timeline.after(forMs, () => void makeAgain(world, namespace));
    },
  }),
  "limit": kind<{ readonly pool: number; readonly perNamespace: number | null }>({
    weight: 0.4,
    draw: ({ random, pool }) => ({ pool, perNamespace: oneOf(random, [1, 2, null]) }),
    act: ({ person }, { pool, perNamespace }) =>
      person.edit(IPPOOLS, poolOf(pool).key, ({ spec }) => {
        if (perNamespace === null) delete spec.limits;
        else spec.limits = { perNamespace };
      }),
  }),
};

/** Makes a namespace again, as soon as the old one is gone. */
async function makeAgain(world: World, name: string): Promise<void> {
  const { cluster: { kube }, timeline } = world;
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
  await kube.of(NAMESPACES).create(namespace).catch(() =>
    timeline.after(AGAIN_MS, () => void makeAgain(world, name))
  );
}
