/**
 * Plays scenarios on several cores, each one by one.
 *
 * @module
 */
import type { Scenario } from "./deeds/scenario.ts";
import type { Outcome } from "./simulate.ts";

/** What is to be played. */
export interface Part {
  readonly scenario: Scenario;
  /** See `play.ts`. */
  readonly restsLong: boolean;
}

/** What a core says of it. */
export type PartAnswer = { readonly outcome: Outcome } | { readonly error: string };

interface Task {
  readonly part: Part;
  readonly settled: PromiseWithResolvers<Outcome>;
}

/** So many threads, which end with the process, or when this is disposed. */
export class Cores implements Disposable {
  readonly #idle: Worker[] = [];
  readonly #all: Worker[] = [];
  readonly #waiting: Task[] = [];
  readonly #running = new Map<Worker, Task>();

  constructor(count: number) {
    for (let n = 0; n < count; n++) {
      const worker = new Worker(new URL("core_worker.ts", import.meta.url), { type: "module" });
      worker.onmessage = ({ data }: MessageEvent<PartAnswer>) => this.#end(worker, data);
      worker.onerror = (event) => {
        event.preventDefault();
        this.#end(worker, { error: event.message });
      };
      this.#all.push(worker);
      this.#idle.push(worker);
    }
  }

  /** Plays a scenario as soon as a core has nothing else to do. */
  play(part: Part): Promise<Outcome> {
    const settled = Promise.withResolvers<Outcome>();
    this.#waiting.push({ part, settled });
    this.#begin();
    return settled.promise;
  }

  /** Ends all that runs. */
  [Symbol.dispose](): void {
    for (const worker of this.#all) worker.terminate();
  }

  #begin(): void {
    const worker = this.#waiting.length > 0 ? this.#idle.pop() : undefined;
    if (worker === undefined) return;
    const task = this.#waiting.shift() as Task;
    this.#running.set(worker, task);
    worker.postMessage(task.part);
  }

  #end(worker: Worker, answer: PartAnswer): void {
    const task = this.#running.get(worker);
    this.#running.delete(worker);
    this.#idle.push(worker);
    if ("outcome" in answer) task?.settled.resolve(answer.outcome);
    else task?.settled.reject(new Error(answer.error));
    this.#begin();
  }
}
