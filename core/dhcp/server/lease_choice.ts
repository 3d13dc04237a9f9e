import {
  INFINITE,
  leaseSeconds,
  leaseTime,
  rebindingOf,
  renewalOf,
  saidTimers,
  type Timers,
} from "../options/exchange/lease_time.ts";
import { rebindingTime } from "../options/exchange/rebinding_time.ts";
import { renewalTime } from "../options/exchange/renewal_time.ts";
import { isInteger } from "../options/formats/integer.ts";
import type { PoolSource } from "../options/pool_source.ts";
import { type OptionRun, Run } from "./option_run.ts";
import type { RequestOptions } from "./request_options.ts";

/** The shortest lease that a client may ask for where the pool's is not shorter itself, in seconds. */
const LEAST_SECONDS = 60;

/** The longest lease that a client may ask for: what the pool says, else its lease time. */
export function mostSeconds({ config, report }: PoolSource): number {
  const usual = leaseSeconds(config);
  const most = config.maxLeaseTime ?? usual;
  if (isInteger(most, 1, INFINITE)) return most;
  const message = `must be from 1 to ${INFINITE} seconds`;
  report({ path: ["maxLeaseTime"], value: most, message });
  return usual;
}

/** Lets clients choose how long their leases are, as far as the pool allows (rule 21). */
export class LeaseChoice {
  readonly #usual: number;
  readonly #most: number;
  readonly #least: number;
  readonly #said: Timers;
  /** For leases without T1 and T2. */
  readonly #bare: Run;

  /** `largest` has room for all options of the pool. */
  constructor(pool: PoolSource, largest: Run) {
    this.#usual = leaseSeconds(pool.config);
    this.#most = mostSeconds(pool);
    this.#least = Math.min(LEAST_SECONDS, this.#usual, this.#most);
    this.#said = saidTimers(pool);
    this.#bare = new Run({ octets: largest.bytes.length, options: largest.ends.length });
  }

  /**
   * The run for a lease as long as the request asks for, within what the pool allows and is worth a renewal; as long as the pool says where
   * it does not ask. Every run of the pool has to come this way, since it is changed where it is.
   */
  grant(run: OptionRun, request: RequestOptions): OptionRun {
    const asked = request.leaseTime;
    const seconds = asked === 0 ? this.#usual : Math.min(Math.max(asked, this.#least), this.#most);
    const renewal = renewalOf(seconds, this.#said);
    if (renewal === 0) return this.#withoutTimers(run, seconds);
    setSeconds(run, leaseTime.code, seconds);
    setSeconds(run, renewalTime.code, renewal);
    setSeconds(run, rebindingTime.code, rebindingOf(seconds, this.#said));
    return run;
  }

  /** A lease that is too short for T1 and T2, or has no end (rule 75). */
  #withoutTimers(run: OptionRun, seconds: number): OptionRun {
    const bare = this.#bare;
    bare.clear();
    let from = 0;
    for (let index = 0; index < run.count; index++) {
      const to = run.ends[index] ?? from;
      const code = index === run.nameIndex ? 0 : run.bytes[from];
      if (code !== renewalTime.code && code !== rebindingTime.code) {
        if (index === run.nameIndex) bare.nameIndex = bare.count;
        bare.bytes.set(run.bytes.subarray(from, to), bare.length);
        bare.end(bare.length + to - from, run.required[index] === 1 ? 1 : 0);
      }
      from = to;
    }
    bare.fields = run.fields;
    setSeconds(bare, leaseTime.code, seconds);
    return bare;
  }
}

/** Writes a time into an option of four octets, if the run has it. */
function setSeconds({ bytes, ends, count }: OptionRun, code: number, seconds: number): void {
  let from = 0;
  for (let index = 0; index < count; index++) {
    const to = ends[index] ?? from;
    if (to > from && bytes[from] === code) {
      bytes[from + 2] = seconds >>> 24;
      bytes[from + 3] = seconds >>> 16;
      bytes[from + 4] = seconds >>> 8;
      bytes[from + 5] = seconds;
      return;
    }
    from = to;
  }
}
