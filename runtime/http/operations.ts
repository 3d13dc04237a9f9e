/**
 * A program's HTTP server with what its operator alone may ask.
 *
 * @module
 */
import type { Logger } from "../log.ts";
import type { LogLevels } from "../log_levels.ts";
import type { Listen } from "../ops_server.ts";
import { type BoundedServer, serveBounded, type ServeOptions } from "./bounded_server.ts";
import { DEBUG_LOG_PATH, debugLog } from "./debug_log.ts";
import { isLoopbackAddress } from "./same_machine.ts";

/** What {@linkcode serveOperations} is given. */
interface OperationsOptions extends ServeOptions {
  readonly logger: Logger;
  /** Unset: `/debug/log` is not there. */
  readonly levels: LogLevels | undefined;
}

/** A server that listens, at one address or two. */
export interface OperationsServer extends BoundedServer {
  /** Where it listens on the loopback interface beside the address that it was told. */
  readonly loopback?: Listen;
}

/**
 * Serves as {@linkcode serveBounded}, and on the same port of the loopback interface, where `kubectl port-forward` and `kubectl exec`
 * come in. Who comes that way may do it by Kubernetes' own access rules, and is answered `/debug/log`, too; nobody else is, nor told
 * that it is there. Where the loopback's port is taken, a line in the log says so.
 */
export async function serveOperations(
  options: OperationsOptions,
  signal: AbortSignal,
): Promise<OperationsServer> {
  const { logger, levels, handle } = options;
  const debug = levels === undefined ? undefined : debugLog({ levels, log: logger });
  const both: ServeOptions = {
    ...options,
    handle: (request, peer) =>
      debug !== undefined && isLoopbackAddress(peer.address) &&
        new URL(request.url).pathname === DEBUG_LOG_PATH
        ? debug(request)
        : handle(request, peer),
  };
  const server = await serveBounded(both, signal);
  const listen = loopbackOf(server.listen);
  if (listen === undefined) return server;
  try {
    const inner = await serveBounded({ ...both, listen }, signal);
    return {
      ...server,
      loopback: inner.listen,
      done: Promise.all([server.done, inner.done]).then(() => undefined),
      useCertificate: (tls) => {
        for (const one of [server, inner]) one.useCertificate(tls);
      },
    };
  } catch (error) {
    logger.warn("kubectl port-forward does not reach this program", { error });
    return server;
  }
}

/** Where to listen besides; `undefined` where the loopback interface is listened on already. */
function loopbackOf({ hostname, port }: Listen): Listen | undefined {
  const everywhere = hostname === "0.0.0.0" || hostname === "::";
  return everywhere || isLoopbackAddress(hostname) ? undefined : { hostname: "127.0.0.1", port };
}
