/**
 * What clients of one pool are told, whatever firmware they have.
 *
 * @module
 */
import type { FieldError } from "../../api/fields/field_error.ts";
import type { PoolSource } from "../options/pool_source.ts";
import { BootRows } from "./boot/boot_rows.ts";
import { checkOptions } from "./check_options.ts";
import { ReplyMemory } from "./reply_memory.ts";
import { ReplyOptions } from "./reply_options.ts";
import type { RequestOptions } from "./request_options.ts";

/** Lists by which no other field is judged. */
const LISTS = ["domainSearch", "options", "vendorOptions"] as const;

/**
 * The options of a pool, or of those of its clients that are told the same: one {@linkcode ReplyOptions} for each boot file,
 * made when the first client of its kind asks. Until then a set is little more than its source, so there may be thousands.
 */
export class OptionSet {
  /** What cannot be used and is left out; paths begin with the field. */
  readonly problems: readonly FieldError[];
  /** What it is made from. */
  readonly source: Omit<PoolSource, "report">;
  readonly #rows: BootRows;
  readonly #ofRow: (ReplyOptions | undefined)[];
  #plain: ReplyOptions | undefined;

  /** The memory of its network. */
  readonly memory: ReplyMemory;

  /**
   * Reads a source. `base` is the set of the pool whose client this one is for: they share one memory, and lists of the pool
   * that the client leaves as they are, long as they may be, are not read again for each client.
   */
  constructor(source: Omit<PoolSource, "report">, base?: OptionSet) {
    this.memory = base?.memory ?? new ReplyMemory();
    const problems: FieldError[] = [];
    const report = (problem: FieldError) => void problems.push(problem);
    this.source = source;
    const { config } = source;
    const former = base?.source.config;
    const read = { ...config };
    for (const list of LISTS) if (config[list] === former?.[list]) delete read[list];
    checkOptions({ ...source, config: read, report });
    this.#rows = base !== undefined && config.bootFiles === former?.bootFiles
      ? base.#rows
      : new BootRows({ ...source, report });
    this.#ofRow = this.#rows.fileNames.map(() => undefined);
    this.problems = problems;
  }

  /** The options of a client that no row of `bootFiles` is for. */
  get plain(): ReplyOptions {
    return this.#plain ??= new ReplyOptions(
      { ...this.source, report: () => {} },
      this.memory.share(() => this.#plain = undefined),
    );
  }

  /** Whether every client that lists the same is told the same, and nothing in the fixed part. */
  get isPlain(): boolean {
    return this.#ofRow.length === 0 && this.plain.isPlain;
  }

  /** The options of the reply to a request. Made when the first client of its kind asks. */
  for(request: RequestOptions): ReplyOptions {
    if (this.#ofRow.length === 0) return this.plain;
    const index = this.#rows.indexFor(request);
    return index < 0 ? this.plain : this.#ofRow[index] ?? this.#make(index);
  }

  #make(index: number): ReplyOptions {
    const { config } = this.source;
    const bootFileName = this.#rows.fileNames[index] ?? "";
    const source = { ...this.source, config: { ...config, bootFileName }, report: () => {} };
    return this.#ofRow[index] = new ReplyOptions(
      source,
      this.memory.share(() => this.#ofRow[index] = undefined),
    );
  }
}

/** A text that is the same for sources that make the same. */
export function keyOf({ config, status, cidr, server }: Omit<PoolSource, "report">): string {
  return JSON.stringify([config, status.ntpServers, cidr, server]);
}
