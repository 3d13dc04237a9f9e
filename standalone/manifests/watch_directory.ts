/**
 * Tells when something below a directory may have changed.
 *
 * @module
 */
import { LinkedAbort } from "../../runtime/abort.ts";
import type { Clock } from "../../runtime/clock.ts";
import { type DirectoryContent, readManifestDirectory } from "./read_directory.ts";

/** Waits, in milliseconds. */
export interface WatchTiming {
  /** A change counts as soon as nothing followed it for so long... */
  readonly quietMs: number;
  /** ...or so long after the first. */
  readonly maxMs: number;
  /** The directory is looked through this often, whatever was noticed: links, network file systems. */
  readonly rescanMs: number;
}

/** Defaults of {@linkcode WatchTiming}. */
const WATCH_TIMING: WatchTiming = { quietMs: 50, maxMs: 500, rescanMs: 5_000 };

/** A directory of manifest files that is looked at again and again. */
export interface ManifestDirectory extends Disposable {
  /** Begins to watch: what changes from then on is noticed by the next {@linkcode ManifestDirectory.changed}. */
  begin(): Promise<void>;
  /** All of its files. Rejects where the directory itself cannot be read. */
  read(signal: AbortSignal): Promise<DirectoryContent>;
  /** Resolves when something may have changed since the last call. Rejects with the signal's reason. */
  changed(signal: AbortSignal): Promise<void>;
}

/** What a {@linkcode DirectoryWatch} needs. */
interface DirectoryWatchOptions {
  readonly clock: Clock;
  readonly timing?: Partial<WatchTiming>;
}

/** Watches a directory with the kernel's help where it gives any, and by time in any case. */
export class DirectoryWatch implements ManifestDirectory {
  readonly #directory: string;
  readonly #clock: Clock;
  readonly #timing: WatchTiming;
  #watcher: Deno.FsWatcher | undefined;
  #inode: number | null = null;
  #notice: PromiseWithResolvers<void> = Promise.withResolvers();

  constructor(directory: string, options: DirectoryWatchOptions) {
    this.#directory = directory;
    this.#clock = options.clock;
    this.#timing = { ...WATCH_TIMING, ...options.timing };
  }

  /**
   * Begins to watch, anew where the directory was made again under its name. What changes from then on is noticed by
   * the next {@linkcode DirectoryWatch.changed}. A directory that is not there is left to the rescans.
   */
  async begin(): Promise<void> {
    let inode: number | null = null;
    try {
      inode = (await Deno.stat(this.#directory)).ino;
    } catch {
      // Not there: nothing to watch.
    }
    if (this.#watcher !== undefined && inode === this.#inode) return;
    this.#end();
    this.#inode = inode;
    if (inode === null) return;
    try {
      this.#watcher = Deno.watchFs(this.#directory, { recursive: true });
      this.#follow(this.#watcher);
    } catch {
      // The kernel's limit of watches is reached: the rescans remain.
      this.#end();
    }
  }

  read(signal: AbortSignal): Promise<DirectoryContent> {
    return readManifestDirectory(this.#directory, signal);
  }

  /** Resolves when something may have changed since the last call. Rejects with the signal's reason. */
  async changed(signal: AbortSignal): Promise<void> {
    const { quietMs, maxMs, rescanMs } = this.#timing;
    if (!await this.#within(rescanMs, signal)) return;
    const first = this.#clock.monotonic();
    this.#notice = Promise.withResolvers();
    while (this.#clock.monotonic() - first < maxMs && await this.#within(quietMs, signal)) {
      this.#notice = Promise.withResolvers();
    }
  }

  /** Whether a notice comes within so long. */
  async #within(ms: number, signal: AbortSignal): Promise<boolean> {
    using stop = new LinkedAbort(signal);
    try {
      const timeout = this.#clock.sleep(ms, stop.signal).then(() => false);
      return await Promise.race([this.#notice.promise.then(() => true), timeout]);
    } finally {
      stop.abort(new DOMException("No longer waited for", "AbortError"));
    }
  }

  async #follow(watcher: Deno.FsWatcher): Promise<void> {
    try {
      for await (const { kind } of watcher) {
        if (kind !== "access") this.#notice.resolve();
      }
    } catch {
      // The watch broke: the rescans remain, and begin it anew.
    }
    if (this.#watcher === watcher) this.#watcher = undefined;
  }

  #end(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  [Symbol.dispose](): void {
    this.#end();
  }
}
