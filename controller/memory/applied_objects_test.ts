import { deepStrictEqual } from "node:assert/strict";
import type { KubeObject } from "../../core/api/types.ts";
import { AppliedObjects } from "./applied_objects.ts";

const NAME = "agent-mgmt";
const BODY = { spec: { replicas: 2 } };

/** Objects of a server that counts generations from one, and what is written. */
function setUp() {
  const present = new Map<string, KubeObject>();
  const written: string[] = [];
  const make = (generation: number, uid = "first"): KubeObject => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { namespace: "vm-dhcp", name: NAME, uid, generation },
  });
  const objects = new AppliedObjects<KubeObject>({
    namespace: "vm-dhcp",
    client: {
      patch: () => {
        written.push("apply");
        return Promise.resolve(make((present.get(NAME)?.metadata.generation ?? 0) + 1));
      },
      delete: () => {
        written.push("delete");
        present.delete(NAME);
        return Promise.resolve(true);
      },
    } as never,
    informerOf: () => ({
      get: () => present.get(NAME),
      observe: (object: KubeObject) => void present.set(NAME, object),
    } as never),
  });
  const { signal } = new AbortController();
  return {
    written,
    /** Somebody else writes it. */
    edit: (generation: number, uid?: string) => void present.set(NAME, make(generation, uid)),
    isRemoved: () => objects.isRemoved(NAME),
    apply: (body = BODY) => objects.apply(NAME, body, signal),
    remove: () => objects.delete(NAME, signal),
    forget: () => objects.forget(),
  };
}

Deno.test("AppliedObjects writes what is wanted once, and again where that or the object changed, or all is forgotten", async () => {
  const { written, edit, apply, forget } = setUp();
  await apply();
  await apply();
  deepStrictEqual(written, ["apply"]);
  await apply({ spec: { replicas: 3 } });
  edit(7);
  await apply({ spec: { replicas: 3 } });
  forget();
  await apply({ spec: { replicas: 3 } });
  deepStrictEqual(written, ["apply", "apply", "apply", "apply"]);
});

Deno.test("AppliedObjects does not take another's object for its own that it deleted, though both are as new", async () => {
  const { written, edit, apply, remove } = setUp();
  await apply();
  await remove();
  edit(1);
  await apply();
  deepStrictEqual(written, ["apply", "delete", "apply"]);
});

Deno.test("AppliedObjects knows what it removed of which a late watch still tells, and not what was made since", async () => {
  const { edit, apply, remove, forget, isRemoved } = setUp();
  await apply();
  deepStrictEqual(isRemoved(), false);
  await remove();
  edit(1);
  deepStrictEqual(isRemoved(), true);
  edit(1, "second");
  deepStrictEqual(isRemoved(), false);
  edit(1);
  await apply();
  deepStrictEqual(isRemoved(), false);
  await remove();
  edit(1);
  forget();
  deepStrictEqual(isRemoved(), false);
});
