/**
 * Reads a request's path.
 *
 * @module
 */
import type { Registry } from "./registry.ts";
import type { ResourceType } from "./resource_type.ts";

/** A path of objects. */
export interface Route {
  readonly type: ResourceType;
  /** `""` for cluster-scoped objects; unset for all namespaces. */
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

/** What a path of objects means; nothing where no resource is served there. */
export function parseRoute(path: string, registry: Registry): Route | undefined {
  const parts = path.split("/").filter((part) => part !== "").map(decode);
  const [root, ...rest] = parts;
  if (root === "api") return inGroup("", rest, registry);
  if (root === "apis") return inGroup(rest[0] ?? "", rest.slice(1), registry);
  return undefined;
}

function inGroup(group: string, parts: readonly string[], registry: Registry): Route | undefined {
  const [version = "", ...rest] = parts;
  if (rest[0] === "namespaces" && rest.length >= 3) {
    const [, namespace = "", plural = "", name, subresource, ...more] = rest;
    const type = registry.find(group, version, plural);
    if (type !== undefined && type.namespaced && more.length === 0) {
      return { type, namespace, ...only({ name, subresource }) };
    }
  }
  const [plural = "", name, subresource, ...more] = rest;
  const type = registry.find(group, version, plural);
  if (type === undefined || more.length > 0) return undefined;
  if (!type.namespaced) return { type, namespace: "", ...only({ name, subresource }) };
  return name === undefined ? { type } : undefined;
}

function only(
  parts: { readonly name: string | undefined; readonly subresource: string | undefined },
): { name?: string; subresource?: string } {
  const { name, subresource } = parts;
  return {
    ...(name === undefined ? {} : { name }),
    ...(subresource === undefined ? {} : { subresource }),
  };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
