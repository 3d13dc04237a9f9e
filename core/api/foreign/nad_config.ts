/**
 * The CNI configuration inside a NetworkAttachmentDefinition.
 *
 * @module
 */
import * as z from "zod";
import { errorText } from "../../error_text.ts";
import { schemaErrors } from "../fields/check_schema.ts";
import type { Checked, FieldError, FieldPath } from "../fields/field_error.ts";
import { withoutNulls } from "../fields/left_out.ts";
import type { NetworkAttachmentDefinition } from "../types.ts";

/** Which link a NetworkAttachmentDefinition attaches pods to. */
export interface NadConfig {
  /** The CNI plugin: `bridge`, `macvlan`, `ipvlan`... */
  readonly type: string;
  /** The bridge of the `bridge` plugin. */
  readonly bridge?: string;
  /** The parent link of `macvlan`, `ipvlan`, `vlan`. */
  readonly master?: string;
  /** 802.1Q VLAN id, 1 to 4094; unset: untagged. */
  readonly vlan?: number;
  /** Largest packet of the link, bytes; unset: the plugin's own choice. */
  readonly mtu?: number;
}

const pluginSchema = z.looseObject({
  type: z.string(),
  bridge: z.exactOptional(z.string()),
  master: z.exactOptional(z.string()),
  vlan: z.exactOptional(z.int()),
  vlanId: z.exactOptional(z.int()),
  mtu: z.exactOptional(z.int()),
});

const MAX_VLAN = 4094;

/**
 * Reads the CNI configuration of a NetworkAttachmentDefinition. Of a list of plugins the first is meant: the one that
 * makes the interface (CNI specification, section 1). The `vlan` plugin's `vlanId` counts as `vlan`; 0 and null count as none.
 *
 * @returns What is read, or all errors, their paths below `spec.config`.
 *
 * @example
 * ```ts
 * import { nadConfigOf } from "@vm-dhcp/vm-dhcp/api";
 * import { deepStrictEqual as deepEqual } from "node:assert/strict";
 *
 * const nad = {
 *   apiVersion: "k8s.cni.cncf.io/v1",
 *   kind: "NetworkAttachmentDefinition",
 *   metadata: { name: "net-48", namespace: "default" },
 *   spec: { config: '{"cniVersion": "0.3.1", "type": "bridge", "bridge": "mgmt-br", "vlan": 48, "ipam": {}}' },
 * };
 * deepEqual(nadConfigOf(nad), { ok: true, value: { type: "bridge", bridge: "mgmt-br", vlan: 48 } });
 * ```
 */
export function nadConfigOf(nad: NetworkAttachmentDefinition): Checked<NadConfig> {
  const text = nad.spec?.config;
  if (text === undefined || text.trim() === "") return fail(text, "is required");
  let config: unknown;
  try {
    config = withoutNulls(JSON.parse(text));
  } catch (error) {
    return fail(text, `must be JSON: ${errorText(error)}`);
  }
  const plugins = isObject(config) && Array.isArray(config.plugins) ? config.plugins : undefined;
  const plugin = withKnownNames(plugins === undefined ? config : plugins[0]);
  const at: FieldPath = ["spec", "config", ...(plugins === undefined ? [] : ["plugins", 0])];
  const errors = schemaErrors(pluginSchema, plugin).map((error): FieldError => ({
    ...error,
    path: [...at, ...error.path],
  }));
  if (errors.length > 0 || !isObject(plugin)) return { ok: false, errors };
  const vlanField = plugin.vlan === undefined ? "vlanId" : "vlan";
  const vlan = plugin[vlanField];
  if (typeof vlan === "number" && (vlan < 0 || vlan > MAX_VLAN)) {
    const message = `must be from 1 to ${MAX_VLAN}`;
    return { ok: false, errors: [{ path: [...at, vlanField], value: vlan, message }] };
  }
  return {
    ok: true,
    value: {
      type: String(plugin.type),
      ...(isName(plugin.bridge) ? { bridge: plugin.bridge } : {}),
      ...(isName(plugin.master) ? { master: plugin.master } : {}),
      ...(typeof vlan === "number" && vlan > 0 ? { vlan } : {}),
      ...(typeof plugin.mtu === "number" && plugin.mtu > 0 ? { mtu: plugin.mtu } : {}),
    },
  };
}

/** A plugin's configuration with the names that are read here: Go's JSON, which CNI plugins read it by, knows no case. */
function withKnownNames(plugin: unknown): unknown {
  if (!isObject(plugin)) return plugin;
  const known = new Map(Object.keys(pluginSchema.shape).map((name) => [name.toLowerCase(), name]));
  const renamed = Object.entries(plugin).map(([name, value]) =>
    [known.get(name.toLowerCase()) ?? name, value] as const
  );
  // A name that is written as it is known counts before one that is not.
  return { ...Object.fromEntries(renamed), ...plugin };
}

function fail(value: unknown, message: string): Checked<NadConfig> {
  return { ok: false, errors: [{ path: ["spec", "config"], value, message }] };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
