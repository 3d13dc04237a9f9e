import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import { MemoryVersions } from "./memory_versions.ts";
import { Store } from "./store.ts";
import type { ObjectId, Range } from "./versions.ts";

const RESOURCES = ["nodes", "pods"];
const NAMESPACES = ["", "a", "a-b", "b"];
const NAMES = ["x", "x-y", "y", "z.w"];
const OWNERS = ["one", "two"];

interface Step {
  readonly id: ObjectId;
  readonly what: "put" | "delete" | "fail" | "compact";
  readonly owners: readonly string[];
  readonly back: number;
}

const ids: fc.Arbitrary<ObjectId> = fc.record({
  resource: fc.constantFrom(...RESOURCES),
  namespace: fc.constantFrom(...NAMESPACES),
  name: fc.constantFrom(...NAMES),
});

const steps: fc.Arbitrary<Step> = fc.record({
  id: ids,
  what: fc.constantFrom("put", "put", "put", "delete", "delete", "fail", "compact"),
  owners: fc.subarray(OWNERS),
  back: fc.nat(8),
});

function take(store: Store, { id, what, owners, back }: Step): void {
  if (what === "compact") return store.compact(store.revision - back);
  try {
    store.transaction(() => {
      const before = store.get(id);
      const metadata = {
        uid: `${id.resource} ${id.namespace} ${id.name} ${store.revision}`,
        ownerReferences: owners.map((uid) => ({ uid })),
      };
      if (what === "delete" && before === undefined) return;
      const type = what === "delete" ? "DELETED" : before === undefined ? "ADDED" : "MODIFIED";
      store.write(id, type, { metadata });
      if (what === "fail") {
        store.write({ ...id, name: "w" }, "ADDED", { metadata: { uid: "w" } });
        throw new RangeError("It fails");
      }
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
}

/** What a store says to the same questions. */
function answers(store: Store, ranges: readonly Range[]): unknown {
  const plain = <T extends ObjectId & { readonly revision: number; readonly body: string }>(
    { resource, namespace, name, revision, body }: T,
  ) => ({ resource, namespace, name, revision, body });
  return {
    revision: store.revision,
    compacted: store.compacted,
    lists: ranges.map((range) => store.list(range).map(plain)),
    counts: ranges.map(({ at: _, name: __, limit: ___, ...range }) => store.count(range)),
    since: RESOURCES.flatMap((resource) =>
      Array.from(
        { length: store.revision - store.compacted + 1 },
        (_, index) =>
          store.since(store.compacted + index, resource)
            .map((change) => [change.type, change.previous, plain(change)]),
      )
    ),
    dependents: OWNERS.map((uid) => store.dependents(uid)),
    owned: store.owned(),
    inNamespace: NAMESPACES.map((namespace) => store.inNamespace(namespace)),
    byUid: store.list({ resource: "pods" }).map(({ body }) =>
      store.byUid(JSON.parse(body).metadata.uid)
    ),
  };
}

const ranges = fc.record({
  resource: fc.constantFrom(...RESOURCES),
  namespace: fc.constantFrom(...NAMESPACES.slice(1)),
  name: fc.constantFrom(...NAMES),
  after: fc.record({
    namespace: fc.constantFrom(...NAMESPACES),
    name: fc.constantFrom(...NAMES),
  }),
  back: fc.nat(6),
  limit: fc.integer({ min: 1, max: 4 }),
}, { requiredKeys: ["resource"] });

Deno.test("a store in memory answers what one in a file answers, whatever was written, taken back and forgotten, and so does its backup", () => {
  fc.assert(
    fc.property(
      fc.array(steps, { maxLength: 25 }),
      fc.array(ranges, { minLength: 4, maxLength: 8 }),
      (all, asked) => {
        const folder = Deno.makeTempDirSync();
        const path = `${folder}/state`;
        const versions = new MemoryVersions();
        const memory = new Store({ path, versions });
        const file = new Store({ path });
        try {
          for (const step of all) for (const store of [memory, file]) take(store, step);
          const backup = new Store({ path, versions: versions.copy() });
          const within = asked.map(({ back, ...range }): Range => ({
            ...range,
            ...(back === undefined
              ? {}
              : { at: Math.max(memory.compacted, memory.revision - back) }),
          }));
          deepStrictEqual(answers(memory, within), answers(file, within));
          const said = answers(backup, within);
          memory.transaction(() =>
            memory.write({ resource: "pods", namespace: "a", name: "x" }, "MODIFIED", {})
          );
          deepStrictEqual([said, answers(backup, within)], [answers(file, within), said]);
        } finally {
          file.close();
          Deno.removeSync(folder, { recursive: true });
        }
      },
    ),
    { numRuns: 60 },
  );
});
