import { deepStrictEqual as deepEqual } from "node:assert/strict";
import type { KubeObject } from "../../core/api/types.ts";
import { applyPatch } from "./apply_patch.ts";
import { LAST_APPLIED_ANNOTATION } from "./marks.ts";

const WANTED = {
  apiVersion: "v1",
  kind: "Thing",
  metadata: { name: "a", labels: { kept: "1" } },
  spec: { list: [1], object: { here: true } },
};

function present(lastApplied: string): KubeObject {
  const annotations = { [LAST_APPLIED_ANNOTATION]: lastApplied, other: "x" };
  return { apiVersion: "v1", kind: "Thing", metadata: { name: "a", annotations } };
}

Deno.test("applyPatch takes away what only was applied last, in whatever depth, and says the rest", () => {
  const last = {
    ...WANTED,
    metadata: { name: "a", labels: { kept: "0", gone: "1" } },
    spec: { list: [1, 2], object: { here: false, gone: { deep: 1 } }, gone: [1] },
  };
  deepEqual(applyPatch(present(JSON.stringify(last)), WANTED), {
    ...WANTED,
    metadata: { name: "a", labels: { kept: "1", gone: null } },
    spec: { list: [1], object: { here: true, gone: null }, gone: null },
  });
});

Deno.test("applyPatch takes nothing away where nobody applied, or the record was broken by hand", () => {
  for (const record of ["", "{", "null", "[]"]) {
    deepEqual(applyPatch(present(record), WANTED), WANTED);
  }
});

Deno.test("applyPatch replaces what was no object and is one now", () => {
  const last = JSON.stringify({ ...WANTED, spec: { list: { 0: 1 }, object: "text" } });
  deepEqual(applyPatch(present(last), WANTED), WANTED);
});

Deno.test("applyPatch leaves the finalizers of others, and only as they were seen", () => {
  const withFinalizers = (object: KubeObject, finalizers: readonly string[]): KubeObject => ({
    ...object,
    metadata: { ...object.metadata, finalizers },
  });
  const last = JSON.stringify(withFinalizers(WANTED, ["a/kept", "a/gone"]));
  const seen = withFinalizers(present(last), ["a/kept", "a/gone", "b/theirs"]);
  const patch = applyPatch(
    { ...seen, metadata: { ...seen.metadata, resourceVersion: "7" } },
    withFinalizers(WANTED, ["a/kept"]),
  );
  deepEqual(patch, {
    ...WANTED,
    metadata: { ...WANTED.metadata, finalizers: ["b/theirs", "a/kept"], resourceVersion: "7" },
  });
});
