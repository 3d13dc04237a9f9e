/**
 * Those who are told of changes.
 *
 * @module
 */
import type { KubeObject } from "../../core/api/types.ts";
import type { Logger } from "../../runtime/log.ts";
import type { ChangeHandler } from "../types.ts";
import type { Change } from "./indexed_store.ts";

/** Tells all of them, also where one of them throws: that is logged. */
export class ChangeHandlers<T extends KubeObject> {
  readonly #handlers: ChangeHandler<T>[] = [];
  readonly #resource: string;
  readonly #logger: Logger | undefined;

  constructor(resource: string, logger: Logger | undefined) {
    this.#resource = resource;
    this.#logger = logger;
  }

  /** Adds one, and tells it first of what is there already. */
  add(handler: ChangeHandler<T>, present: Iterable<readonly [key: string, object: T]>): void {
    this.#handlers.push(handler);
    for (const [key, after] of [...present]) this.#call(handler, { key, before: undefined, after });
  }

  /** Tells all, of one change after the other. */
  tell(changes: readonly Change<T>[]): void {
    for (const change of changes) {
      for (const handler of this.#handlers) this.#call(handler, change);
    }
  }

  #call(handler: ChangeHandler<T>, { key, before, after }: Change<T>): void {
    try {
      handler(key, before, after);
    } catch (error) {
      this.#logger?.error("Change handler failed", { resource: this.#resource, key, error });
    }
  }
}
