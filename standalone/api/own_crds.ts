/**
 * vm-dhcp's own CustomResourceDefinitions.
 *
 * @module
 */
import { customResourceDefinitions } from "../../core/api/mod.ts";
import type { JsonObject } from "./json.ts";

/** IPPool and VirtualMachineNetworkConfig. */
export const OWN_CRDS: readonly JsonObject[] = JSON.parse(
  JSON.stringify(customResourceDefinitions()),
);
