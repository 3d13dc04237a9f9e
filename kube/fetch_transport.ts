/**
 * Performs requests over `fetch`: credentials, time limits, repeats, streams.
 *
 * @module
 */
import { LinkedAbort } from "../runtime/abort.ts";
import { type Clock, type Random, systemClock } from "../runtime/clock.ts";
import { type ClientCertificate, Connections, type TlsOptions } from "./connections.ts";
import { ApiError, ConnectionError } from "./errors.ts";
import { bodyOf, deepest, headersOf, parseServer, parseStatus } from "./http_request.ts";
import { jsonLines } from "./json_lines.ts";
import { retryDelay } from "./retry_after.ts";
import type { JsonValue, RequestOptions, RestAnswer } from "./seam.ts";

/** Who a request comes from. */
export interface Identity {
  /** Value of the `Authorization` header. */
  readonly authorization?: string;
  /** Shown in the TLS handshake. */
  readonly certificate?: ClientCertificate;
}

/**
 * Tells who a request comes from; asked before every request, so it caches what is costly. With `refused`, the server
 * did not accept (401) what was given last.
 */
export type Credentials = (
  options: { readonly refused: boolean; readonly signal: AbortSignal },
) => Promise<Identity>;

/** How to reach a server. */
export interface FetchClientOptions extends TlsOptions {
  /** Address, such as `https://10.53.0.1:443`; a path is a prefix of every request's. */
  readonly server: string;
  /** Unset: anonymous. */
  readonly credentials?: Credentials;
  /**
   * The server's certificate is not to be checked. Deno allows that only by `--unsafely-ignore-certificate-errors`; an
   * untrusted certificate is refused without it, and the error says so.
   */
  readonly insecure?: boolean;
  /** Namespace of the context or the service account. */
  readonly defaultNamespace?: string;
  /** Longest time for a whole answer, or for a stream's beginning. Default 30,000 ms. */
  readonly timeoutMs?: number;
  /** Sent as `User-Agent`. */
  readonly userAgent?: string;
  /** Stands in for the machine's `fetch`; then no connections are made and no certificates used. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Default: `Math.random`. */
  readonly random?: Random;
}

const DEFAULT_TIMEOUT_MS = 30_000;

/** A request whose answer's head has come. */
interface Opened {
  readonly response: Response;
  readonly abort: LinkedAbort;
  /** What the request holds until its answer has ended. */
  readonly held: DisposableStack;
}

/** A long answer that is being read. */
interface OpenStream {
  readonly request: RequestOptions;
  readonly abort: LinkedAbort;
  heardAt: number;
}

/** Performs requests to one server. */
export class FetchTransport implements Disposable {
  readonly #options: FetchClientOptions;
  readonly #server: URL;
  /** Scheme, host and path prefix, without a slash at the end. */
  readonly #base: string;
  readonly #connections: Connections | undefined;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #timeoutMs: number;
  readonly #streams = new Set<OpenStream>();

  constructor(options: FetchClientOptions) {
    this.#options = options;
    this.#server = parseServer(options.server);
    this.#base = `${this.#server.origin}${this.#server.pathname.replace(/\/+$/, "")}`;
    this.#connections = options.fetch === undefined ? new Connections(options) : undefined;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  }

  [Symbol.dispose](): void {
    this.#connections?.[Symbol.dispose]();
  }

  async perform(request: RequestOptions): Promise<RestAnswer> {
    request.abortSignal?.throwIfAborted();
    for (let attempt = 0, refused = false;; attempt++) {
      const opened = await this.#open(request, refused);
      if (opened.response.ok) return await this.#answer(request, opened);
      const error = await this.#refusal(request, opened);
      const again = request.bodyStream === undefined;
      if (again && error.status === 401 && !refused && this.#options.credentials !== undefined) {
        refused = true;
        continue;
      }
      const wait = retryDelay(opened.response, {
        attempt,
        now: this.#clock.now(),
        random: this.#random,
      });
      if (!again || wait === undefined) throw error;
      await this.#clock.sleep(wait, request.abortSignal);
    }
  }

  /** Sends the request and waits for the answer's head. */
  async #open(request: RequestOptions, refused: boolean): Promise<Opened> {
    const held = new DisposableStack();
    const abort = held.use(new LinkedAbort(request.abortSignal));
    const startedAt = this.#clock.monotonic();
    abort.abortAfter(this.#timeoutMs, {
      clock: this.#clock,
      reason: () => {
        this.#giveUpConnections(startedAt);
        return new ConnectionError(
          request,
          `${this.#server.origin}: no answer within ${this.#timeoutMs} ms`,
        );
      },
    });
    try {
      const identity = await this.#options.credentials?.({ refused, signal: abort.signal });
      const response = await this.#fetch(request, {
        identity: identity ?? {},
        signal: abort.signal,
        held,
      });
      return { response, abort, held };
    } catch (cause) {
      held.dispose();
      throw this.#failure(request, { abort, cause });
    }
  }

  #fetch(
    request: RequestOptions,
    by: {
      readonly identity: Identity;
      readonly signal: AbortSignal;
      readonly held: DisposableStack;
    },
  ): Promise<Response> {
    const query = request.querystring === undefined || request.querystring.size === 0
      ? ""
      : `?${request.querystring}`;
    const init: RequestInit = {
      method: request.method,
      headers: headersOf(request, {
        authorization: by.identity.authorization,
        userAgent: this.#options.userAgent,
      }),
      body: bodyOf(request),
      signal: by.signal,
      redirect: "error",
    };
    const url = `${this.#base}${request.path}${query}`;
    if (this.#connections === undefined) return (this.#options.fetch ?? fetch)(url, init);
    const { client } = by.held.use(this.#connections.take({
      certificate: by.identity.certificate,
      stream: request.expectStream === true,
    }));
    const overClient: RequestInit & { readonly client: Deno.HttpClient } = { ...init, client };
    return fetch(url, overClient);
  }

  async #answer(request: RequestOptions, opened: Opened): Promise<RestAnswer> {
    if (request.expectStream === true) {
      opened.abort.disarm();
      const bytes = this.#stream(request, opened);
      return request.expectJson === true ? jsonLines(bytes) : bytes;
    }
    using _ = opened.held;
    const { abort } = opened;
    try {
      if (request.expectJson !== true) return new Uint8Array(await opened.response.arrayBuffer());
      const text = await opened.response.text();
      return text === "" ? null : JSON.parse(text) as JsonValue;
    } catch (cause) {
      throw this.#failure(request, { abort, cause });
    }
  }

  /** The bytes of a long answer. */
  #stream(
    request: RequestOptions,
    { response, abort, held }: Opened,
  ): ReadableStream<Uint8Array> {
    const reader = (response.body ?? new Blob().stream()).getReader();
    const heard: OpenStream = { request, abort, heardAt: this.#clock.monotonic() };
    this.#streams.add(heard);
    const end = () => {
      this.#streams.delete(heard);
      held.dispose();
    };
    return new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        try {
          const { done, value } = await reader.read();
          heard.heardAt = this.#clock.monotonic();
          if (!done) return controller.enqueue(value);
          end();
          controller.close();
        } catch (cause) {
          end();
          throw this.#failure(request, { abort, cause });
        }
      },
      cancel: async (reason) => {
        end();
        await reader.cancel(reason);
      },
    }, { highWaterMark: 0 });
  }

  async #refusal(request: RequestOptions, opened: Opened): Promise<ApiError> {
    using _ = opened.held;
    const { abort, response } = opened;
    try {
      const text = await response.text();
      const body = parseStatus(text) ??
        { message: text.trim().slice(0, 500) || response.statusText };
      return new ApiError({ ...body, code: response.status }, request);
    } catch (cause) {
      throw this.#failure(request, { abort, cause });
    }
  }

  /** What to throw when no whole answer came: the caller's reason to abort, or that the server was not reached. */
  #failure(
    request: RequestOptions,
    why: { readonly abort: LinkedAbort; readonly cause: unknown },
  ): unknown {
    if (why.abort.signal.aborted) return why.abort.signal.reason;
    if (why.cause instanceof ApiError || why.cause instanceof ConnectionError) return why.cause;
    const said = deepest(why.cause).replace(
      /^error sending request.*?: client error/,
      "client error",
    );
    const hint = this.#insecureHint(said);
    return new ConnectionError(request, `${this.#server.origin}: ${said}${hint}`, {
      cause: why.cause,
    });
  }

  #insecureHint(said: string): string {
    if (this.#options.insecure !== true || !/certificate/i.test(said)) return "";
    return `; to skip the check, start Deno with --unsafely-ignore-certificate-errors=${this.#server.hostname}`;
  }

  /** Later requests connect anew, and streams that were silent since `startedAt` end. */
  #giveUpConnections(startedAt: number): void {
    this.#connections?.renew();
    for (const stream of this.#streams) {
      if (stream.heardAt > startedAt) continue;
      stream.abort.abort(
        new ConnectionError(stream.request, `${this.#server.origin}: the connection is dead`),
      );
    }
  }
}
