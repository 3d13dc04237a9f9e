/**
 * A Kubernetes API in one process, over SQLite.
 *
 * @module
 */
export { EmbeddedApi, type EmbeddedApiOptions } from "./embedded_api.ts";
export type { EmbeddedRestOptions } from "./embedded_rest.ts";
export type { JsonObject } from "./json.ts";
export { FOREIGN_CRDS } from "./foreign_crds.ts";
export { StatusError } from "./status_error.ts";
export type { HttpMethod, JsonValue, RequestOptions, RestClient } from "../../kube/seam.ts";
export type { Clock, Random } from "../../runtime/clock.ts";
