import assert from "node:assert/strict";
import { IPPOOL_NAME_LABEL, IPPOOL_NAMESPACE_LABEL } from "../../core/api/names.ts";
import type { VirtualMachine, VirtualMachineInstance } from "../../core/api/types.ts";
import { vmOf } from "./fixture.ts";
import { nadLabelPatch } from "./nad_labels.ts";
import { sameJson } from "./same_json.ts";
import { isRunning } from "./vm_state.ts";

const LABELS = { [IPPOOL_NAMESPACE_LABEL]: "pools", [IPPOOL_NAME_LABEL]: "net-48" };

function nad(labels?: Readonly<Record<string, string>>) {
  return {
    apiVersion: "k8s.cni.cncf.io/v1",
    kind: "NetworkAttachmentDefinition",
    metadata: { namespace: "default", name: "net-48", ...(labels && { labels }) },
  };
}

Deno.test("nadLabelPatch sets, changes and removes the labels, and leaves right ones alone", () => {
  assert.deepEqual(nadLabelPatch(nad(), "pools/net-48"), { metadata: { labels: LABELS } });
  assert.deepEqual(nadLabelPatch(nad({ ...LABELS, [IPPOOL_NAME_LABEL]: "old" }), "pools/net-48"), {
    metadata: { labels: LABELS },
  });
  assert.deepEqual(nadLabelPatch(nad(LABELS), undefined), {
    metadata: { labels: { [IPPOOL_NAMESPACE_LABEL]: null, [IPPOOL_NAME_LABEL]: null } },
  });
  assert.equal(nadLabelPatch(nad(LABELS), "pools/net-48"), undefined);
  assert.equal(nadLabelPatch(nad(), undefined), undefined);
});

Deno.test("sameJson compares values, not the order of keys, and takes undefined for absent", () => {
  assert.equal(sameJson({ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 }), true);
  assert.equal(sameJson({ a: 1, b: undefined }, { a: 1 }), true);
  assert.equal(sameJson({ a: 1 }, { a: 1, b: undefined }), true);
  for (
    const [one, other] of [
      [{ a: 1 }, { a: 2 }],
      [{ a: 1 }, {}],
      [{}, { a: 1 }],
      [[1], [1, 2]],
      [[], {}],
      [null, {}],
      [1, "1"],
    ]
  ) {
    assert.equal(sameJson(one, other), false, JSON.stringify([one, other]));
  }
});

const RUNS: Readonly<
  Record<string, readonly [VirtualMachine["spec"], string | undefined, boolean]>
> = {
  "running: true": [{ running: true }, undefined, true],
  "running: false": [{ running: false }, undefined, false],
  "runStrategy Always": [{ runStrategy: "Always" }, undefined, true],
  "runStrategy RerunOnFailure": [{ runStrategy: "RerunOnFailure" }, undefined, true],
  "runStrategy Halted": [{ runStrategy: "Halted" }, undefined, false],
  "runStrategy Manual without an instance": [{ runStrategy: "Manual" }, undefined, false],
  "runStrategy Manual with a running instance": [{ runStrategy: "Manual" }, "Running", true],
  "runStrategy Halted with an instance that still runs": [
    { runStrategy: "Halted" },
    "Running",
    true,
  ],
  "runStrategy Once with an instance that ended": [{ runStrategy: "Once" }, "Succeeded", false],
  "no spec": [undefined, undefined, false],
};

for (const [what, [spec, phase, wanted]] of Object.entries(RUNS)) {
  Deno.test(`isRunning of ${what} is ${wanted}`, () => {
    const { apiVersion, metadata } = vmOf();
    const vmi: VirtualMachineInstance | undefined = phase === undefined
      ? undefined
      : { apiVersion, kind: "VirtualMachineInstance", metadata, status: { phase } };
    assert.equal(isRunning({ ...vmOf(), ...(spec && { spec }) }, vmi), wanted);
  });
}
