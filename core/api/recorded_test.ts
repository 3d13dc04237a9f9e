import { deepStrictEqual as deepEqual, strictEqual as equal } from "node:assert/strict";
import recorded from "../../tests/recorded/go-objects.json" with { type: "json" };
import {
  readNetworkAttachmentDefinition,
  readVirtualMachine,
  readVirtualMachineInstance,
} from "./foreign/foreign.ts";
import type { Checked } from "./fields/field_error.ts";
import { parseIPPool } from "./ippool.ts";
import { nadConfigOf } from "./foreign/nad_config.ts";
import type { NetworkAttachmentDefinition } from "./types.ts";
import { parseVirtualMachineNetworkConfig } from "./vmnetcfg.ts";

const READERS: Readonly<Record<string, (object: unknown) => Checked<unknown>>> = {
  IPPool: parseIPPool,
  VirtualMachineNetworkConfig: parseVirtualMachineNetworkConfig,
  VirtualMachine: readVirtualMachine,
  VirtualMachineInstance: readVirtualMachineInstance,
  NetworkAttachmentDefinition: readNetworkAttachmentDefinition,
};

Deno.test("every object that the Go version wrote is accepted as it is", () => {
  const seen: Record<string, number> = {};
  for (const object of recorded.items) {
    const read = READERS[object.kind];
    if (read === undefined) continue;
    deepEqual(read(object), { ok: true, value: object });
    seen[object.kind] = (seen[object.kind] ?? 0) + 1;
  }
  deepEqual(seen, {
    NetworkAttachmentDefinition: 3,
    IPPool: 3,
    VirtualMachine: 10,
    VirtualMachineNetworkConfig: 12,
  });
});

Deno.test("nadConfigOf reads the configuration of every recorded network", () => {
  const nads = recorded.items.filter(({ kind }) => kind === "NetworkAttachmentDefinition");
  equal(nads.length, 3);
  for (const nad of nads) {
    const config = nadConfigOf(nad as NetworkAttachmentDefinition);
    deepEqual([config.ok && config.value.bridge, config.ok && config.value.type], [
      "mgmt-br",
      "bridge",
    ]);
  }
});
