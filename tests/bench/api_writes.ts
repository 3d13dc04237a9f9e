/**
 * Writes as the API server counts them.
 *
 * @module
 */
import type { RestClient } from "../../kube/mod.ts";
import { parseMetrics } from "./controller_process.ts";

/** `verb resource[/subresource] code` -> how often. */
export type Writes = ReadonlyMap<string, number>;

const WRITES: ReadonlySet<string> = new Set(["POST", "PUT", "PATCH", "APPLY", "DELETE"]);

/** All writes since the start of the API server, from its metric `apiserver_request_total`. */
export async function apiWrites(rest: RestClient): Promise<Writes> {
  const text = new TextDecoder().decode(
    await rest.performRequest({ method: "GET", path: "/metrics" }),
  );
  const writes = new Map<string, number>();
  for (const [series, count] of parseMetrics(text)) {
    if (!series.startsWith("apiserver_request_total{")) continue;
    const labels = Object.fromEntries(
      [...series.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = "", value]) => [key, value]),
    );
    const { verb = "", resource = "", subresource = "", code = "", dry_run: dryRun = "" } = labels;
    if (!WRITES.has(verb) || dryRun !== "") continue;
    const name = `${verb} ${resource}${subresource === "" ? "" : `/${subresource}`} ${code}`;
    writes.set(name, (writes.get(name) ?? 0) + count);
  }
  return writes;
}

/** What was written between two counts. */
export function writesBetween(before: Writes, after: Writes): Writes {
  const differences = [...after].map(([name, count]) =>
    [name, count - (before.get(name) ?? 0)] as const
  );
  return new Map(differences.filter(([, count]) => count > 0));
}

/** How many writes have a name that matches. */
export function count(writes: Writes, pattern: RegExp): number {
  return [...writes].reduce((sum, [name, times]) => pattern.test(name) ? sum + times : sum, 0);
}
