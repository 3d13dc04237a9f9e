/**
 * Discovery: which groups, versions and kinds are served.
 *
 * @module
 */
import type { JsonObject } from "../json.ts";
import { apiVersionOf, type Kind } from "../kinds/kind.ts";

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
const STATUS_VERBS = ["get", "patch", "update"];

/** Answers a path of discovery; nothing for other paths. */
export function discover(path: string, kinds: readonly Kind[]): JsonObject | undefined {
  const [root, first, second, ...more] = path.split("/").filter((part) => part !== "");
  if (more.length > 0) return undefined;
  if (root === "api" && second === undefined) {
    return first === undefined ? coreVersions() : resourceList(kinds, "", first);
  }
  if (root !== "apis") return undefined;
  if (second !== undefined) return resourceList(kinds, first ?? "", second);
  const groups = groupsOf(kinds);
  if (first === undefined) return { kind: "APIGroupList", apiVersion: "v1", groups };
  const group = groups.find(({ name }) => name === first);
  return group === undefined ? undefined : { kind: "APIGroup", apiVersion: "v1", ...group };
}

function coreVersions(): JsonObject {
  return {
    kind: "APIVersions",
    versions: ["v1"],
    serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: "" }],
  };
}

/** The groups without the core group. */
function groupsOf(kinds: readonly Kind[]): JsonObject[] {
  const groups = Map.groupBy(kinds.filter(({ group }) => group !== ""), ({ group }) => group);
  return [...groups].map(([name, members]) => {
    const versions = [...new Set(members.map(({ version }) => version))]
      .map((version) => ({ groupVersion: `${name}/${version}`, version }));
    return { name, versions, preferredVersion: versions[0] ?? {} };
  });
}

function resourceList(
  kinds: readonly Kind[],
  group: string,
  version: string,
): JsonObject | undefined {
  const members = kinds.filter((kind) => kind.group === group && kind.version === version);
  const [first] = members;
  if (first === undefined) return undefined;
  return {
    kind: "APIResourceList",
    ...(group === "" ? {} : { apiVersion: "v1" }),
    groupVersion: apiVersionOf(first),
    resources: members.sort((a, b) => a.plural < b.plural ? -1 : 1).flatMap(resources),
  };
}

function resources(one: Kind): JsonObject[] {
  const { namespaced, name: kind, plural } = one;
  const verbs = one.custom
    ? CUSTOM_VERBS
    : VERBS.filter((verb) => namespaced || verb !== "deletecollection");
  const main: JsonObject = {
    name: plural,
    singularName: one.singular,
    namespaced,
    kind,
    verbs,
    ...(one.shortNames.length === 0 ? {} : { shortNames: [...one.shortNames] }),
    ...(one.categories.length === 0 ? {} : { categories: [...one.categories] }),
  };
  if (!one.statusSubresource) return [main];
  const status = { name: `${plural}/status`, singularName: "", namespaced, kind };
  return [main, { ...status, verbs: STATUS_VERBS }];
}
