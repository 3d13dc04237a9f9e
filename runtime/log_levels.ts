/**
 * How much is logged: by a program's flags, and more of it for a while where somebody asked for that.
 *
 * @module
 */
import type { Clock } from "./clock.ts";
import { LineBound } from "./line_bound.ts";

/** Values that a log line may carry. An `Error` is written with its name, message and causes. */
export type LogKeys = Readonly<Record<string, unknown>>;

/** How much a line matters, from least to most. */
export type LogLevel = "trace" | "debug" | "info" | "warn" | "error";

/** All levels, from least to most. */
const LOG_LEVELS = ["trace", "debug", "info", "warn", "error"] as const;

/** What is logged more of for a while. */
export interface LogOverride {
  /** Least level that is written. */
  readonly level: LogLevel;
  /** Only lines of this pool, `namespace/name`. Unset: of all, and those of none. */
  readonly pool?: string;
  /** Only lines of this MAC address, lower case with colons. Unset: of all, and those of none. */
  readonly mac?: string;
}

/** A {@linkcode LogOverride} while it lasts. */
export interface ActiveOverride extends LogOverride {
  /** When it ends, RFC 3339. */
  readonly until: string;
}

/** What is logged now. */
export interface LogState {
  /** What the program's flags say. */
  readonly level: LogLevel;
  /** What is logged more of. */
  readonly overrides: readonly ActiveOverride[];
  /** Lines that overrides may make in a second. */
  readonly linesPerSecond: number;
  /** Lines that were left out because there were more, since the program began. */
  readonly linesLeftOut: number;
}

/** Overrides at once. */
export const MOST_OVERRIDES = 8;

interface Active {
  readonly override: LogOverride;
  readonly rank: number;
  /** Monotonic, milliseconds. */
  readonly end: number;
  readonly until: string;
}

/**
 * The levels of one program's log. Overrides cost nothing while there are none, end by themselves, and make at most so many lines,
 * whoever sends what.
 */
export class LogLevels {
  readonly #level: LogLevel;
  readonly #flags: number;
  readonly #clock: Clock;
  #active: readonly Active[] = [];
  /** Rank below which nothing is written. */
  #least: number;
  /** Of the lines that all overrides together make. */
  readonly #bound: LineBound;
  #change = new AbortController();
  /** Called with each override whose time is over. */
  onEnd: ((override: LogOverride) => void) | undefined;
  /** Called with the number of lines that were left out since it was called last: every ten seconds, and at the end. */
  onLeftOut: ((lines: number) => void) | undefined;

  /** What the program's flags say, until there are overrides. */
  constructor({ level, clock }: { readonly level: LogLevel; readonly clock: Clock }) {
    this.#level = level;
    this.#flags = LOG_LEVELS.indexOf(level);
    this.#least = this.#flags;
    this.#clock = clock;
    this.#bound = new LineBound({ clock, onLeftOut: (lines) => this.onLeftOut?.(lines) });
  }

  /**
   * Whether a line of this level and these keys may be written, as far as it can be told: of a pool or MAC address that is
   * not among the keys, it may yet be.
   */
  enabled(level: LogLevel, keys: LogKeys): boolean {
    const rank = LOG_LEVELS.indexOf(level);
    if (rank >= this.#flags) return true;
    if (rank < this.#least) return false;
    return this.#overridden(rank, { keys, partial: true }) && this.#bound.hasRoom();
  }

  /** Whether lines of this level are written where they have these, all their keys; unless there are too many. */
  wanted(level: LogLevel, keys: LogKeys): boolean {
    const rank = LOG_LEVELS.indexOf(level);
    return rank >= this.#flags ||
      (rank >= this.#least && this.#overridden(rank, { keys, partial: false }));
  }

  /** Whether a line is written that has these, all its keys. It is counted as written. */
  admit(level: LogLevel, keys: LogKeys): boolean {
    if (LOG_LEVELS.indexOf(level) >= this.#flags) return true;
    return this.wanted(level, keys) && this.#bound.admit();
  }

  /**
   * Logs more for so many milliseconds, in place of an override for the same pool and MAC address. Throws `RangeError` where there
   * are too many others.
   */
  override(override: LogOverride, ms: number): void {
    const others = this.#active.filter(({ override: { pool, mac } }) =>
      pool !== override.pool || mac !== override.mac
    );
    if (others.length >= MOST_OVERRIDES) {
      throw new RangeError(`There are ${MOST_OVERRIDES} already, DELETE ends them all`);
    }
    this.#set([...others, {
      override,
      rank: LOG_LEVELS.indexOf(override.level),
      end: this.#clock.monotonic() + ms,
      until: new Date(this.#clock.now() + ms).toISOString(),
    }]);
  }

  /** Ends all overrides. */
  reset(): void {
    this.#set([]);
  }

  /** What is logged now. */
  get state(): LogState {
    return {
      level: this.#level,
      overrides: this.#active.map(({ override, until }) => ({ ...override, until })),
      linesPerSecond: LineBound.perSecond,
      linesLeftOut: this.#bound.leftOut,
    };
  }

  #overridden(
    rank: number,
    { keys, partial }: { readonly keys: LogKeys; readonly partial: boolean },
  ): boolean {
    return this.#active.some((one) => rank >= one.rank && agrees(one.override, keys, partial));
  }

  #set(active: readonly Active[]): void {
    this.#active = active;
    this.#least = Math.min(this.#flags, ...active.map(({ rank }) => rank));
    this.#change.abort();
    this.#change = new AbortController();
    if (active.length === 0) return this.#bound.tell();
    const next = Math.min(...active.map(({ end }) => end));
    this.#clock.sleep(Math.max(0, next - this.#clock.monotonic()), this.#change.signal)
      .then(() => this.#expire(), () => undefined);
  }

  #expire(): void {
    const now = this.#clock.monotonic();
    const ended = this.#active.filter(({ end }) => end <= now);
    this.#set(this.#active.filter(({ end }) => end > now));
    for (const { override } of ended) this.onEnd?.(override);
  }
}

/** Whether a line is one of those that are meant; `partial`: further keys may follow. */
function agrees({ pool, mac }: LogOverride, keys: LogKeys, partial: boolean): boolean {
  return agreesIn(pool, [keys.ippool, keys.pool, keys.key], partial) &&
    agreesIn(mac, [keys.macAddress], partial);
}

function agreesIn(
  wanted: string | undefined,
  found: readonly unknown[],
  partial: boolean,
): boolean {
  if (wanted === undefined || found.includes(wanted)) return true;
  return partial && found.every((value) => value === undefined);
}
