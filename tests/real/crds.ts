/**
 * The CustomResourceDefinitions of the kinds that the embedded API has without any: vm-dhcp's own, and, as small as vm-dhcp
 * needs them, KubeVirt's and Multus'.
 *
 * @module
 */
import { customResourceDefinitions } from "../../core/api/mod.ts";
import type { JsonObject } from "../../standalone/api/json.ts";
import { FOREIGN_KINDS } from "../../standalone/api/kinds/custom_kinds.ts";
import type { Kind } from "../../standalone/api/kinds/kind.ts";
import { ANYTHING } from "../../standalone/api/kinds/schema.ts";

/** IPPool and VirtualMachineNetworkConfig. */
export const OWN_CRDS: readonly JsonObject[] = asJson(customResourceDefinitions());

/** VirtualMachine, VirtualMachineInstance and NetworkAttachmentDefinition: any field is kept, none is checked. */
export const FOREIGN_CRDS: readonly JsonObject[] = asJson(FOREIGN_KINDS.map(definition));

function definition(
  { group, version, name, plural, singular, shortNames, columns, statusSubresource }: Kind,
): unknown {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: { kind: name, listKind: `${name}List`, plural, singular, shortNames },
      scope: "Namespaced",
      versions: [{
        name: version,
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: { ...ANYTHING, properties: { spec: ANYTHING, status: ANYTHING } },
        },
        ...(statusSubresource ? { subresources: { status: {} } } : {}),
        additionalPrinterColumns: columns,
      }],
    },
  };
}

function asJson(definitions: readonly unknown[]): JsonObject[] {
  return JSON.parse(JSON.stringify(definitions));
}
