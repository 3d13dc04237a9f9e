/**
 * A request and its answer inside the embedded API, before any transport.
 *
 * @module
 */
import type { HttpMethod, JsonValue } from "../../kube/seam.ts";
import type { WatchFrame } from "./watch.ts";

/** A request. */
export interface ApiRequest {
  readonly method: HttpMethod;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body?: JsonValue;
  readonly contentType: string;
  readonly accept: string;
  readonly userAgent: string;
  readonly signal?: AbortSignal;
}

/** An answer below 400; what is refused is thrown as a `StatusError`. */
export interface Answer {
  readonly status: number;
  /** One JSON value ... */
  readonly body?: JsonValue;
  /** ... or its text ... */
  readonly json?: string;
  /** ... or plain text ... */
  readonly text?: string;
  /** ... or events. */
  readonly events?: ReadableStream<WatchFrame>;
  /** For the `Warning` header. */
  readonly warnings?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** The answer as JSON text. */
export function jsonText(answer: Answer): string {
  return answer.json ?? JSON.stringify(answer.body ?? null);
}

/** The answer as a JSON value that belongs to the caller. */
export function jsonValue(answer: Answer): JsonValue {
  return answer.json === undefined ? answer.body ?? null : JSON.parse(answer.json);
}
