/**
 * The CustomResourceDefinitions of KubeVirt and Multus, as small as vm-dhcp needs them: any field is kept, none is
 * checked. For hosts and tests without KubeVirt and Multus.
 *
 * @module
 */
import type { JsonObject } from "./json.ts";

const ANYTHING: JsonObject = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

interface Definition {
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  readonly shortNames: string[];
  readonly statusSubresource: boolean;
  readonly columns: JsonObject[];
}

function definition(options: Definition): JsonObject {
  const { group, kind, plural } = options;
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: plural.replace(/s$/, ""),
        shortNames: options.shortNames,
      },
      scope: "Namespaced",
      versions: [{
        name: "v1",
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: { type: "object", properties: { spec: ANYTHING, status: ANYTHING } },
        },
        ...(options.statusSubresource ? { subresources: { status: {} } } : {}),
        additionalPrinterColumns: options.columns,
      }],
    },
  };
}

const AGE: JsonObject = { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" };

const READY_PATH = ".status.conditions[?(@.type=='Ready')].status";

function ready(): JsonObject {
  return { name: "Ready", type: "string", jsonPath: READY_PATH };
}

/** KubeVirt's VirtualMachine and VirtualMachineInstance and Multus' NetworkAttachmentDefinition. */
export const FOREIGN_CRDS: readonly JsonObject[] = [
  definition({
    group: "kubevirt.io",
    kind: "VirtualMachine",
    plural: "virtualmachines",
    shortNames: ["vm", "vms"],
    statusSubresource: true,
    columns: [
      AGE,
      { name: "Status", type: "string", jsonPath: ".status.printableStatus" },
      ready(),
    ],
  }),
  definition({
    group: "kubevirt.io",
    kind: "VirtualMachineInstance",
    plural: "virtualmachineinstances",
    shortNames: ["vmi", "vmis"],
    statusSubresource: true,
    columns: [
      AGE,
      { name: "Phase", type: "string", jsonPath: ".status.phase" },
      { name: "IP", type: "string", jsonPath: ".status.interfaces[0].ipAddress" },
      { name: "NodeName", type: "string", jsonPath: ".status.nodeName" },
      ready(),
    ],
  }),
  definition({
    group: "k8s.cni.cncf.io",
    kind: "NetworkAttachmentDefinition",
    plural: "network-attachment-definitions",
    shortNames: ["net-attach-def"],
    statusSubresource: false,
    columns: [AGE],
  }),
];
