/**
 * The port for operators: reached by `kubectl` through the API server's service proxy, or by `kubectl port-forward`.
 *
 * @module
 */
import { inspectApp } from "../../inspect/app.ts";
import { statusResponse } from "../../inspect/refusal.ts";
import type { InspectSource } from "../../inspect/source.ts";
import { pageDoor } from "../../page/page_door.ts";
import type { ServerBounds } from "../../runtime/http/bounded_server.ts";
import { type OperationsServer, serveOperations } from "../../runtime/http/operations.ts";
import { isLoopbackAddress, strangerReason } from "../../runtime/http/same_machine.ts";
import type { Logger } from "../../runtime/log.ts";
import type { Listen } from "../../runtime/ops_server.ts";

/**
 * Answers may take this much of the time that the controller has for its work, also those of half a second that all leases of a big
 * cluster take: it must renew its lock meanwhile. A page that follows holds a connection.
 */
const BOUNDS: Partial<ServerBounds> = { connections: 128, share: 0.2, longestRestMs: 2_000 };

/** Serves what `source` knows until the signal aborts. Who asks is for RBAC, or the NetworkPolicy, to say; web pages of others are refused. */
export async function serveInspect(
  source: InspectSource,
  { listen, logger }: { readonly listen: Listen; readonly logger: Logger },
  signal: AbortSignal,
): Promise<OperationsServer> {
  const app = inspectApp(source);
  const page = pageDoor({ source, logger, signal });
  return await serveOperations({
    listen,
    logger,
    levels: undefined,
    bounds: BOUNDS,
    handle: (request, { address }) => {
      const stranger = isLoopbackAddress(address) ? strangerReason(request) : undefined;
      return stranger === undefined
        ? isVerb(request) ? app.fetch(request) : page(request)
        : statusResponse(403, `Only this machine is answered here: ${stranger}`);
    },
  }, signal);
}

/** Whether a verb is asked for, and not the page. */
function isVerb({ url }: Request): boolean {
  const { pathname } = new URL(url);
  return pathname === "/v1" || pathname.startsWith("/v1/");
}
