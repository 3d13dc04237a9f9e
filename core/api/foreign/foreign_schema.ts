/**
 * Schemas of the foreign objects that vm-dhcp reads, as far as it reads them.
 *
 * @module
 */
import * as z from "zod";
import { objectMetaSchema } from "../object_schema.ts";
import type {
  NetworkAttachmentDefinition,
  VirtualMachine,
  VirtualMachineInstance,
  VmInterface,
  VmiSpec,
  VmNetwork,
} from "../types.ts";

const vmInterfaceSchema: z.ZodType<VmInterface> = z.looseObject({
  name: z.string(),
  macAddress: z.exactOptional(z.string()),
  state: z.exactOptional(z.string()),
});

const vmNetworkSchema: z.ZodType<VmNetwork> = z.looseObject({
  name: z.string(),
  pod: z.exactOptional(z.looseObject({})),
  multus: z.exactOptional(
    z.looseObject({ networkName: z.string(), default: z.exactOptional(z.boolean()) }),
  ),
});

const vmiSpecSchema: z.ZodType<VmiSpec> = z.looseObject({
  domain: z.exactOptional(z.looseObject({
    devices: z.exactOptional(
      z.looseObject({ interfaces: z.exactOptional(z.array(vmInterfaceSchema)) }),
    ),
  })),
  networks: z.exactOptional(z.array(vmNetworkSchema)),
});

const foreign = {
  apiVersion: z.string(),
  kind: z.string(),
  metadata: objectMetaSchema,
};

/** Schema of what is read of a KubeVirt {@linkcode VirtualMachine}. */
export const virtualMachineSchema: z.ZodType<VirtualMachine> = z.looseObject({
  ...foreign,
  spec: z.exactOptional(z.looseObject({
    running: z.exactOptional(z.boolean()),
    runStrategy: z.exactOptional(z.string()),
    template: z.exactOptional(z.looseObject({
      metadata: z.exactOptional(objectMetaSchema),
      spec: z.exactOptional(vmiSpecSchema),
    })),
  })),
  status: z.exactOptional(z.looseObject({
    printableStatus: z.exactOptional(z.string()),
    created: z.exactOptional(z.boolean()),
    ready: z.exactOptional(z.boolean()),
  })),
});

/** Schema of what is read of a KubeVirt {@linkcode VirtualMachineInstance}. */
export const virtualMachineInstanceSchema: z.ZodType<VirtualMachineInstance> = z.looseObject({
  ...foreign,
  spec: z.exactOptional(vmiSpecSchema),
  status: z.exactOptional(z.looseObject({
    phase: z.exactOptional(z.string()),
    interfaces: z.exactOptional(z.array(z.looseObject({
      name: z.exactOptional(z.string()),
      mac: z.exactOptional(z.string()),
      ipAddress: z.exactOptional(z.string()),
      infoSource: z.exactOptional(z.string()),
    }))),
  })),
});

/** Schema of what is read of a Multus {@linkcode NetworkAttachmentDefinition}. */
export const networkAttachmentDefinitionSchema: z.ZodType<NetworkAttachmentDefinition> = z
  .looseObject({
    ...foreign,
    spec: z.exactOptional(z.looseObject({ config: z.exactOptional(z.string()) })),
  });
