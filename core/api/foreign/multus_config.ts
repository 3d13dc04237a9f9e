/**
 * What Multus makes of the CNI configuration inside a NetworkAttachmentDefinition, before any plugin runs.
 *
 * @module
 */
import * as z from "zod";
import { errorText } from "../../error_text.ts";
import { schemaErrors } from "../fields/check_schema.ts";
import { type FieldError, fieldErrorText, type FieldPath } from "../fields/field_error.ts";
import type { NetworkAttachmentDefinition } from "../types.ts";
import { GoObject, readGoJson } from "./go_json.ts";

/** How Multus reads a network. */
export interface MultusConfig {
  /** The name by which Multus speaks of it: that in its configuration, else the NetworkAttachmentDefinition's. Anybody may choose any. */
  readonly cniName: string;
  /** Why no pod can be attached to it, whatever the node; unset where nothing in its text says so. */
  readonly problem?: string;
  /** Whether it says nothing, so that a file on the node must. */
  readonly isOnNode: boolean;
}

const text = z.exactOptional(z.string());
const texts = z.exactOptional(z.array(z.string()));
/** Fields that libcni's `PluginConf` gives a type (package `pkg/types` of CNI 1.3): with another one nothing is read at all. */
const PLUGIN = {
  cniVersion: text,
  name: text,
  type: text,
  capabilities: z.exactOptional(z.record(z.string(), z.boolean())),
  ipam: z.exactOptional(z.looseObject({ type: text })),
  dns: z.exactOptional(
    z.looseObject({ nameservers: texts, domain: text, search: texts, options: texts }),
  ),
  prevResult: z.exactOptional(z.looseObject({})),
};
const single: z.ZodType = z.looseObject(PLUGIN);
const list: z.ZodType = z.looseObject({ plugins: z.array(z.unknown()).min(1) });
/** Fields of a plugin's fields. */
const MEMBERS = { ipam: ["type"], dns: ["nameservers", "domain", "search", "options"] };

/** Errors that a problem tells of; a list may have hundreds. */
const MOST_TOLD = 3;

/**
 * Reads a network as Multus 4 and libcni 1.3 do: JSON, an object, a `type` or `plugins` that each have one. What is refused here
 * they refuse for every pod, in words that name no network. Never throws.
 *
 * @example
 * ```ts
 * import { multusConfigOf } from "@vm-dhcp/vm-dhcp/api";
 * import { strictEqual as equal } from "node:assert/strict";
 *
 * const { problem } = multusConfigOf({
 *   apiVersion: "k8s.cni.cncf.io/v1",
 *   kind: "NetworkAttachmentDefinition",
 *   metadata: { name: "blue", namespace: "default" },
 *   spec: { config: '{"cniVersion": "0.3.1", "plugins": [{"type:": "vrf"}]}' },
 * });
 * equal(problem, "spec.config.plugins[0].type: is required");
 * ```
 */
export function multusConfigOf(nad: NetworkAttachmentDefinition): MultusConfig {
  const { name: nadName = "" } = nad.metadata;
  const config: unknown = nad.spec?.config ?? "";
  if (config === "") return { cniName: nadName, isOnNode: true };
  const { errors, name } = read(config);
  return {
    cniName: typeof name === "string" && name !== "" ? name : nadName,
    isOnNode: false,
    ...(errors.length === 0 ? {} : { problem: fieldErrorText(errors.slice(0, MOST_TOLD)) }),
  };
}

function read(
  config: unknown,
): { readonly errors: readonly FieldError[]; readonly name?: unknown } {
  const fail = (message: string) => ({
    errors: [{ path: ["spec", "config"], value: config, message }],
  });
  if (typeof config !== "string") return fail("must be text");
  let parsed: unknown;
  try {
    parsed = readGoJson(config);
  } catch (error) {
    return fail(`must be JSON: ${errorText(error)}`);
  }
  if (!(parsed instanceof GoObject)) return fail("must be a JSON object");
  // Multus gives a network its own name under this very key, after all other spellings.
  const written = parsed.entries.filter(([key]) => key === "name").at(-1)?.[1] ?? "";
  return { errors: [...errorsOf(parsed)], name: written === "" ? "" : parsed.value("name") };
}

function* errorsOf(fields: GoObject): Generator<FieldError> {
  const at: FieldPath = ["spec", "config"];
  yield* typeErrors(fields, at);
  if ((fields.value("type") ?? "") !== "") return;
  const lists = fields.values("plugins");
  if (lists.length === 0) yield* withoutType(fields, at);
  for (const plugins of lists) {
    yield* placed(schemaErrors(list, { plugins }), at);
    for (const [index, plugin] of Array.isArray(plugins) ? plugins.entries() : []) {
      const here = [...at, "plugins", index];
      if (!(plugin instanceof GoObject)) {
        yield* placed(schemaErrors(single, plugin), here);
      } else {
        yield* typeErrors(plugin, here);
        yield* withoutType(plugin, here);
      }
    }
  }
}

/** Errors of every value that a field is given, in whatever spelling: Go reads them all. */
function* typeErrors(fields: GoObject, at: FieldPath): Generator<FieldError> {
  for (const name of Object.keys(PLUGIN)) {
    for (const value of fields.values(name)) {
      for (const part of value instanceof GoObject ? partsOf(name, value) : [value]) {
        yield* placed(schemaErrors(single, { [name]: part }), at);
      }
    }
  }
}

/** An object's fields, each as an object of its own. */
function partsOf(name: string, value: GoObject): readonly object[] {
  const members = name === "ipam" || name === "dns"
    ? MEMBERS[name].flatMap((member) => value.values(member).map((one) => [member, one] as const))
    : value.entries.filter(([, member]) => member !== null);
  return [{}, ...members.map(([member, value]) => ({ [member]: value }))];
}

function* withoutType(fields: GoObject, at: FieldPath): Generator<FieldError> {
  const value = fields.value("type");
  if ((value ?? "") === "") yield { path: [...at, "type"], value, message: "is required" };
}

function placed(errors: readonly FieldError[], at: FieldPath): FieldError[] {
  return errors.map((error) => ({ ...error, path: [...at, ...error.path] }));
}
