/**
 * ConfigMaps: the objects on which tests try the client out. The product reads and writes none.
 *
 * @module
 */
import type { KubeObject } from "../../core/api/types.ts";
import type { Resource } from "../types.ts";

/** `core/v1` ConfigMap. */
export interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** `v1` ConfigMap. */
export const CONFIG_MAPS: Resource<ConfigMap> = {
  apiVersion: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  namespaced: true,
};
