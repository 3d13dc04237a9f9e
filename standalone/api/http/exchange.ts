/**
 * A request and its answer inside the embedded API, before any transport.
 *
 * @module
 */
import type { HttpMethod, JsonValue } from "../../../kube/rest_client.ts";
import type { Frames } from "../read/watch.ts";

/** A request. */
export interface ApiRequest {
  readonly method: HttpMethod;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body?: JsonValue;
  readonly contentType: string;
  readonly accept: string;
  readonly signal?: AbortSignal;
}

/** Answers one request; throws `StatusError`. */
export type Handle = (request: ApiRequest) => Answer;

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
  readonly events?: Frames;
  /** For the `Warning` header. */
  readonly warnings?: readonly string[];
}

/** The answer's text, where it has no events. */
export function answerText(answer: Answer): string {
  return answer.text ?? answer.json ?? JSON.stringify(answer.body ?? null);
}

/** The answer as a JSON value that belongs to the caller. */
export function answerValue(answer: Answer): JsonValue {
  return answer.json === undefined ? answer.body ?? null : JSON.parse(answer.json);
}

/** The bytes of an answer with events: one JSON value a line. */
export function eventLines(events: Frames): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  // What is not read yet stays the text that all watches share.
  return mapped(
    events((frame) => frame),
    ({ type, object }) => encoder.encode(`{"type":"${type}","object":${object}}\n`),
  );
}

/** A stream of what is made of each value of another one, as it is read. */
export function mapped<S, T>(stream: ReadableStream<S>, made: (value: S) => T): ReadableStream<T> {
  return stream.pipeThrough(
    new TransformStream<S, T>({
      transform: (value, controller) => controller.enqueue(made(value)),
    }),
  );
}
