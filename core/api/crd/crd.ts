/**
 * The CustomResourceDefinitions, generated from the schemas.
 *
 * Against the Go version's, every rule is as strict or less, so that objects move both ways: names up to 317 and 253
 * characters, 32 NICs, `serverIP`, router, range and excludes that may be unset and may change, both spellings. What is
 * required or enumerated beyond it, the Go version always writes.
 *
 * @module
 */
import type { z } from "zod";
import { ipPoolHistorySchema } from "../ippool_history_schema.ts";
import { ipPoolSchema } from "../ippool_schema.ts";
import { GROUP } from "../names.ts";
import { objectSchema, type OpenApiSchema } from "./open_api_schema.ts";
import { vmNetCfgSchema } from "../vmnetcfg_schema.ts";

/** A column of `kubectl get`. */
export interface PrinterColumn {
  /** Its head. */
  readonly name: string;
  /** `string`, `integer` or `date`. */
  readonly type: string;
  /** Where its value stands. */
  readonly jsonPath: string;
  /** What it shows. */
  readonly description?: string;
  /** 1: only with `-o wide`. */
  readonly priority?: number;
}

/** A CustomResourceDefinition (`apiextensions.k8s.io/v1`), as far as vm-dhcp uses it. */
export interface CustomResourceDefinition {
  /** `apiextensions.k8s.io/v1`. */
  readonly apiVersion: "apiextensions.k8s.io/v1";
  /** `CustomResourceDefinition`. */
  readonly kind: "CustomResourceDefinition";
  /** `<plural>.<group>`. */
  readonly metadata: { readonly name: string };
  /** What is defined. */
  readonly spec: {
    readonly group: string;
    readonly names: {
      readonly kind: string;
      readonly listKind: string;
      readonly plural: string;
      readonly singular: string;
      readonly shortNames: readonly string[];
      readonly categories: readonly string[];
    };
    readonly scope: "Namespaced";
    readonly versions: readonly {
      readonly name: string;
      readonly served: boolean;
      readonly storage: boolean;
      readonly additionalPrinterColumns: readonly PrinterColumn[];
      readonly schema: { readonly openAPIV3Schema: OpenApiSchema };
      readonly subresources?: { readonly status: Readonly<Record<string, never>> };
    }[];
  };
}

/**
 * Makes the CustomResourceDefinitions of IPPool, VirtualMachineNetworkConfig and IPPoolHistory.
 *
 * @see https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/
 *
 * @example
 * ```ts
 * import { customResourceDefinitions } from "@vm-dhcp/vm-dhcp/api";
 * import { deepStrictEqual as deepEqual } from "node:assert/strict";
 *
 * deepEqual(customResourceDefinitions().map((crd) => crd.metadata.name), [
 *   "ippools.network.harvesterhci.io",
 *   "virtualmachinenetworkconfigs.network.harvesterhci.io",
 *   "ippoolhistories.network.harvesterhci.io",
 * ]);
 * ```
 */
export function customResourceDefinitions(): readonly CustomResourceDefinition[] {
  return [
    definition({
      kind: "IPPool",
      shortNames: ["ippl", "ippls"],
      schema: ipPoolSchema,
      columns: [
        { name: "NETWORK", type: "string", jsonPath: ".spec.networkName" },
        { name: "AVAILABLE", type: "integer", jsonPath: ".status.ipv4.available" },
        { name: "USED", type: "integer", jsonPath: ".status.ipv4.used" },
        conditionColumn("Registered"),
        conditionColumn("CacheReady"),
        conditionColumn("AgentReady"),
        wide(conditionColumn("Ready")),
        wide({ name: "CIDR", type: "string", jsonPath: ".spec.ipv4Config.cidr" }),
        wide({ name: "AGENT", type: "string", jsonPath: ".status.agentPodRef.name" }),
        AGE,
      ],
    }),
    definition({
      kind: "VirtualMachineNetworkConfig",
      shortNames: ["vmnetcfg", "vmnetcfgs"],
      schema: vmNetCfgSchema,
      columns: [
        { name: "VMNAME", type: "string", jsonPath: ".spec.vmName" },
        conditionColumn("Allocated"),
        conditionColumn("Disabled"),
        conditionColumn("InSynced"),
        {
          name: "ADDRESS",
          type: "string",
          description: "Addresses of the NICs.",
          jsonPath: ".status.addresses",
        },
        wide(conditionColumn("Ready")),
        wide({
          name: "MESSAGE",
          type: "string",
          description: "Why a NIC has no address.",
          jsonPath: ".status.conditions[?(@.type=='Allocated')].message",
        }),
        AGE,
      ],
    }),
    definition({
      kind: "IPPoolHistory",
      plural: "ippoolhistories",
      shortNames: ["ipplh"],
      schema: ipPoolHistorySchema,
      columns: [AGE],
    }),
  ];
}

/** \`kubectl get network-all\` shows the objects of all our kinds. */
const CATEGORIES = ["network-all"];

const AGE: PrinterColumn = { name: "AGE", type: "date", jsonPath: ".metadata.creationTimestamp" };

function conditionColumn(type: string): PrinterColumn {
  const jsonPath = `.status.conditions[?(@.type=='${type}')].status`;
  return { name: type.toUpperCase(), type: "string", jsonPath };
}

function wide(column: PrinterColumn): PrinterColumn {
  return { ...column, priority: 1 };
}

function definition({ kind, plural = `${kind.toLowerCase()}s`, shortNames, schema, columns }: {
  readonly kind: string;
  readonly plural?: string;
  readonly shortNames: readonly string[];
  readonly schema: z.ZodType;
  readonly columns: readonly PrinterColumn[];
}): CustomResourceDefinition {
  const singular = kind.toLowerCase();
  const openAPIV3Schema = objectSchema(schema);
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${GROUP}` },
    spec: {
      group: GROUP,
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular,
        shortNames,
        categories: CATEGORIES,
      },
      scope: "Namespaced",
      versions: [{
        name: "v1alpha1",
        served: true,
        storage: true,
        additionalPrinterColumns: columns,
        schema: { openAPIV3Schema },
        ...(openAPIV3Schema.properties?.["status"] === undefined
          ? {}
          : { subresources: { status: {} } }),
      }],
    },
  };
}
