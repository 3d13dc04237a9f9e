/**
 * Checks an object of a manifest file by the schemas that the API and the controller use.
 *
 * @module
 */
import { type FieldError, fieldPath } from "../../core/api/fields/field_error.ts";
import {
  readNetworkAttachmentDefinition,
  readVirtualMachine,
} from "../../core/api/foreign/foreign.ts";
import { parseIPPool } from "../../core/api/ippool.ts";
import type { KubeObject } from "../../core/api/types.ts";
import { parseVirtualMachineNetworkConfig } from "../../core/api/vmnetcfg.ts";
import type { Resource } from "../../kube/types.ts";
import { unknownFieldsOf } from "./unknown_fields.ts";

const NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;
const MAX_NAME = 253;
const MAX_NAMESPACE = 63;

/** Everything that is wrong with an object; empty where nothing is. Its status is not looked at. */
export function checkManifest(
  resource: Resource<KubeObject>,
  object: KubeObject,
): readonly FieldError[] {
  const errors = [...checkMetadata(resource, object), ...checkBody(resource, object)];
  const seen = new Set<string>();
  return errors.filter(({ path }) => {
    const field = fieldPath(path);
    return !seen.has(field) && seen.add(field);
  });
}

function checkBody(resource: Resource<KubeObject>, object: KubeObject): readonly FieldError[] {
  switch (resource.kind) {
    case "IPPool":
      return [...errorsOf(parseIPPool(object)), ...unknownFieldsOf(object)];
    case "VirtualMachineNetworkConfig":
      return [
        ...errorsOf(parseVirtualMachineNetworkConfig(object)),
        ...unknownFieldsOf(object),
      ];
    case "VirtualMachine":
      return errorsOf(readVirtualMachine(object));
    case "NetworkAttachmentDefinition":
      return errorsOf(readNetworkAttachmentDefinition(object));
    default:
      return [];
  }
}

function errorsOf(
  checked: { readonly ok: true } | { readonly ok: false; readonly errors: readonly FieldError[] },
): readonly FieldError[] {
  return checked.ok ? [] : checked.errors;
}

/** What every object needs. Source: Kubernetes, "Object Names and IDs". */
function checkMetadata(resource: Resource<KubeObject>, object: KubeObject): readonly FieldError[] {
  const metadata: unknown = object.metadata;
  if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata)) {
    return [{
      path: ["metadata"],
      value: metadata,
      message: metadata === undefined ? "is required" : "must be an object",
    }];
  }
  const { name, namespace } = metadata as { name?: unknown; namespace?: unknown };
  const errors: FieldError[] = [];
  const nameProblem = name === undefined
    ? "is required"
    : dnsProblem(name, resource.namespaced ? MAX_NAME : MAX_NAMESPACE);
  if (nameProblem !== undefined) {
    errors.push({ path: ["metadata", "name"], value: name, message: nameProblem });
  }
  if (resource.namespaced) {
    const problem = dnsProblem(namespace, MAX_NAMESPACE);
    if (problem !== undefined) {
      errors.push({ path: ["metadata", "namespace"], value: namespace, message: problem });
    }
  } else if (namespace !== undefined) {
    errors.push({
      path: ["metadata", "namespace"],
      value: namespace,
      message: `must be absent in a ${resource.kind}`,
    });
  }
  return errors;
}

function dnsProblem(value: unknown, longest: number): string | undefined {
  if (typeof value !== "string") return "must be a string";
  if (value.length > longest) return `must have at most ${longest} characters`;
  return NAME.test(value) && !value.includes("..") ? undefined : "must be a lower-case DNS name";
}
