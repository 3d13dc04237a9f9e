/**
 * The schema of a VirtualMachineNetworkConfig: what the API server enforces, and what `kubectl explain` says. The CRD
 * is generated from it.
 *
 * @module
 */
import * as z from "zod";
import { IMMUTABLE, ONE_SPELLING, validation } from "./crd/cel_rules.ts";
import { API_VERSION } from "./names.ts";
import { MAX_NETWORK_NAME } from "./network.ts";
import { conditionsSchema, objectMetaSchema, observedGenerationSchema } from "./object_schema.ts";
import { clientOptionsSchema, recordedOptionsSchema } from "./options/client_options_schema.ts";
import type {
  NetworkConfig,
  NetworkConfigStatus,
  UnservedNic,
  VirtualMachineNetworkConfig,
  VirtualMachineNetworkConfigSpec,
  VirtualMachineNetworkConfigStatus,
} from "./types.ts";

/** More NICs than PCI slots let a VM have. */
export const MAX_NICS = 32;
/** Six pairs of digits and five separators. */
const MAX_MAC_ADDRESS = 17;
/** A DNS subdomain, as every object name. */
const MAX_VM_NAME = 253;

const networkConfigSchema: z.ZodType<NetworkConfig> = z.looseObject({
  networkName: z.string().max(MAX_NETWORK_NAME).meta({
    description:
      "The NetworkAttachmentDefinition that the NIC is attached to, as namespace/name, or as name alone for one in the object's own namespace.",
  }),
  macAddress: z.string().max(MAX_MAC_ADDRESS).meta({
    description: "MAC address of the NIC, in any common notation.",
  }),
  ipAddress: z.exactOptional(
    z.string().meta({
      format: "ipv4",
      description: "The address that the NIC must get. If unset, any free address of the pool.",
    }),
  ),
  options: z.exactOptional(
    clientOptionsSchema.meta({
      description:
        'What the NIC is told in place of its pool\'s options, field by field. An empty string or list: nothing. Example: {router: "", mtu: 1450}.',
    }),
  ),
});

const networkConfigStatusSchema: z.ZodType<NetworkConfigStatus> = z.looseObject({
  networkName: z.string().meta({ description: "The network, as written in the spec." }),
  macAddress: z.string().meta({ description: "The MAC address, as written in the spec." }),
  allocatedIPAddress: z.exactOptional(
    z.string().meta({
      description: "The address that the NIC holds; while Pending, the one it held last.",
    }),
  ),
  options: z.exactOptional(
    recordedOptionsSchema.meta({
      description: "What the NIC is told in place of its pool's options, as far as it can be.",
    }),
  ),
  state: z.enum(["Allocated", "Pending"]).meta({
    description: "Allocated: the NIC has its address. Pending: it has no address.",
  }),
  reason: z.exactOptional(
    z.string().meta({
      description: "Why the NIC is Pending: a stable CamelCase word for programs.",
    }),
  ),
  message: z.exactOptional(
    z.string().meta({
      description: "Why the NIC is Pending, in plain words with the values involved.",
    }),
  ),
});

const unservedSchema: z.ZodType<UnservedNic> = z.looseObject({
  name: z.string().meta({ description: "Name of the NIC in the VirtualMachine." }),
  networkName: z.exactOptional(
    z.string().meta({ description: "The network, as namespace/name; unset if it cannot be read." }),
  ),
  macAddress: z.exactOptional(
    z.string().meta({ description: "MAC address of the NIC; unset while it is not known." }),
  ),
  reason: z.string().meta({
    description: "Why the NIC gets no address: a stable CamelCase word for programs.",
  }),
  message: z.string().meta({
    description: "Why the NIC gets no address, in plain words with the values involved.",
  }),
});

const nics = (): z.ZodArray<typeof networkConfigSchema> =>
  z.array(networkConfigSchema).max(MAX_NICS);
const shown = (): z.ZodArray<typeof networkConfigStatusSchema> =>
  z.array(networkConfigStatusSchema);

const specSchema: z.ZodType<VirtualMachineNetworkConfigSpec> = z.looseObject({
  vmName: z.string().max(MAX_VM_NAME).meta({
    description: "Name of the VirtualMachine, in the object's own namespace. Immutable.",
    ...validation(IMMUTABLE, "VMName is immutable"),
  }),
  paused: z.exactOptional(
    z.boolean().meta({
      description:
        "While true, the NICs give up their addresses. The addresses are remembered, and requested again afterwards.",
    }),
  ),
  networkConfig: z.exactOptional(
    nics().meta({ description: "The NICs that need an address, at most 32." }),
  ),
  networkConfigs: z.exactOptional(
    nics().meta({
      description:
        "The same list under the name that earlier releases used. Only one of the two may be set.",
    }),
  ),
}).meta({
  description: "The desired state.",
  ...validation(ONE_SPELLING, "Only one of networkConfig and networkConfigs may be set"),
});

const statusSchema: z.ZodType<VirtualMachineNetworkConfigStatus> = z.looseObject({
  observedGeneration: z.exactOptional(observedGenerationSchema),
  addresses: z.exactOptional(
    z.string().meta({
      description:
        "The addresses that the NICs hold, in their order, for people. Example: 192.168.48.81,192.168.49.7.",
    }),
  ),
  networkConfig: z.exactOptional(shown().meta({ description: "The state of each NIC." })),
  networkConfigs: z.exactOptional(
    shown().meta({ description: "The state of each NIC, if the spec uses networkConfigs." }),
  ),
  unserved: z.exactOptional(
    z.array(unservedSchema).meta({
      description:
        "NICs of the VirtualMachine that get no address, and why, such as those that are opted out or on a network without an IPPool.",
    }),
  ),
  conditions: z.exactOptional(
    conditionsSchema.meta({
      description:
        "Allocated: every NIC has its address. Disabled: the object is paused. InSynced: the status reflects the spec. Ready: all that is needed of these is so.",
    }),
  ),
}).meta({ description: "The observed state." });

/**
 * Schema of a {@linkcode VirtualMachineNetworkConfig}: types, required fields and limits, which is what the API server
 * enforces. Unknown fields are let through. `parseVirtualMachineNetworkConfig` checks the values too.
 */
export const vmNetCfgSchema: z.ZodType<VirtualMachineNetworkConfig> = z.looseObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal("VirtualMachineNetworkConfig"),
  metadata: objectMetaSchema,
  spec: specSchema,
  status: z.exactOptional(statusSchema),
}).meta({
  description: "The addresses that one VirtualMachine asks for, and those that it holds.",
});
