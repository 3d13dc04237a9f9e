/**
 * Reads the paths of the Kubernetes API.
 *
 * @module
 */

/** What a path names. */
export interface ObjectPath {
  /** Path of the resource, of one namespace or of all. */
  readonly collection: string;
  /** Path of the object without its subresource; the collection's where it names none. */
  readonly object: string;
  readonly plural: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

/**
 * Reads `/api/v1/...` and `/apis/GROUP/VERSION/...`, with or without a namespace, an object and its subresource.
 */
export function objectPath(path: string): ObjectPath {
  const parts = path.split("/").filter((part) => part !== "").map(decodeURIComponent);
  const group = parts.slice(0, parts[0] === "apis" ? 3 : 2);
  const rest = parts.slice(group.length);
  const [namespace, inside] = rest[0] === "namespaces" && rest.length > 2
    ? [rest[1], rest.slice(2)]
    : [undefined, rest];
  const [plural = "", name, subresource] = inside;
  const scope = namespace === undefined ? [] : ["namespaces", namespace];
  const collection = joined([...group, ...scope, plural]);
  return {
    collection,
    object: name === undefined ? collection : joined([...group, ...scope, plural, name]),
    plural,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(subresource === undefined ? {} : { subresource }),
  };
}

/** The path of an object that was found in a list or in a watch of `at`. */
export function pathInside(
  at: ObjectPath,
  metadata: { readonly namespace?: string; readonly name?: string },
): string {
  if (at.namespace !== undefined || metadata.namespace === undefined) {
    return `${at.collection}/${encodeURIComponent(metadata.name ?? "")}`;
  }
  const group = at.collection.slice(0, -at.plural.length - 1);
  return `${group}${joined(["namespaces", metadata.namespace, at.plural, metadata.name ?? ""])}`;
}

/** Whether a list of `at` contains the object of a path. */
export function contains(at: ObjectPath, object: string): boolean {
  const { plural, namespace, collection } = objectPath(object);
  if (at.namespace !== undefined) return collection === at.collection;
  return plural === at.plural &&
    (namespace === undefined
      ? collection === at.collection
      : collection === pathInside(at, { namespace, name: "" }).slice(0, -1));
}

function joined(parts: readonly string[]): string {
  return parts.map((part) => `/${encodeURIComponent(part)}`).join("");
}
