/**
 * The CustomResourceDefinitions with the limits of the Go version: one spelling, `networkConfigs`, names of at most 64
 * characters, at most 4 NICs; what they do not name is not kept.
 *
 * @module
 */
import type { JsonObject } from "../../standalone/api/json.ts";

const GROUP = "network.harvesterhci.io";
const TEXT: JsonObject = { type: "string" };
const NAME: JsonObject = { type: "string", maxLength: 64 };
const ADDRESS: JsonObject = { type: "string", format: "ipv4" };
const IMMUTABLE: JsonObject = {
  "x-kubernetes-validations": [{ rule: "self == oldSelf", message: "Value is immutable" }],
};

function object(properties: JsonObject, required: string[] = []): JsonObject {
  return { type: "object", properties, ...(required.length === 0 ? {} : { required }) };
}

function list(items: JsonObject, limits: JsonObject = {}): JsonObject {
  return { type: "array", items, ...limits };
}

const CONDITIONS = list(object({
  type: TEXT,
  status: TEXT,
  lastUpdateTime: TEXT,
  lastTransitionTime: TEXT,
  reason: TEXT,
  message: TEXT,
}, ["type", "status"]));

const IPPOOL = {
  spec: object({
    paused: { type: "boolean" },
    networkName: { ...NAME, ...IMMUTABLE },
    ipv4Config: object({
      cidr: { ...TEXT, ...IMMUTABLE },
      serverIP: ADDRESS,
      router: ADDRESS,
      pool: object({ start: ADDRESS, end: ADDRESS, exclude: list(ADDRESS) }),
      dns: list(ADDRESS, { maxItems: 3 }),
      domainName: TEXT,
      domainSearch: list(TEXT),
      ntp: list(TEXT, { maxItems: 4 }),
      leaseTime: { type: "integer" },
    }, ["cidr"]),
  }, ["networkName", "ipv4Config"]),
  status: object({
    lastUpdate: { type: "string", format: "date-time" },
    agentPodRef: object({ namespace: TEXT, name: TEXT, image: TEXT, uid: TEXT }),
    ipv4: object({
      allocated: { type: "object", additionalProperties: TEXT },
      used: { type: "integer" },
      available: { type: "integer" },
    }, ["used", "available"]),
    conditions: CONDITIONS,
  }),
};

const VMNETCFG = {
  spec: object({
    paused: { type: "boolean" },
    vmName: { ...NAME, ...IMMUTABLE },
    networkConfigs: list(
      object({ networkName: NAME, macAddress: TEXT, ipAddress: ADDRESS }, [
        "networkName",
        "macAddress",
      ]),
      { maxItems: 4 },
    ),
  }, ["vmName", "networkConfigs"]),
  status: object({
    networkConfigs: list(
      object({ networkName: TEXT, macAddress: TEXT, allocatedIPAddress: TEXT, state: TEXT }),
    ),
    conditions: CONDITIONS,
  }),
};

function definition(
  kind: string,
  schema: { spec: JsonObject; status: JsonObject },
  shortNames: string[],
): JsonObject {
  const plural = `${kind.toLowerCase()}s`;
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${GROUP}` },
    spec: {
      group: GROUP,
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase(), shortNames },
      scope: "Namespaced",
      versions: [{
        name: "v1alpha1",
        served: true,
        storage: true,
        schema: { openAPIV3Schema: object(schema, ["spec"]) },
        subresources: { status: {} },
      }],
    },
  };
}

/** IPPool and VirtualMachineNetworkConfig. */
export const GO_CRDS: readonly JsonObject[] = [
  definition("IPPool", IPPOOL, ["ippl", "ippls"]),
  definition("VirtualMachineNetworkConfig", VMNETCFG, ["vmnetcfg", "vmnetcfgs"]),
];
