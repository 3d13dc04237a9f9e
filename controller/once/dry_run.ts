/**
 * A client that writes nothing: what would be written is kept, and seen by what is read afterwards, so that the same
 * program runs on as if it had been.
 *
 * @module
 */
import { sameJson } from "../../core/api/same_json.ts";
import { toTimestamp } from "../../core/api/timestamp.ts";
import type { KubeObject } from "../../core/api/types.ts";
import { ApiError, isNotFound, type Status } from "../../kube/errors.ts";
import { keyOf } from "../../kube/objects/resources.ts";
import {
  type JsonValue,
  type RequestOptions,
  type RestClient,
  toRestClient,
} from "../../kube/rest_client.ts";
import { contains, type ObjectPath, objectPath, pathInside } from "../write/object_path.ts";
import type { ObjectChange } from "./unified_diff.ts";

/** A client that writes nothing, and what it would have written. */
export interface DryRun {
  readonly rest: RestClient;
  /** Objects that would be different, in the order of their first write. */
  changes(): readonly ObjectChange[];
}

interface Kept {
  readonly name: string;
  /** As the server has it; `undefined`: it has none. */
  readonly before: KubeObject | undefined;
  /** As it would be; `undefined`: gone. */
  after: KubeObject | undefined;
}

/** Paths of objects. */
const OBJECTS = /^\/apis?\//;
/** Newer than anything the server has, so that nobody takes a kept object for an old one. */
const FIRST_VERSION = 10n ** 15n;

/**
 * Wraps a client. Its watches say nothing of the objects that are kept. Merge patches are the only ones it knows.
 *
 * @param now Wall clock, milliseconds since the epoch.
 */
export function dryRun(rest: RestClient, now: () => number): DryRun {
  const overlay = new Overlay(rest, now);
  return {
    rest: toRestClient((request) => overlay.perform(request)),
    changes: () => overlay.changes(),
  };
}

class Overlay {
  readonly #rest: RestClient;
  /** By the object's path. */
  readonly #kept = new Map<string, Kept>();
  readonly #now: () => number;
  #version = FIRST_VERSION;

  constructor(rest: RestClient, now: () => number) {
    this.#rest = rest;
    this.#now = now;
  }

  changes(): readonly ObjectChange[] {
    return [...this.#kept.values()];
  }

  async perform(request: RequestOptions): Promise<JsonValue | ReadableStream<JsonValue>> {
    // What is about no object (the published schemas, versions) is the server's own.
    if (!OBJECTS.test(request.path)) {
      return await this.#rest.performRequest({ ...request, expectJson: true }) as JsonValue;
    }
    const at = objectPath(request.path);
    if (request.method !== "GET") {
      return at.plural === "events" ? bodyOf(request) : await this.#write(request, at);
    }
    if (request.expectStream === true) return await this.#watch(request, at);
    if (at.name === undefined) return await this.#list(request, at);
    const object = await this.#read(at, request);
    if (object === undefined) throw notFound(request, at);
    return asJson(object);
  }

  async #watch(request: RequestOptions, at: ObjectPath): Promise<ReadableStream<JsonValue>> {
    const stream = await this.#rest.performRequest({
      ...request,
      expectStream: true,
      expectJson: true,
    });
    const isKept = (event: JsonValue) => {
      const { object } = event as { readonly object?: KubeObject };
      return object?.metadata?.name !== undefined &&
        this.#kept.has(pathInside(at, object.metadata));
    };
    return stream.pipeThrough(
      new TransformStream<JsonValue, JsonValue>({
        transform: (event, controller) => {
          if (!isKept(event)) controller.enqueue(event);
        },
      }),
    );
  }

  async #list(
    { takeItem: _, ...request }: RequestOptions,
    at: ObjectPath,
  ): Promise<JsonValue> {
    const answer = await this.#rest.performRequest({ ...request, expectJson: true });
    const page = answer as unknown as {
      readonly metadata?: { readonly continue?: string };
      readonly items?: readonly KubeObject[] | null;
    };
    const items = (page.items ?? []).flatMap((object) => {
      const kept = this.#kept.get(pathInside(at, object.metadata));
      return kept === undefined ? [object] : kept.after ?? [];
    });
    const isLast = (page.metadata?.continue ?? "") === "";
    const created = !isLast
      ? []
      : [...this.#kept].flatMap(([path, { before, after }]) =>
        before === undefined && after !== undefined && contains(at, path) ? [after] : []
      );
    return { ...answer as Record<string, JsonValue>, items: [...items, ...created].map(asJson) };
  }

  async #read(at: ObjectPath, request: RequestOptions): Promise<KubeObject | undefined> {
    const kept = this.#kept.get(at.object);
    if (kept !== undefined) return kept.after;
    try {
      const options = { method: "GET", path: at.object, expectJson: true } as const;
      return await this.#rest.performRequest({
        ...options,
        ...(request.abortSignal && { abortSignal: request.abortSignal }),
      }) as unknown as KubeObject;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async #write(request: RequestOptions, at: ObjectPath): Promise<JsonValue> {
    if (request.method === "POST") return this.#create(request, at);
    const before = await this.#read(at, request);
    if (before === undefined) throw notFound(request, at);
    if (request.method === "DELETE") {
      return asJson(this.#keep(at, before, deleted(before, this.#now())) ?? before);
    }
    const sent = bodyOf(request) as unknown as KubeObject;
    const wanted = sent.metadata?.resourceVersion;
    if (wanted !== undefined && wanted !== "" && wanted !== before.metadata.resourceVersion) {
      throw refusal(request, {
        code: 409,
        reason: "Conflict",
        message: "the object has been modified",
      });
    }
    const whole = request.method === "PATCH" ? mergePatch(before, sent) as KubeObject : sent;
    return asJson(this.#keep(at, before, combined(before, whole, at.subresource)) ?? whole);
  }

  #create(request: RequestOptions, at: ObjectPath): JsonValue {
    const { status: _, ...sent } = bodyOf(request) as unknown as WithStatus;
    const object = pathInside(at, sent.metadata);
    if (this.#kept.get(object)?.after !== undefined) {
      throw refusal(request, {
        code: 409,
        reason: "AlreadyExists",
        message: `${object} already exists`,
      });
    }
    const metadata = {
      ...sent.metadata,
      uid: `dry-run-${this.#version}`,
      creationTimestamp: toTimestamp(this.#now()),
    };
    return asJson(this.#keep({ ...at, object }, undefined, { ...sent, metadata }) ?? sent);
  }

  /** Keeps the next state; the same state again is no write. */
  #keep(
    at: ObjectPath,
    before: KubeObject | undefined,
    next: KubeObject | undefined,
  ): KubeObject | undefined {
    if (before !== undefined && sameJson(before, next)) return before;
    const version = String(++this.#version);
    const after = next === undefined
      ? undefined
      : { ...next, metadata: { ...next.metadata, resourceVersion: version } };
    const kept = this.#kept.get(at.object);
    if (kept === undefined) {
      this.#kept.set(at.object, { name: nameOf(at, next ?? before), before, after });
    } else kept.after = after;
    return after;
  }
}

type WithStatus = KubeObject & { readonly status?: unknown };

/** What a PUT or a patch of an object, or of its status, makes of it; `undefined` where that ends a deletion. */
function combined(
  before: WithStatus,
  sent: WithStatus,
  subresource: string | undefined,
): KubeObject | undefined {
  const { resourceVersion } = before.metadata;
  if (subresource === "status") return { ...before, ...statusOf(sent) };
  const { status: _, ...rest } = sent;
  const metadata = { ...rest.metadata, ...(resourceVersion && { resourceVersion }) };
  const isOver = before.metadata.deletionTimestamp !== undefined &&
    (metadata.finalizers ?? []).length === 0;
  return isOver ? undefined : { ...rest, metadata, ...statusOf(before) };
}

function statusOf({ status }: WithStatus): { readonly status?: unknown } {
  return status === undefined ? {} : { status };
}

/** What a DELETE makes of an object. */
function deleted(object: KubeObject, now: number): KubeObject | undefined {
  const { finalizers = [], deletionTimestamp } = object.metadata;
  if (finalizers.length === 0) return undefined;
  if (deletionTimestamp !== undefined) return object;
  return { ...object, metadata: { ...object.metadata, deletionTimestamp: toTimestamp(now) } };
}

function nameOf({ plural }: ObjectPath, object: KubeObject | undefined): string {
  return `${plural} ${object === undefined ? "" : keyOf(object)}`;
}

function bodyOf({ bodyJson }: RequestOptions): JsonValue {
  return bodyJson ?? null;
}

function asJson(object: KubeObject): JsonValue {
  return object as unknown as JsonValue;
}

function notFound(request: RequestOptions, at: ObjectPath): ApiError {
  return refusal(request, { code: 404, reason: "NotFound", message: `${at.object} not found` });
}

function refusal({ method, path }: RequestOptions, status: Status): ApiError {
  return new ApiError(status, { method, path });
}

/** JSON Merge Patch (RFC 7386 section 2): `null` removes, objects are merged, everything else replaces. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) result.delete(key);
    else result.set(key, mergePatch(result.get(key), value));
  }
  return Object.fromEntries(result);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
