import { DEFAULT_LEASE_TIME } from "../../../api/options/check_client_options.ts";
import type { IPv4Config } from "../../../api/types.ts";
import type { OptionDefinition } from "../definition.ts";
import { isInteger, unsigned } from "../formats/integer.ts";
import type { PoolSource } from "../pool_source.ts";

/** A lease time without end (RFC 2131 section 3.3). */
export const INFINITE = 0xffffffff;

/** RFC 2132 section 9.2, in seconds. */
export const leaseTime: OptionDefinition<51, number> = {
  code: 51,
  name: "IP address lease time",
  format: unsigned(4),
  fromPool({ config, report }) {
    const seconds = leaseSeconds(config);
    if (seconds !== (config.leaseTime ?? DEFAULT_LEASE_TIME)) {
      report({
        path: ["leaseTime"],
        value: config.leaseTime,
        message: `must be from 1 to ${INFINITE} seconds`,
      });
    }
    return seconds;
  },
  always: true,
  only: "lease",
};

/** The lease time that a pool gives: its own, or the default where that cannot be used. */
export function leaseSeconds({ leaseTime }: IPv4Config): number {
  return isInteger(leaseTime, 1, INFINITE) ? leaseTime : DEFAULT_LEASE_TIME;
}

/** When clients of a pool renew and rebind, in seconds; 0 where the pool does not say. */
export interface Timers {
  /** T1. */
  readonly renewal: number;
  /** T2. */
  readonly rebinding: number;
}

/** What a pool says of T1 and T2; 0 for what it does not say, or cannot be used with its lease time. */
export function saidTimers({ config }: Pick<PoolSource, "config">): Timers {
  const seconds = leaseSeconds(config);
  const { renewalTime, rebindingTime } = config;
  const rebinding = isInteger(rebindingTime, 1, seconds - 1) ? rebindingTime : 0;
  // Where T2 is not said, it must find a second of its own between T1 and the end.
  const most = (rebinding === 0 ? seconds - 1 : rebinding) - 1;
  return { renewal: isInteger(renewalTime, 1, most) ? renewalTime : 0, rebinding };
}

/**
 * T1 of a lease: what the pool says where it fits, else half of the lease time (RFC 2131 section 4.4.5); 0 where there is
 * none: the lease has no end, or is so short that the times would not lie apart (rule 75).
 */
export function renewalOf(seconds: number, said: Timers): number {
  if (seconds === INFINITE) return 0;
  if (fits(seconds, said)) return saidRenewal(seconds, said);
  const half = Math.floor(seconds / 2);
  return half < sevenEighths(seconds) ? half : 0;
}

/** T2 of a lease: what the pool says where it fits, else seven eighths of the lease time; 0 as in {@linkcode renewalOf}. */
export function rebindingOf(seconds: number, said: Timers): number {
  if (renewalOf(seconds, said) === 0) return 0;
  return fits(seconds, said) ? saidRebinding(seconds, said) : sevenEighths(seconds);
}

function fits(seconds: number, said: Timers): boolean {
  const rebinding = saidRebinding(seconds, said);
  const renewal = saidRenewal(seconds, said);
  return renewal > 0 && renewal < rebinding && rebinding < seconds;
}

/** Where only T2 is said and is early, T1 is half of it. */
function saidRenewal(seconds: number, { renewal, rebinding }: Timers): number {
  if (renewal !== 0) return renewal;
  const half = Math.floor(seconds / 2);
  return rebinding === 0 || half < rebinding ? half : Math.floor(rebinding / 2);
}

/** Where only T1 is said and is late, T2 lies half-way between it and the end. */
function saidRebinding(seconds: number, said: Timers): number {
  if (said.rebinding !== 0) return said.rebinding;
  const between = Math.floor((saidRenewal(seconds, said) + seconds) / 2);
  return Math.max(between, sevenEighths(seconds));
}

function sevenEighths(seconds: number): number {
  return Math.floor(seconds / 8 * 7);
}

/** One of both times of a pool; what cannot be used is reported. */
export function timerOf(
  pool: PoolSource,
  field: "renewalTime" | "rebindingTime",
  of: (seconds: number, said: Timers) => number,
): number | undefined {
  const wanted = pool.config[field] ?? undefined;
  const seconds = leaseSeconds(pool.config);
  const timer = of(seconds, saidTimers(pool));
  if (
    wanted !== undefined && wanted !== timer &&
    (seconds !== INFINITE || !isInteger(wanted, 1, INFINITE))
  ) {
    const below = field === "renewalTime" ? "rebindingTime and leaseTime - 1" : "leaseTime";
    pool.report({
      path: [field],
      value: wanted,
      message: `must be a whole number of seconds, at least 1 and below ${below}`,
    });
  }
  // Where clients may choose how long their lease is, the time is set for each (rule 21).
  return timer === 0 && pool.config.honourRequestedLeaseTime !== true ? undefined : timer;
}
