/**
 * The paths that are not about objects: health, version, discovery, OpenAPI.
 *
 * @module
 */
import type { Answer, ApiRequest } from "../http/exchange.ts";
import type { Kind } from "../kinds/kind.ts";
import { discover } from "./discovery.ts";
import { openApi } from "./openapi.ts";

const HEALTH: readonly string[] = ["/healthz", "/readyz", "/livez"];

/** The version of Kubernetes whose API this is. */
const VERSION: Record<string, string> = {
  major: "1",
  minor: "36",
  gitVersion: "v1.36.1",
  gitCommit: "",
  gitTreeState: "",
  buildDate: "",
  goVersion: "",
  compiler: "",
  platform: "vm-dhcp/embedded",
};

/** Answers such a path; nothing for other paths. */
export function answerWellKnown(
  request: ApiRequest,
  kinds: readonly Kind[],
): Answer | undefined {
  if (request.method !== "GET") return undefined;
  const path = request.path.length > 1 ? request.path.replace(/\/$/, "") : request.path;
  if (HEALTH.includes(path)) return { status: 200, text: "ok" };
  if (path === "/version") return { status: 200, body: VERSION };
  const body = openApi(path, kinds) ?? discover(path, kinds);
  return body === undefined ? undefined : { status: 200, body };
}
