/**
 * The schema of a VirtualMachineNetworkConfig: what the API server enforces, and what `kubectl explain` says. The CRD
 * is generated from it.
 *
 * @module
 */
import { z } from "zod";
import { IMMUTABLE, ONE_SPELLING, validation } from "./cel_rules.ts";
import { API_VERSION } from "./names.ts";
import { MAX_NETWORK_NAME } from "./network_ref.ts";
import { conditionsSchema, objectMetaSchema } from "./object_schema.ts";
import type {
  NetworkConfig,
  NetworkConfigStatus,
  VirtualMachineNetworkConfig,
  VirtualMachineNetworkConfigSpec,
  VirtualMachineNetworkConfigStatus,
} from "./types.ts";

/** More NICs than PCI slots let a VM have. */
const MAX_NICS = 32;
/** Six pairs of digits and five separators. */
const MAX_MAC_ADDRESS = 17;
/** A DNS subdomain, as every object name. */
const MAX_VM_NAME = 253;

const networkConfigSchema: z.ZodType<NetworkConfig> = z.looseObject({
  networkName: z.string().max(MAX_NETWORK_NAME).meta({
    description:
      "The NetworkAttachmentDefinition of the NIC, namespace/name; without a namespace, the object's own.",
  }),
  macAddress: z.string().max(MAX_MAC_ADDRESS).meta({
    description: "MAC address of the NIC, in any usual spelling.",
  }),
  ipAddress: z.exactOptional(
    z.string().meta({
      format: "ipv4",
      description: "The address the NIC is to get; unset means any of the pool.",
    }),
  ),
});

const networkConfigStatusSchema: z.ZodType<NetworkConfigStatus> = z.looseObject({
  networkName: z.string().meta({ description: "The network, as in the spec." }),
  macAddress: z.string().meta({ description: "The MAC address, as in the spec." }),
  allocatedIPAddress: z.exactOptional(
    z.string().meta({ description: "The address of the NIC; while Pending, the one it had." }),
  ),
  state: z.enum(["Allocated", "Pending"]).meta({
    description: "Allocated: the NIC has its address. Pending: it has none.",
  }),
  reason: z.exactOptional(
    z.string().meta({ description: "While Pending: stable CamelCase word for programs." }),
  ),
  message: z.exactOptional(
    z.string().meta({ description: "While Pending: the reason in words, with the values in it." }),
  ),
});

const nics = (): z.ZodArray<typeof networkConfigSchema> =>
  z.array(networkConfigSchema).max(MAX_NICS);
const shown = (): z.ZodArray<typeof networkConfigStatusSchema> =>
  z.array(networkConfigStatusSchema);

const specSchema: z.ZodType<VirtualMachineNetworkConfigSpec> = z.looseObject({
  vmName: z.string().max(MAX_VM_NAME).meta({
    description: "Name of the VirtualMachine, in the object's namespace. Immutable.",
    ...validation(IMMUTABLE, "VMName is immutable"),
  }),
  paused: z.exactOptional(
    z.boolean().meta({
      description: "While true the addresses are given back, and remembered for the resume.",
    }),
  ),
  networkConfig: z.exactOptional(
    nics().meta({ description: "The NICs that want an address, at most 32." }),
  ),
  networkConfigs: z.exactOptional(
    nics().meta({
      description:
        "The same under the name that earlier releases use. Only one of both may be set.",
    }),
  ),
}).meta({
  description: "What is wanted.",
  ...validation(ONE_SPELLING, "Only one of networkConfig and networkConfigs may be set"),
});

const statusSchema: z.ZodType<VirtualMachineNetworkConfigStatus> = z.looseObject({
  networkConfig: z.exactOptional(shown().meta({ description: "What became of each NIC." })),
  networkConfigs: z.exactOptional(
    shown().meta({ description: "The same, where the spec says networkConfigs." }),
  ),
  conditions: z.exactOptional(
    conditionsSchema.meta({
      description:
        "Allocated: every NIC has its address. Disabled: the object is paused. InSynced: status shows what spec says.",
    }),
  ),
}).meta({ description: "What is so." });

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
}).meta({ description: "The addresses that one VirtualMachine asks for, and has." });
