/**
 * Clients whose server is used by somebody else too, or refuses.
 *
 * @module
 */
import type { Clock } from "../../runtime/clock.ts";
import { ApiError, type RequestOptions, type RestClient, toRestClient } from "../../kube/mod.ts";

/** How often a late watch looks whether it is to be late still. */
const LATE_LOOK_MS = 100;

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

/** Wraps a client: what its watches tell of a resource (plural) waits for as long as `isLate` says so. */
export function late(
  rest: RestClient,
  plural: string,
  { isLate, clock }: { readonly isLate: () => boolean; readonly clock: Clock },
): RestClient {
  return toRestClient(async (request) => {
    const answer = await rest.performRequest(request);
    if (!request.expectStream || !request.path.endsWith(`/${plural}`)) return answer;
    const waiting = new TransformStream<unknown, unknown>({
      transform: async (event, controller) => {
        while (isLate()) await clock.sleep(LATE_LOOK_MS, request.abortSignal);
        controller.enqueue(event);
      },
    });
    return (answer as unknown as ReadableStream<unknown>).pipeThrough(waiting) as never;
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
