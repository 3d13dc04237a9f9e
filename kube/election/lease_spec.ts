/**
 * What a holder writes into its Lease.
 *
 * @module
 */
import type { Lease } from "../objects/builtin_types.ts";

type LeaseSpec = NonNullable<Lease["spec"]>;

/** What every write of a holder says. */
interface Renewal {
  readonly holderIdentity: string;
  readonly leaseDurationSeconds: number;
  /** `metav1.MicroTime`. */
  readonly renewTime: string;
}

/** That a holder still holds; `now` and `durationMs` are milliseconds. */
export function renewal(
  { identity, durationMs, now }: {
    readonly identity: string;
    readonly durationMs: number;
    readonly now: number;
  },
): Renewal {
  return {
    holderIdentity: identity,
    leaseDurationSeconds: Math.ceil(durationMs / 1000),
    renewTime: new Date(now).toISOString().replace("Z", "000Z"),
  };
}

/** That a holder holds from now on a Lease that is as `before`, which counts as a transition where another one held it. */
export function acquisition(renewal: Renewal, before: LeaseSpec | undefined): LeaseSpec {
  const { holderIdentity = renewal.holderIdentity, leaseTransitions = 0 } = before ?? {};
  const isOwn = holderIdentity === renewal.holderIdentity;
  return {
    ...renewal,
    acquireTime: renewal.renewTime,
    leaseTransitions: isOwn ? leaseTransitions : leaseTransitions + 1,
  };
}
