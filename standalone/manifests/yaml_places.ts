/**
 * From the path of a field to its place in a YAML or JSON text.
 *
 * @module
 */
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type LineCounter,
} from "yaml";
import type { FieldPath } from "../../core/api/fields/field_error.ts";
import type { Place } from "./types.ts";

/** A parsed document, and how to count its lines. */
export interface LocatedDocument {
  readonly file: string;
  readonly document: Document;
  readonly lines: LineCounter;
}

/**
 * The keys of a field's path: `spec.ipv4Config.dns[1]` and `metadata.labels[example.com/a]` as Kubernetes writes
 * them. What stands in brackets is an index where the document has a list there, a key elsewhere.
 */
export function pathKeys(path: string): string[] {
  const keys: string[] = [];
  for (const match of path.matchAll(/\[([^\]]*)\]|([^.[\]]+)/g)) {
    keys.push(match[1] ?? match[2] ?? "");
  }
  return keys;
}

/** The place of an offset in the text. */
export function placeAt(at: LocatedDocument, offset: number): Place {
  const { line, col } = at.lines.linePos(offset);
  return { file: at.file, line: Math.max(line, 1), column: Math.max(col, 1) };
}

/**
 * The place of the field at `keys`: of its key where it stands in a map, of its value in a list. Where the document
 * does not go so deep (a required field is missing), the deepest one on the way.
 */
export function placeOf(at: LocatedDocument, keys: FieldPath): Place {
  let node: unknown = at.document.contents;
  let offset = offsetOf(node) ?? at.document.range?.[0] ?? 0;
  for (const key of keys) {
    if (isAlias(node)) node = node.resolve(at.document);
    const [keyNode, value] = member(node, key);
    const found = offsetOf(keyNode) ?? offsetOf(value);
    if (found === undefined) break;
    offset = found;
    node = value;
  }
  return placeAt(at, offset);
}

function member(node: unknown, key: string | number): [key: unknown, value: unknown] {
  if (isSeq(node)) return [undefined, node.items[Number(key)]];
  if (!isMap(node)) return [undefined, undefined];
  const pair = node.items.find((item) =>
    isPair(item) && (isScalar(item.key) ? String(item.key.value) : String(item.key)) === String(key)
  );
  return [pair?.key, pair?.value];
}

function offsetOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
