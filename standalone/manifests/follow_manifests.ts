/**
 * Keeps the objects of an API in step with a directory of manifest files.
 *
 * @module
 */
import type { KubeClient } from "../../kube/types.ts";
import { backoff } from "../../runtime/backoff.ts";
import type { Clock, Random } from "../../runtime/clock.ts";
import { defined } from "../../runtime/defined.ts";
import type { Logger } from "../../runtime/log.ts";
import { ParsedFiles } from "./parsed_files.ts";
import { syncManifests, type SyncResult } from "./sync_manifests.ts";
import { formatProblem, type ManifestFile, type ManifestProblem } from "./types.ts";
import { DirectoryWatch, type ManifestDirectory, type WatchTiming } from "./watch_directory.ts";

/** What {@linkcode followManifests} needs. */
interface FollowOptions {
  readonly directory: string;
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly timing?: Partial<WatchTiming>;
  /** Opens the directory. Unset: the machine's. */
  readonly open?: (directory: string) => ManifestDirectory;
  /** Lets others work between two objects. Unset: nobody else is there. */
  readonly giveWay?: () => Promise<void>;
  /** Called after each pass. */
  readonly onPass?: (result: SyncResult) => void;
}

/** Objects that one line of the log names. */
const MOST_NAMED = 20;
const RETRY = { base: 200, max: 5_000 };

/**
 * Applies the files of the directory, then every change of them, until the signal aborts. Resolves then; never rejects.
 * A file that cannot be read is logged with its line, once, and the rest goes on.
 */
export async function followManifests(options: FollowOptions, signal: AbortSignal): Promise<void> {
  const { directory, clock, log, timing } = options;
  const { open = () => new DirectoryWatch(directory, { clock, ...defined({ timing }) }) } = options;
  using watch = open(directory);
  const waitAfter = backoff({ ...RETRY, random: options.random });
  const problems = new ProblemLog(log);
  const files = new ParsedFiles(options.giveWay ?? (() => Promise.resolve()));
  let failures = 0;
  while (!signal.aborted) {
    try {
      await watch.begin();
      const content = await watch.read(signal);
      files.begin();
      const parse = (file: ManifestFile) => files.parse(file);
      const result = await syncManifests(options.client, { content, signal, parse });
      const { applied, removed } = result;
      if (applied.length + removed.length > 0) {
        log.info("Manifests applied", {
          directory,
          applied: applied.length,
          removed: removed.length,
          objects: [...applied, ...removed].slice(0, MOST_NAMED),
        });
      }
      problems.note(result.problems);
      options.onPass?.(result);
      failures = result.again ? failures + 1 : 0;
    } catch (error) {
      if (signal.aborted) return;
      failures++;
      if (failures === 1) log.warn("Manifests not applied", { directory, error });
    }
    try {
      await (failures === 0 ? watch.changed(signal) : clock.sleep(waitAfter(failures), signal));
    } catch {
      return;
    }
  }
}

/** Logs each problem once, and when all are gone. */
class ProblemLog {
  readonly #log: Logger;
  #known: ReadonlySet<string> = new Set();

  constructor(log: Logger) {
    this.#log = log;
  }

  note(problems: readonly ManifestProblem[]): void {
    for (const problem of problems) {
      const { file, line, column, field, message } = problem;
      if (this.#known.has(formatProblem(problem))) continue;
      this.#log.warn("Manifest has a problem", {
        file,
        line,
        column,
        ...(field === undefined ? {} : { field }),
        problem: message,
      });
    }
    if (problems.length === 0 && this.#known.size > 0) {
      this.#log.info("Manifests have no problem any more");
    }
    this.#known = new Set(problems.map(formatProblem));
  }
}
