/**
 * The way of a VM to its address, as far as the controller has it.
 *
 * @module
 */
import { leaseSubject, type TracedLease, type Tracing } from "../../runtime/tracing.ts";

/** When what happened. Moments are milliseconds since the epoch. */
interface Recorded {
  readonly lease: TracedLease & { readonly vm: string };
  /** For how long the VM has been seen, milliseconds. */
  readonly waitedMs: number;
  /** When the plan of the pool that has the address was begun. */
  readonly beganAt: number;
  readonly plannedAt: number;
  readonly writtenAt: number;
}

/** Tells three parts of a trace: from seeing the VM to its plan, the plan, the write. */
export function traceRecorded(
  tracing: Tracing,
  { lease, waitedMs, beganAt, plannedAt, writtenAt }: Recorded,
): void {
  const subject = leaseSubject(lease);
  const seenAt = writtenAt - waitedMs;
  const parts = [
    ["VM seen", seenAt, Math.max(seenAt, beganAt)],
    ["address planned", beganAt, plannedAt],
    ["record written", plannedAt, writtenAt],
  ] as const;
  for (const [name, startMs, endMs] of parts) {
    tracing.tell(subject, { name, startMs, endMs, attributes: { ...lease } });
  }
}
