/**
 * Discovery: which groups, versions and resources are served.
 *
 * @module
 */
import type { JsonObject } from "./json.ts";
import type { Registry } from "./registry.ts";
import { apiVersionOf, type ResourceType } from "./resource_type.ts";

/** Version of Kubernetes whose API this is. */
export const KUBERNETES_VERSION = { major: "1", minor: "36", gitVersion: "v1.36.1" } as const;

const CUSTOM_VERBS = [
  "delete",
  "deletecollection",
  "get",
  "list",
  "patch",
  "create",
  "update",
  "watch",
];
const VERBS = [...CUSTOM_VERBS].sort();
const READ_VERBS = ["get", "list", "watch"];
const STATUS_VERBS = ["get", "patch", "update"];

function verbsOf(type: ResourceType): string[] {
  if (type.readOnly) return READ_VERBS;
  if (type.custom) return CUSTOM_VERBS;
  return type.kind === "Namespace" ? VERBS.filter((verb) => verb !== "deletecollection") : VERBS;
}

/** Whether an `Accept` header asks for aggregated discovery. */
export function wantsAggregated(accept: string): boolean {
  return /as=APIGroupDiscoveryList/.test(accept) && /v=v2(?:;|,|$)/.test(accept);
}

/** Answers a path of discovery; nothing for other paths. */
export function discover(path: string, registry: Registry, accept: string): JsonObject | undefined {
  const [root, first, second, ...more] = path.split("/").filter((part) => part !== "");
  if (more.length > 0) return undefined;
  if (root === "api" && second === undefined) {
    if (first === undefined) {
      return wantsAggregated(accept) ? aggregated(registry, "core") : coreVersions();
    }
    return resourceList(registry, "", first);
  }
  if (root !== "apis") return undefined;
  if (first === undefined) {
    return wantsAggregated(accept) ? aggregated(registry, "groups") : groupList(registry);
  }
  return second === undefined ? group(registry, first) : resourceList(registry, first, second);
}

function coreVersions(): JsonObject {
  return {
    kind: "APIVersions",
    versions: ["v1"],
    serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: "" }],
  };
}

/** Resources by group, without the core group. */
function groups(registry: Registry): Map<string, ResourceType[]> {
  const named = [...registry.types].filter((type) => type.group !== "");
  return Map.groupBy(named, (type) => type.group);
}

function groupBody(name: string, types: readonly ResourceType[]): JsonObject {
  const versions = [...new Set(types.map((type) => type.version))].map((version) => ({
    groupVersion: `${name}/${version}`,
    version,
  }));
  return { name, versions, preferredVersion: versions[0] ?? {} };
}

function groupList(registry: Registry): JsonObject {
  const all = [...groups(registry)].map(([name, types]) => groupBody(name, types));
  return { kind: "APIGroupList", apiVersion: "v1", groups: all };
}

function group(registry: Registry, name: string): JsonObject | undefined {
  const types = groups(registry).get(name);
  return types === undefined
    ? undefined
    : { kind: "APIGroup", apiVersion: "v1", ...groupBody(name, types) };
}

function resourceList(
  registry: Registry,
  groupName: string,
  version: string,
): JsonObject | undefined {
  const types = [...registry.types].filter((type) =>
    type.group === groupName && type.version === version
  );
  const [first] = types;
  if (first === undefined) return undefined;
  return {
    kind: "APIResourceList",
    ...(groupName === "" ? {} : { apiVersion: "v1" }),
    groupVersion: apiVersionOf(first),
    resources: types.sort(byPlural).flatMap(resources),
  };
}

function byPlural(a: ResourceType, b: ResourceType): number {
  return a.plural < b.plural ? -1 : 1;
}

function resources(type: ResourceType): JsonObject[] {
  const { namespaced, kind, plural } = type;
  const main: JsonObject = {
    name: plural,
    singularName: type.singular,
    namespaced,
    kind,
    verbs: verbsOf(type),
    ...(type.shortNames.length === 0 ? {} : { shortNames: [...type.shortNames] }),
    ...(type.categories.length === 0 ? {} : { categories: [...type.categories] }),
  };
  if (!type.statusSubresource) return [main];
  return [main, {
    name: `${plural}/status`,
    singularName: "",
    namespaced,
    kind,
    verbs: STATUS_VERBS,
  }];
}

function aggregated(registry: Registry, which: "core" | "groups"): JsonObject {
  const byGroup = which === "core"
    ? new Map([["", [...registry.types].filter((type) => type.group === "")]])
    : groups(registry);
  return {
    kind: "APIGroupDiscoveryList",
    apiVersion: "apidiscovery.k8s.io/v2",
    metadata: {},
    items: [...byGroup].map(([name, types]) => ({
      metadata: name === "" ? {} : { name },
      versions: [...Map.groupBy(types, (type) => type.version)].map(([version, list]) => ({
        version,
        resources: list.sort(byPlural).map(aggregatedResource),
        freshness: "Current",
      })),
    })),
  };
}

function aggregatedResource(type: ResourceType): JsonObject {
  const { group: groupName, version, kind } = type;
  const responseKind = { group: groupName, version, kind };
  return {
    resource: type.plural,
    responseKind,
    scope: type.namespaced ? "Namespaced" : "Cluster",
    singularResource: type.singular,
    verbs: verbsOf(type),
    ...(type.shortNames.length === 0 ? {} : { shortNames: [...type.shortNames] }),
    ...(type.categories.length === 0 ? {} : { categories: [...type.categories] }),
    ...(type.statusSubresource
      ? { subresources: [{ subresource: "status", responseKind, verbs: STATUS_VERBS }] }
      : {}),
  };
}
