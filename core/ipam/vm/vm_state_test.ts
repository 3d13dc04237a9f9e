import assert from "node:assert/strict";
import type { VirtualMachine, VirtualMachineInstance } from "../../api/types.ts";
import { isRunning } from "./vm_state.ts";

const VM: VirtualMachine = {
  apiVersion: "kubevirt.io/v1",
  kind: "VirtualMachine",
  metadata: { namespace: "default", name: "web", uid: "vm-uid" },
};

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

Deno.test("isRunning: an instance that another VM of the name owns is not the VM's", () => {
  const { apiVersion, kind, metadata } = VM;
  const runs = (uid: string) =>
    isRunning({ ...VM, spec: { runStrategy: "Manual" } }, {
      apiVersion,
      kind: "VirtualMachineInstance",
      metadata: { ...metadata, ownerReferences: [{ apiVersion, kind, name: "web", uid }] },
      status: { phase: "Running" },
    });
  assert.deepEqual([runs("vm-uid"), runs("former")], [true, false]);
});

for (const [what, [spec, phase, wanted]] of Object.entries(RUNS)) {
  Deno.test(`isRunning of ${what} is ${wanted}`, () => {
    const { apiVersion, metadata } = VM;
    const vmi: VirtualMachineInstance | undefined = phase === undefined
      ? undefined
      : { apiVersion, kind: "VirtualMachineInstance", metadata, status: { phase } };
    assert.equal(isRunning({ ...VM, ...(spec && { spec }) }, vmi), wanted);
  });
}
