/**
 * vm-dhcp's own CustomResourceDefinitions.
 *
 * @module
 */
import type { JsonObject } from "./json.ts";

const ANY: JsonObject = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

function definition(kind: string, shortNames: string[]): JsonObject {
  const plural = `${kind.toLowerCase()}s`;
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.network.harvesterhci.io` },
    spec: {
      group: "network.harvesterhci.io",
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase(), shortNames },
      scope: "Namespaced",
      versions: [{
        name: "v1alpha1",
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: "object", properties: { spec: ANY, status: ANY } } },
        subresources: { status: {} },
      }],
    },
  };
}

/** IPPool and VirtualMachineNetworkConfig. */
export const OWN_CRDS: readonly JsonObject[] = [
  definition("IPPool", ["ippl", "ippls"]),
  definition("VirtualMachineNetworkConfig", ["vmnetcfg", "vmnetcfgs"]),
];
