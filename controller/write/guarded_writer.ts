/**
 * The one way in which the controller writes.
 *
 * @module
 */
import type { KubeObject } from "../../core/api/types.ts";
import { isAlreadyExists, isConflict, isNotFound } from "../../kube/errors.ts";
import { keyOf, parseKey } from "../../kube/objects/resources.ts";
import type { JsonValue } from "../../kube/rest_client.ts";
import type { Informer, ResourceClient } from "../../kube/types.ts";

/** What a {@linkcode GuardedWriter} works with. */
interface GuardedWriterOptions<T extends KubeObject> {
  readonly client: ResourceClient<T>;
  /** Where the answer is seen at once, before the watch brings it. */
  readonly informer: Pick<Informer<T>, "observe" | "ask">;
  /** Has an object looked at again that somebody else wrote meanwhile. */
  readonly requeue: (key: string) => void;
  /** Called with each answer, before the informer sees it. */
  readonly onWritten?: (key: string, written: T) => void;
  /** Called with what was sent, and with the answer, where a status is written. */
  readonly onStatus?: (sent: T, written: T) => void;
}

/**
 * Writes the objects of one kind. Every write is guarded by the state that it was decided from: by the resourceVersion, by
 * the name's absence (create) or by the UID (delete). Where somebody else was faster, nothing is written: the object is
 * read as it is now, its key is queued, and the answer is `undefined`. Every other failure is thrown.
 */
export class GuardedWriter<T extends KubeObject> {
  readonly #options: GuardedWriterOptions<T>;

  constructor(options: GuardedWriterOptions<T>) {
    this.#options = options;
  }

  create(object: T, signal: AbortSignal): Promise<T | undefined> {
    const { client } = this.#options;
    return this.#write(
      { object, isRaced: (error) => isConflict(error) || isAlreadyExists(error) },
      () => client.create(object, { signal }),
      signal,
    );
  }

  update(object: T, signal: AbortSignal): Promise<T | undefined> {
    return this.#write({ object }, () => this.#options.client.update(object, { signal }), signal);
  }

  async updateStatus(object: T, signal: AbortSignal): Promise<T | undefined> {
    const { client, onStatus } = this.#options;
    const write = () => client.updateStatus(object, { signal });
    const written = await this.#write({ object }, write, signal);
    if (written !== undefined) onStatus?.(object, written);
    return written;
  }

  /** Adds a finalizer, or takes it away. */
  setFinalizer(
    object: T,
    { finalizer, present }: { readonly finalizer: string; readonly present: boolean },
    signal: AbortSignal,
  ): Promise<T | undefined> {
    const { finalizers: before = [] } = object.metadata;
    const others = before.filter((name) => name !== finalizer);
    const finalizers = present ? [...others, finalizer] : others;
    return this.#patchMetadata(object, { finalizers }, signal);
  }

  /** Gives an annotation a value, or takes it away. */
  setAnnotation(
    object: T,
    { name, text }: { readonly name: string; readonly text: string | undefined },
    signal: AbortSignal,
  ): Promise<T | undefined> {
    return this.#patchMetadata(object, { annotations: { [name]: text ?? null } }, signal);
  }

  /** Deletes the object; that there is none any more is no failure. Answers whether it was still the same one. */
  async delete(object: T, signal: AbortSignal): Promise<boolean> {
    const { uid = "" } = object.metadata;
    try {
      await this.#options.client.delete(parseKey(keyOf(object)), { uid, signal });
      return true;
    } catch (error) {
      if (!isConflict(error)) throw error;
      await this.#refresh(keyOf(object), signal);
      return false;
    }
  }

  #patchMetadata(
    object: T,
    change: { readonly [field: string]: JsonValue },
    signal: AbortSignal,
  ): Promise<T | undefined> {
    const { resourceVersion = "" } = object.metadata;
    const patch = {
      type: "merge",
      body: { metadata: { resourceVersion, ...change } },
    } as const;
    const key = parseKey(keyOf(object));
    return this.#write(
      { object },
      () => this.#options.client.patch(key, patch, { signal }),
      signal,
    );
  }

  async #write(
    { object, isRaced = isStale }: {
      readonly object: T;
      readonly isRaced?: (error: unknown) => boolean;
    },
    write: () => Promise<T>,
    signal: AbortSignal,
  ): Promise<T | undefined> {
    const { informer, onWritten } = this.#options;
    const key = keyOf(object);
    try {
      const written = await write();
      onWritten?.(key, written);
      informer.observe(written);
      return written;
    } catch (error) {
      if (!isRaced(error)) throw error;
      await this.#refresh(key, signal);
      return undefined;
    }
  }

  async #refresh(key: string, signal: AbortSignal): Promise<void> {
    const { client, informer, requeue } = this.#options;
    const live = await informer.ask(key, () => client.get(parseKey(key), { signal }));
    if (live !== undefined) requeue(key); // Else the informer brings its end.
  }
}

/** Whether the object that a write was made from is no longer the newest, or no longer there. */
function isStale(error: unknown): boolean {
  return isConflict(error) || isNotFound(error);
}
