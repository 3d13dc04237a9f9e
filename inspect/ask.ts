/**
 * How a question reaches who can answer it.
 *
 * @module
 */
import { ApiError } from "../kube/errors.ts";
import type { RestClient } from "../kube/rest_client.ts";

/** One question. */
export interface Question {
  readonly verb: string;
  readonly parameters: URLSearchParams;
}

/** Asks, and answers with the body as it comes. Rejects with an error that says in words what is wrong. */
export type Ask = (question: Question, signal: AbortSignal) => Promise<ReadableStream<Uint8Array>>;

/** Asks a standalone server. */
export function askServer(server: URL, request: typeof fetch = fetch): Ask {
  return async ({ verb, parameters }, signal) => {
    const url = new URL(`${server.pathname.replace(/\/$/, "")}/v1/${verb}`, server);
    url.search = parameters.toString();
    let response: Response;
    try {
      response = await request(url, { signal });
    } catch (cause) {
      throw new Error(`Cannot reach ${server.origin}`, { cause });
    }
    if (!response.ok) throw new Error(await messageOf(response));
    return response.body ?? new ReadableStream({ start: (controller) => controller.close() });
  };
}

/** Asks the controller of a cluster through the API server's service proxy. */
export function askCluster(
  rest: RestClient,
  { namespace, service }: { readonly namespace: string; readonly service: string },
): Ask {
  const where = `${encodeURIComponent(namespace)}/services/${encodeURIComponent(service)}:inspect`;
  return async ({ verb, parameters: querystring }, abortSignal) => {
    try {
      return await rest.performRequest({
        method: "GET",
        path: `/api/v1/namespaces/${where}/proxy/v1/${verb}`,
        querystring,
        accept: "*/*",
        expectStream: true,
        abortSignal,
      });
    } catch (cause) {
      // The controller, too, answers 404, of whom it does not know; only the API server names a kind.
      if (
        !(cause instanceof ApiError && cause.status === 404 && cause.details.kind === "services")
      ) {
        throw cause;
      }
      throw new Error(
        `There is no Service ${service} in namespace ${namespace}: where vm-dhcp is installed elsewhere, name that by --service-namespace`,
        { cause },
      );
    }
  };
}

async function messageOf(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const { message, error } = JSON.parse(text);
    return String(message ?? error);
  } catch {
    return `${response.status} ${response.statusText}: ${text.slice(0, 200)}`;
  }
}
