/**
 * A client whose server is slow and not always well.
 *
 * @module
 */
import { ApiError, type RestClient, toRestClient } from "../../kube/mod.ts";
import type { Clock, Random } from "../../runtime/clock.ts";

/** Longest wait of one write, milliseconds. */
const SLOWEST_MS = 50;

/**
 * Wraps a client: writes take their time, one in twenty is refused with 503, and of one in twenty the answer is lost
 * although it was done, unless that is not wanted.
 */
export function flaky(
  rest: RestClient,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
  { losesAnswers = true }: { readonly losesAnswers?: boolean } = {},
): RestClient {
  return toRestClient(async (request) => {
    if (request.method === "GET") return await rest.performRequest(request);
    const luck = random();
    const { method, path } = request;
    const failure = new ApiError(
      { code: 503, reason: "ServiceUnavailable", message: "try again" },
      { method, path },
    );
    await clock.sleep(random() * SLOWEST_MS, request.abortSignal);
    if (luck < 0.05) throw failure;
    const answer = await rest.performRequest(request);
    if (luck < 0.1 && losesAnswers) throw failure;
    return answer;
  });
}
