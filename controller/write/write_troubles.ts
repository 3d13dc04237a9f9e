/**
 * What the controller cannot write, whatever the object.
 *
 * @module
 */
import { errorText } from "../../core/error_text.ts";
import { statusOf } from "../../kube/errors.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Logger } from "../../runtime/log.ts";

/** What a {@linkcode WriteTroubles} works with. */
interface WriteTroublesOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Called when {@linkcode WriteTroubles.forbidden} changed. */
  readonly onChange: () => void;
}

/** One kind of write that does not succeed. */
interface Trouble {
  readonly verb: string;
  readonly resource: string;
  readonly since: number;
  readonly lastAt: number;
  readonly error: unknown;
  readonly isForbidden: boolean;
}

/** Writes that fail for so long without one that succeeds are told. */
const PATIENCE_MS = 45_000;
/** What is not tried any more is not told any more: a key that failed is tried again at least every 30 s. */
const FORGET_MS = 120_000;
/** How an authorizer of an API server refuses; an admission says something else. */
const NO_RIGHT = / cannot [a-z]+ resource "/;

/** Remembers, by verb and resource, what the API server did not do the last time. A success ends it. */
export class WriteTroubles {
  readonly #options: WriteTroublesOptions;
  readonly #troubles = new Map<string, Trouble>();

  constructor(options: WriteTroublesOptions) {
    this.#options = options;
  }

  /** Takes in the end of a write; `error`: how it failed. */
  note(
    { verb, resource, error }: {
      readonly verb: string;
      readonly resource: string;
      readonly error?: unknown;
    },
  ): void {
    const key = `${verb} ${resource}`;
    const before = this.#troubles.get(key);
    const isForbidden = statusOf(error) === 403 && NO_RIGHT.test(errorText(error));
    if (error !== undefined && (isForbidden || isServers(error))) {
      const now = this.#options.clock.monotonic();
      const since = before?.since ?? now;
      this.#troubles.set(key, { verb, resource, since, lastAt: now, error, isForbidden });
    } else if (error === undefined) this.#troubles.delete(key);
    const isNew = isForbidden && before?.isForbidden !== true;
    if (isNew) this.#options.log.error("The controller has no right", { verb, resource, error });
    if (isNew || (before?.isForbidden === true && error === undefined)) this.#options.onChange();
  }

  /** What the controller has no right to, such as `create virtualmachinenetworkconfigs`. */
  get forbidden(): readonly string[] {
    return this.#current().filter(({ isForbidden }) => isForbidden)
      .map(({ verb, resource }) => `${verb} ${resource}`).sort();
  }

  /** What is not written, one sentence each: at once where there is no right to it, else where it lasts. */
  get sentences(): readonly string[] {
    return this.#current()
      .filter(({ isForbidden, since, lastAt }) => isForbidden || lastAt - since >= PATIENCE_MS)
      .map(({ verb, resource, error }) =>
        `The controller cannot ${verb} ${resource}: ${errorText(error)}`
      );
  }

  /** Verb and resource of everything that failed the last time, and whether there is no right to it. */
  get entries(): readonly Pick<Trouble, "verb" | "resource" | "isForbidden">[] {
    return this.#current();
  }

  #current(): readonly Trouble[] {
    const now = this.#options.clock.monotonic();
    return [...this.#troubles.values()].filter(({ lastAt }) => now - lastAt < FORGET_MS);
  }
}

/** Whether the server failed, or gave no answer: nothing that another object would change. */
function isServers(error: unknown): boolean {
  const status = statusOf(error);
  return status === undefined || status >= 500;
}
