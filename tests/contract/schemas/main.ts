/**
 * Writes `standalone/api/builtin_schema.json` anew from a real kube-apiserver.
 *
 * @module
 */
import { startRealCluster } from "../../real/mod.ts";
import { builtinSchemaSource } from "./builtin_schema_source.ts";

await using cluster = await startRealCluster({ crds: false });
const file = new URL("../../../standalone/api/builtin_schema.json", import.meta.url);
await Deno.writeTextFile(file, await builtinSchemaSource(cluster.rest));
