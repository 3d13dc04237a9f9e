/**
 * A client that counts what failed.
 *
 * @module
 */
import { reasonOf, statusOf } from "../errors.ts";
import { type RestClient, toRestClient } from "../rest_client.ts";
import type { Counter, Metrics } from "../../runtime/metrics.ts";

/** Reasons of `metav1.Status` are a short list, but a server may send any text: longer ones are cut. */
const REASON_LENGTH = 40;
/** So many reasons are told apart at most: what a server makes up is not to become ever more series. */
const MOST_REASONS = 32;

/** Adds the counter of {@linkcode countedClient}; its name begins with the program's, such as `vmdhcpagent`. */
export function addApiErrors(metrics: Metrics, program: string): Counter<"method" | "reason"> {
  return metrics.counter({
    name: `${program}_api_errors_total`,
    help:
      "Requests to the API server that failed, by method and reason; NoAnswer where none came in time.",
    labels: ["method", "reason"],
  });
}

/** Counts the requests that fail, but for those that were no longer wanted. */
export function countedClient(
  rest: RestClient,
  { errors }: { readonly errors: Counter<"method" | "reason"> },
): RestClient {
  const { defaultNamespace } = rest;
  const known = new Set<string>();
  return toRestClient(async (request) => {
    try {
      return await rest.performRequest(request);
    } catch (error) {
      if (request.abortSignal?.aborted !== true) {
        const reason = failureOf(error).slice(0, REASON_LENGTH);
        if (known.size < MOST_REASONS) known.add(reason);
        errors.inc({ method: request.method, reason: known.has(reason) ? reason : "Other" });
      }
      throw error;
    }
  }, defaultNamespace === undefined ? {} : { defaultNamespace });
}

/** Kubernetes' reason, the status where there is none, or that nobody answered. */
function failureOf(error: unknown): string {
  const status = statusOf(error);
  return status === undefined ? "NoAnswer" : reasonOf(error) || String(status);
}
