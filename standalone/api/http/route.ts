/**
 * Reads a request's path.
 *
 * @module
 */
import type { Kind } from "../kinds/kind.ts";
import type { ObjectId } from "../store/versions.ts";
import { resourceName } from "../kinds/kind.ts";

/** A path of objects. */
export interface Route {
  readonly kind: Kind;
  /** `""` for cluster-scoped objects; unset for all namespaces. */
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

/** What a path of objects means; nothing where no kind is served there. */
export function parseRoute(path: string, kinds: readonly Kind[]): Route | undefined {
  const [root, ...rest] = path.split("/").filter((part) => part !== "").map(decode);
  if (root === "api") return inGroup("", rest, kinds);
  if (root === "apis") return inGroup(rest[0] ?? "", rest.slice(1), kinds);
  return undefined;
}

function inGroup(
  group: string,
  parts: readonly string[],
  kinds: readonly Kind[],
): Route | undefined {
  const [version = "", ...rest] = parts;
  const find = (plural: string) =>
    kinds.find((one) => one.group === group && one.version === version && one.plural === plural);
  if (rest[0] === "namespaces" && rest.length >= 3) {
    const [, namespace = "", plural = "", ...object] = rest;
    const kind = find(plural);
    if (kind?.namespaced === true && object.length <= 2) {
      return { kind, namespace, ...objectOf(object) };
    }
  }
  const [plural = "", ...object] = rest;
  const kind = find(plural);
  if (kind === undefined || object.length > 2) return undefined;
  if (!kind.namespaced) return { kind, namespace: "", ...objectOf(object) };
  return object.length === 0 ? { kind } : undefined;
}

function objectOf([name, subresource]: readonly string[]): { name?: string; subresource?: string } {
  return {
    ...(name === undefined ? {} : { name }),
    ...(subresource === undefined ? {} : { subresource }),
  };
}

function decode(part: string): string {
  if (!part.includes("%")) return part;
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The object that a route names. */
export function idOf({ kind, namespace = "", name = "" }: Route): ObjectId {
  return { resource: resourceName(kind), namespace, name };
}
