/**
 * The kinds that are custom resources in a cluster: vm-dhcp's own, KubeVirt's and Multus'.
 *
 * @module
 */
import type { z } from "zod";
import { customResourceDefinitions } from "../../../core/api/mod.ts";
import { ipPoolHistorySchema } from "../../../core/api/ippool_history_schema.ts";
import { ipPoolSchema } from "../../../core/api/ippool_schema.ts";
import { vmNetCfgSchema } from "../../../core/api/vmnetcfg_schema.ts";
import { AGE, type Column, type Kind, kindOf } from "./kind.ts";

const CHECKS: Readonly<Record<string, z.ZodType>> = {
  IPPool: ipPoolSchema,
  VirtualMachineNetworkConfig: vmNetCfgSchema,
  IPPoolHistory: ipPoolHistorySchema,
};

/** Our own kinds, as their CustomResourceDefinitions say. */
export const OWN_KINDS: readonly Kind[] = customResourceDefinitions().flatMap(({ spec }) =>
  spec.versions.map((version) => {
    const check = CHECKS[spec.names.kind];
    if (check === undefined) throw new Error(`Cannot check a kind: ${spec.names.kind}`);
    return kindOf({
      ...spec.names,
      apiVersion: `${spec.group}/${version.name}`,
      statusSubresource: version.subresources !== undefined,
      columns: version.additionalPrinterColumns,
      schema: version.schema.openAPIV3Schema,
      check,
    });
  })
);

const READY: Column = {
  name: "Ready",
  type: "string",
  jsonPath: ".status.conditions[?(@.type=='Ready')].status",
};

/** VirtualMachine, VirtualMachineInstance and NetworkAttachmentDefinition: any field is kept, none is checked. */
export const FOREIGN_KINDS: readonly Kind[] = [
  kindOf({
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachine",
    shortNames: ["vm", "vms"],
    statusSubresource: true,
    columns: [AGE, { name: "Status", type: "string", jsonPath: ".status.printableStatus" }, READY],
  }),
  kindOf({
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachineInstance",
    shortNames: ["vmi", "vmis"],
    statusSubresource: true,
    columns: [
      AGE,
      { name: "Phase", type: "string", jsonPath: ".status.phase" },
      { name: "IP", type: "string", jsonPath: ".status.interfaces[0].ipAddress" },
      { name: "NodeName", type: "string", jsonPath: ".status.nodeName" },
      READY,
    ],
  }),
  kindOf({
    apiVersion: "k8s.cni.cncf.io/v1",
    kind: "NetworkAttachmentDefinition",
    plural: "network-attachment-definitions",
    singular: "network-attachment-definition",
    shortNames: ["net-attach-def"],
  }),
];
