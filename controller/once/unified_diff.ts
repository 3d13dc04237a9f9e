/**
 * Two states of an object, as a unified diff of YAML.
 *
 * @module
 */
import { createTwoFilesPatch } from "diff";
import { stringify } from "yaml";
import type { KubeObject } from "../../core/api/types.ts";

/** What a diff is of. */
export interface ObjectChange {
  /** Such as `ippools default/net-48`. */
  readonly name: string;
  readonly before: KubeObject | undefined;
  readonly after: KubeObject | undefined;
}

const NOTHING = "/dev/null";
const CONTEXT_LINES = 3;

/** The diff, or nothing where both states say the same. What the server alone writes is left out. */
export function unifiedDiff({ name, before, after }: ObjectChange): string {
  const [old, next] = [before, after].map((object) =>
    object === undefined ? "" : stringify(withoutServersPart(object))
  );
  if (old === next) return "";
  const from = before === undefined ? NOTHING : name;
  const to = after === undefined ? NOTHING : name;
  const options = {
    context: CONTEXT_LINES,
    headerOptions: { includeIndex: false, includeUnderline: false, includeFileHeaders: true },
  };
  return createTwoFilesPatch(from, to, old ?? "", next ?? "", undefined, undefined, options);
}

function withoutServersPart(object: KubeObject): KubeObject {
  const { managedFields: _, resourceVersion: _rv, generation: _g, ...metadata } = object.metadata;
  return { ...object, metadata };
}
