/**
 * A Kubernetes API in one process, over SQLite.
 *
 * @module
 */
export { EmbeddedApi } from "./embedded_api.ts";
