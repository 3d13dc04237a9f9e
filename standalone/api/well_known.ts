/**
 * The paths that are not about objects: health, version, discovery, OpenAPI.
 *
 * @module
 */
import type { Answer, ApiRequest } from "./answer.ts";
import { discover, KUBERNETES_VERSION, wantsAggregated } from "./discovery.ts";
import { openApi } from "./openapi.ts";
import type { Registry } from "./registry.ts";
import { notAcceptable } from "./status_error.ts";

const HEALTH: ReadonlySet<string> = new Set(["/healthz", "/readyz", "/livez"]);

/** Answers such a path; nothing for other paths. */
export function answerWellKnown(request: ApiRequest, registry: Registry): Answer | undefined {
  if (request.method !== "GET") return undefined;
  const path = request.path.length > 1 ? request.path.replace(/\/$/, "") : request.path;
  if (HEALTH.has(path)) return { status: 200, text: "ok" };
  if (path === "/version") return { status: 200, body: version() };
  if (path === "/") return { status: 200, body: { paths: rootPaths(registry) } };
  if (path === "/openapi/v2" && !/json|\*\/\*|^$/.test(request.accept)) {
    throw notAcceptable(["application/json"]);
  }
  const described = openApi(path, registry);
  if (described !== undefined) return { status: 200, body: described };
  const discovered = discover(path, registry, request.accept);
  if (discovered === undefined) return undefined;
  if (!wantsAggregated(request.accept) || discovered.kind !== "APIGroupDiscoveryList") {
    return { status: 200, body: discovered };
  }
  const type = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
  return { status: 200, body: discovered, headers: { "content-type": type } };
}

function version(): Record<string, string> {
  return {
    ...KUBERNETES_VERSION,
    gitCommit: "",
    gitTreeState: "",
    buildDate: "",
    goVersion: "",
    compiler: "",
    platform: "vm-dhcp/embedded",
  };
}

function rootPaths(registry: Registry): string[] {
  const groups = [...new Set([...registry.types].map((type) => type.group))].filter((one) =>
    one !== ""
  );
  return [
    "/api",
    "/api/v1",
    "/apis",
    ...groups.sort().map((group) => `/apis/${group}`),
    ...HEALTH,
    "/openapi/v2",
    "/openapi/v3",
    "/version",
  ];
}
