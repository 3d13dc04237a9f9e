/**
 * Clients whose server is used by somebody else too, or refuses.
 *
 * @module
 */
import { ApiError, type RequestOptions, type RestClient, toRestClient } from "../../kube/mod.ts";

/** A request that is meant: its method, and what its path ends with. */
export interface Meant {
  readonly method: string;
  readonly path: RegExp;
}

/** What a decorated client has seen of the requests that were meant. */
interface Seen {
  readonly rest: RestClient;
  readonly count: number;
}

/** Wraps a client: before the first request that is meant reaches the server, somebody else acts. */
export function raced(rest: RestClient, meant: Meant, act: () => Promise<unknown>): Seen {
  return watching(rest, meant, async (count) => {
    if (count === 1) await act();
  });
}

/** Wraps a client: the requests that are meant are refused with this HTTP status, while `isRefusing`. */
export function refusing(
  rest: RestClient,
  meant: Meant & { readonly code: number },
  isRefusing: () => boolean = () => true,
): Seen {
  return watching(rest, meant, (_, { method, path }) => {
    if (!isRefusing()) return Promise.resolve();
    const status = { code: meant.code, reason: "Refused", message: "it is refused" };
    return Promise.reject(new ApiError(status, { method, path }));
  });
}

function watching(
  rest: RestClient,
  { method, path }: Meant,
  before: (count: number, request: RequestOptions) => Promise<void>,
): Seen {
  let count = 0;
  return {
    rest: toRestClient(async (request) => {
      if (request.method === method && path.test(request.path)) await before(++count, request);
      return await rest.performRequest(request);
    }),
    get count() {
      return count;
    },
  };
}
