/**
 * A directory of manifest files, and a person who edits them.
 *
 * @module
 */
import type { Clock, Random } from "../../../../runtime/clock.ts";
import type { ManifestDirectory } from "../../../../standalone/mod.ts";
import type { SimProcess } from "../../engine/process.ts";
import type { Timeline } from "../../engine/timeline.ts";

/** The longest until what nobody noticed is looked at all the same, milliseconds. */
const RESCAN_MS = 5_000;
const QUIET_MS = 50;
/** Part of the writes that are read half done, and how long they take. */
const SLOW = { part: 0.2, ms: 300 };

/** The directory. */
export class ManifestFolder {
  readonly #timeline: Timeline;
  readonly #random: Random;
  readonly #files = new Map<string, string>();
  #notice: (() => void) | undefined;

  constructor({ timeline, random }: { readonly timeline: Timeline; readonly random: Random }) {
    this.#timeline = timeline;
    this.#random = random;
  }

  read(path: string): string | undefined {
    return this.#files.get(path);
  }

  /** Writes a file, now or by and by. */
  write(path: string, text: string): void {
    if (this.#random() >= SLOW.part) return this.#set(path, text);
    this.#set(path, text.slice(0, text.length / 2));
    this.#timeline.after(SLOW.ms, () => this.#set(path, text));
  }

  remove(path: string): void {
    this.#files.delete(path);
    this.#notice?.();
  }

  #set(path: string, text: string): void {
    this.#files.set(path, text);
    this.#notice?.();
  }

  /** As a process sees it. */
  open(process: SimProcess, clock: Clock): ManifestDirectory {
    let noticed = Promise.withResolvers<void>();
    this.#notice = () => process.deliver(() => noticed.resolve());
    return {
      begin: () => Promise.resolve(),
      read: () => {
        const files = [...this.#files].map(([path, text]) => ({ path, text }));
        return Promise.resolve({ files, problems: [] });
      },
      changed: async (signal) => {
        await Promise.race([noticed.promise, clock.sleep(RESCAN_MS, signal)]);
        noticed = Promise.withResolvers();
        await clock.sleep(QUIET_MS, signal);
      },
      [Symbol.dispose]: () => undefined,
    };
  }
}
