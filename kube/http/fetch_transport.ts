/**
 * Performs requests over `fetch`: credentials, time limits, repeats, streams.
 *
 * @module
 */
import { abortable, LinkedAbort } from "../../runtime/abort.ts";
import { type Clock, type Random, systemClock } from "../../runtime/clock.ts";
import { Connections, type Handshake, type TlsOptions } from "./connections.ts";
import { ApiError, ConnectionError, type FailedRequest } from "../errors.ts";
import type { Logger } from "../../runtime/log.ts";
import { Heartbeat } from "./heartbeat.ts";
import { bodyOf, headersOf, parseServer, parseStatus, rootMessage } from "./http_request.ts";
import { jsonLines } from "./json_lines.ts";
import { ListReader } from "./list_reader.ts";
import { parseJson } from "./parse_json.ts";
import { pieceReader } from "./piece_reader.ts";
import { retryDelay } from "./retry_after.ts";
import type { JsonValue, RequestOptions, RestAnswer } from "../rest_client.ts";

/** Who a request comes from, and whom that one trusts. */
export interface Identity extends Handshake {
  /** Value of the `Authorization` header. */
  readonly authorization?: string;
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
  /**
   * Longest time for credentials, for a whole answer, for a stream's beginning, or for each 64 KiB of a list. Default 30,000 ms. For a list's
   * beginning it is 65 s at least: a server that reads all of it from etcd first may take that long, and gives up itself after 60 s
   * (kube-apiserver's `--request-timeout`).
   */
  readonly timeoutMs?: number;
  /** Sent as `User-Agent`. */
  readonly userAgent?: string;
  /** Stands in for the machine's `fetch`; then no connections are made and no certificates used. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** Default: the machine's. */
  readonly clock?: Clock;
  /** Default: `Math.random`. */
  readonly random?: Random;
  /** Is told of connections that are dead. Unset: nothing is logged. */
  readonly logger?: Logger;
}

const DEFAULT_TIMEOUT_MS = 30_000;
/** Least time for the beginning of a list. */
const LIST_MS = 65_000;
/** A request that its caller gave up sooner says nothing of the connection. */
const HASTY_MS = 1_000;
/** A connection on which no request was answered for so long is left. */
const UNANSWERED_MS = 5_000;
/** How long credentials may take where a connection is asked for a sign of life: after that anybody asks. */
const PING_IDENTITY_MS = 1_000;

/** A request whose answer's head has come. */
interface Opened {
  readonly response: Response;
  /** To be called whenever something came by its connection. */
  readonly heard: () => void;
  readonly abort: LinkedAbort;
  /** What the request holds until its answer has ended. */
  readonly held: DisposableStack;
}

/** A request whose answer may take long. */
interface LongRequest {
  readonly request: RequestOptions;
  readonly abort: LinkedAbort;
}

/** A stream that is being read. */
interface OpenStream extends LongRequest {
  heardAt: number;
}

/** A connection that carries long answers. */
interface Carrier {
  readonly heartbeat: Heartbeat;
  readonly carried: Set<LongRequest>;
}

/** What a request is sent with. */
interface Sending {
  readonly identity: Identity;
  readonly abort: LinkedAbort;
  readonly held: DisposableStack;
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
  readonly #carriers = new Map<Deno.HttpClient, Carrier>();
  /** When a request, other than a stream, was answered last. */
  #answeredAt = -Infinity;
  /** When the first one was sent that was not answered since then. */
  #unansweredSince: number | undefined;
  #deadConnections = 0;

  constructor(options: FetchClientOptions) {
    this.#options = options;
    this.#server = parseServer(options.server);
    this.#base = `${this.#server.origin}${this.#server.pathname.replace(/\/+$/, "")}`;
    this.#connections = options.fetch === undefined ? new Connections(options) : undefined;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  }

  /** How often connections were left because nothing came by them any more. */
  get deadConnections(): number {
    return this.#deadConnections;
  }

  [Symbol.dispose](): void {
    for (const { heartbeat } of this.#carriers.values()) heartbeat.stop();
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
    let sentAt: number | undefined;
    try {
      const identity = await this.#identity(request, { abort, refused });
      sentAt = this.#clock.monotonic();
      this.#limit(request, abort, {
        ms: isList(request) ? Math.max(LIST_MS, this.#timeoutMs) : this.#timeoutMs,
      });
      const { response, heard } = await this.#fetch(request, { identity, abort, held });
      heard();
      if (request.expectStream !== true) this.#noteAnswered();
      return { response, heard, abort, held };
    } catch (cause) {
      held.dispose();
      if (sentAt !== undefined && abort.signal.aborted && !isLong(request)) {
        this.#noteUnanswered(sentAt);
      }
      throw this.#failure(request, { abort, cause });
    }
  }

  /** Who asks. Credentials that do not come in time end the request, and say nothing of the connection. */
  async #identity(
    request: FailedRequest,
    { abort, ms = this.#timeoutMs, refused = false }: {
      readonly abort: LinkedAbort;
      readonly ms?: number;
      readonly refused?: boolean;
    },
  ): Promise<Identity> {
    const { credentials } = this.#options;
    if (credentials === undefined) return {};
    const { signal } = abort;
    const reason = () => this.#silence(request, `no credentials within ${ms} ms`);
    abort.abortAfter(ms, { clock: this.#clock, reason });
    return await abortable(credentials({ refused, signal }), signal);
  }

  /** Gives the request as long as it may take from now on. */
  #limit(
    request: RequestOptions,
    abort: LinkedAbort,
    { ms = this.#timeoutMs }: { readonly ms?: number } = {},
  ): void {
    const startedAt = this.#clock.monotonic();
    abort.disarm();
    abort.abortAfter(ms, {
      clock: this.#clock,
      reason: () => {
        this.#giveUpConnections(startedAt);
        return this.#silence(request, `no answer within ${ms} ms`);
      },
    });
  }

  async #fetch(
    request: RequestOptions,
    { identity, abort, held }: Sending,
  ): Promise<Pick<Opened, "response" | "heard">> {
    const query = request.querystring === undefined || request.querystring.size === 0
      ? ""
      : `?${request.querystring}`;
    const init: RequestInit = {
      method: request.method,
      headers: headersOf(request, {
        authorization: identity.authorization,
        userAgent: this.#options.userAgent,
      }),
      body: bodyOf(request),
      signal: abort.signal,
      redirect: "error",
    };
    const url = `${this.#base}${request.path}${query}`;
    if (this.#connections === undefined) {
      return { response: await (this.#options.fetch ?? fetch)(url, init), heard: () => undefined };
    }
    const { client } = held.use(this.#connections.take({
      handshake: identity,
      stream: request.expectStream === true,
    }));
    const heard = isLong(request)
      ? this.#carry({ request, abort }, { client, held })
      : () => undefined;
    const overClient: RequestInit & { readonly client: Deno.HttpClient } = { ...init, client };
    return { response: await fetch(url, overClient), heard };
  }

  async #answer(request: RequestOptions, opened: Opened): Promise<RestAnswer> {
    if (request.expectStream === true) {
      opened.abort.disarm();
      const bytes = this.#stream(request, opened);
      return request.expectJson === true ? jsonLines(bytes) : bytes;
    }
    using _ = opened.held;
    const { abort } = opened;
    if (isList(request)) return await this.#list(request, opened);
    try {
      if (request.expectJson !== true) return new Uint8Array(await opened.response.arrayBuffer());
      const text = await opened.response.text();
      return text === "" ? null : parseJson(text);
    } catch (cause) {
      throw this.#failure(request, { abort, cause });
    }
  }

  /** A list, whose items are handed over as they come. Each 64 KiB may take as long as another whole answer. */
  async #list(
    request: ListRequest,
    { response, abort, heard }: Opened,
  ): Promise<JsonValue> {
    const reader = pieceReader(response.body ?? new Blob().stream());
    const list = new ListReader();
    const read = async () => {
      try {
        const { done, value } = await abortable(reader.read(), abort.signal);
        const items = value === undefined ? [] : list.add(value);
        return { items, whole: done ? list.end() : undefined };
      } catch (cause) {
        throw this.#failure(request, { abort, cause });
      }
    };
    try {
      while (true) {
        const { items, whole } = await read();
        heard();
        items.forEach(request.takeItem);
        if (whole !== undefined) return whole;
        this.#limit(request, abort);
      }
    } catch (error) {
      reader.cancel(error).catch(() => undefined);
      throw error;
    }
  }

  /** The bytes of a long answer. */
  #stream(
    request: RequestOptions,
    { response, heard, abort, held }: Opened,
  ): ReadableStream<Uint8Array> {
    const reader = (response.body ?? new Blob().stream()).getReader();
    const stream: OpenStream = { request, abort, heardAt: this.#clock.monotonic() };
    this.#streams.add(stream);
    const end = () => {
      this.#streams.delete(stream);
      held.dispose();
    };
    return new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        try {
          // Deno does not always end the answer of a request that is aborted.
          const { done, value } = await abortable(reader.read(), abort.signal);
          stream.heardAt = this.#clock.monotonic();
          heard();
          if (!done) return controller.enqueue(value);
          end();
          controller.close();
        } catch (cause) {
          end();
          reader.cancel(cause).catch(() => undefined);
          throw this.#failure(request, { abort, cause });
        }
      },
      cancel: async (reason) => {
        end();
        await reader.cancel(reason);
      },
    }, { highWaterMark: 0 });
  }

  /**
   * Notes by which connection a long answer comes, and listens to that for as long as there are such. Answers what to call
   * whenever something came.
   */
  #carry(
    long: LongRequest,
    { client, held }: { readonly client: Deno.HttpClient; readonly held: DisposableStack },
  ): () => void {
    const carrier = this.#carriers.get(client) ?? {
      carried: new Set(),
      heartbeat: new Heartbeat({
        clock: this.#clock,
        ask: (signal) => this.#ping(client, signal),
        onDead: () => this.#leave(client),
      }),
    };
    this.#carriers.set(client, carrier);
    const { carried, heartbeat } = carrier;
    carried.add(long);
    held.defer(() => {
      carried.delete(long);
      if (carried.size > 0) return;
      heartbeat.stop();
      this.#carriers.delete(client);
    });
    return () => heartbeat.heard();
  }

  /**
   * Asks for anything on a connection. Any answer will do; one that cannot be asked for says nothing. A server that has too much to do
   * lets probes pass, and others wait for 15 s (FlowSchema `probes`).
   */
  async #ping(client: Deno.HttpClient, signal: AbortSignal): Promise<void> {
    const { userAgent } = this.#options;
    const request = { method: "GET", path: "/livez" } as const;
    using limit = new LinkedAbort(signal);
    const known = this.#identity(request, { abort: limit, ms: PING_IDENTITY_MS });
    const { authorization } = await known.catch((): Identity => ({}));
    const init: RequestInit & { readonly client: Deno.HttpClient } = {
      headers: headersOf(request, { authorization, userAgent }),
      redirect: "manual",
      signal,
      client,
    };
    const response = await fetch(`${this.#base}${request.path}`, init);
    await response.body?.cancel();
  }

  /** Leaves a connection by which nothing comes any more; that of requests was made at the same time, and may be as dead. */
  #leave(client: Deno.HttpClient): void {
    const carried = [...this.#carriers.get(client)?.carried ?? []];
    this.#connections?.retire(client);
    this.#connections?.renewRequests();
    this.#noteDead({ streams: carried.length });
    this.#end(carried);
  }

  #noteAnswered(): void {
    this.#answeredAt = this.#clock.monotonic();
    this.#unansweredSince = undefined;
  }

  /** A request that was sent at `startedAt` got no answer. Where no other one does, the connection is dead. */
  #noteUnanswered(startedAt: number): void {
    const now = this.#clock.monotonic();
    if (now - startedAt < HASTY_MS || this.#answeredAt > startedAt) return;
    this.#unansweredSince ??= startedAt;
    for (const { heartbeat } of this.#carriers.values()) heartbeat.doubt();
    if (now - this.#unansweredSince < UNANSWERED_MS) return;
    this.#unansweredSince = undefined;
    this.#connections?.renewRequests();
    this.#noteDead({ streams: 0 });
  }

  #noteDead(keys: { readonly streams: number }): void {
    this.#deadConnections++;
    const { server, logger } = this.#options;
    logger?.warn("A connection to the API server is dead, connecting anew", { server, ...keys });
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
    const said = rootMessage(why.cause).replace(
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
    this.#end([...this.#streams].filter(({ heardAt }) => heardAt <= startedAt));
  }

  #end(requests: readonly LongRequest[]): void {
    for (const { request, abort } of requests) {
      abort.abort(this.#silence(request, "the connection is dead"));
    }
  }

  #silence(request: FailedRequest, why: string): ConnectionError {
    return new ConnectionError(request, `${this.#server.origin}: ${why}`);
  }
}

/** A request of a list that is read as it comes. */
type ListRequest = RequestOptions & Required<Pick<RequestOptions, "takeItem">>;

function isList(request: RequestOptions): request is ListRequest {
  return request.expectJson === true && request.expectStream !== true &&
    request.takeItem !== undefined;
}

/** Whether an answer may take so long that its connection is to be listened to meanwhile. */
function isLong(request: RequestOptions): boolean {
  return request.expectStream === true || isList(request);
}
