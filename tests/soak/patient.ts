/**
 * A client for a server that has more to do than it can.
 *
 * @module
 */
import { ConnectionError, type RestClient, statusOf, toRestClient } from "../../kube/mod.ts";
import { type Clock, systemClock } from "../../runtime/clock.ts";

const TRIES = 20;
const PAUSE_MS = 1_000;

/**
 * Wraps a client: what is not answered, or by 5xx, is asked again; an object that is there when it is to be made a second time was
 * made the first time. Watches are left to whoever follows them. Lists are answered whole, so that no item is taken in two tries.
 */
export function patient(rest: RestClient, clock: Clock = systemClock): RestClient {
  return toRestClient(async ({ takeItem: _, ...request }) => {
    if (request.expectStream === true) return await rest.performRequest(request as never);
    for (let tries = 1;; tries++) {
      try {
        return await rest.performRequest(request);
      } catch (error) {
        const status = statusOf(error);
        const isMade = status === 409 && request.method === "POST" && tries > 1;
        if (isMade) return request.bodyJson ?? null;
        const isOver = !(error instanceof ConnectionError) && (status ?? 0) < 500;
        if (isOver || tries === TRIES) throw error;
        await clock.sleep(PAUSE_MS, request.abortSignal);
      }
    }
  });
}
