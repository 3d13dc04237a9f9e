/**
 * What the controller remembers between two reconciles. The objects in the cluster are the truth: everything here may be
 * lost at any time, and each field says what that costs.
 *
 * @module
 */
import type { Clock } from "../../runtime/clock.ts";
import type { AddressWaits } from "./address_waits.ts";
import type { AgentReports } from "./agent_reports.ts";
import type { CommittedOutcomes } from "./committed_outcomes.ts";
import type { FirstSeen } from "./first_seen.ts";
import type { GatherWindow } from "./gather_window.ts";
import type { Histories } from "./histories.ts";
import type { NoteRecorder } from "./note_recorder.ts";
import type { NtpNames } from "./ntp_names.ts";
import type { WriteTroubles } from "../write/write_troubles.ts";
import type { PoolMemory } from "./pool_memory.ts";

/** Everything that is remembered, but for what the agents' reconcile and the informers hold themselves. */
export interface Memory {
  /** What is recorded for each claim. Lost: every pool is planned again, and until then no status is written. */
  readonly outcomes: CommittedOutcomes;
  /**
   * Since when recorded addresses have no claim, whose claim decides on each, our last writes, and the records of which all
   * changes are told. Lost: an orphan is freed a minute later; who has an address is who the statuses name; what changed
   * meanwhile is no row of a history.
   */
  readonly pools: PoolMemory;
  /** For which pools changes are being gathered. Lost: they are planned at once, in more writes. */
  readonly gathering: GatherWindow;
  /**
   * The addresses of NTP servers' names; unset: names are left as they are recorded. Lost: looked up again; until then
   * what the pool's status has is true.
   */
  readonly ntp?: NtpNames;
  /** Which pools went back to an earlier time. Lost: new addresses do not wait for what the agents know. */
  readonly histories: Histories;
  /** What the agents last said, and when. Lost: read again from their Leases; silence counts from now. */
  readonly agents: AgentReports;
  /** Since when objects wait for their note. Lost: they wait once more. */
  readonly unnoted: FirstSeen;
  /** What each object was told that still stands. Lost: it is told once more, counted on the same Event. */
  readonly notes: NoteRecorder;
  /** Since when a VM is gone of which something is left. Lost: the garbage collector gets its time once more. */
  readonly goneVms: FirstSeen;
  /** Keys of VMs whose object was deleted. Lost: one that is gone, too, may be made an object once more, which goes as the first did. */
  readonly bereft: Set<string>;
  /** Since when new VMs wait for their first address. Lost: those that wait then are not measured. */
  readonly waits: AddressWaits;
  /** Queue and key -> why it failed the last time in this term. Lost: it is shown again at the next failure. */
  readonly failures: Map<string, string>;
  /** What the controller cannot write. Lost: it is found again at the next try. */
  readonly writes: WriteTroubles;
}

/** Forgets what another controller may have made untrue while it led, and waits once more for what agents have not told. */
export function beginTerm({ outcomes, pools, waits, gathering, ntp, histories }: Memory): void {
  histories.beginTerm();
  gathering.clear();
  ntp?.clear();
  outcomes.clear();
  pools.clear();
  waits.forget();
}

/** How long it is remembered that a kind is served. */
const SERVED_MS = 5_000;

/**
 * Remembers a yes for a while: a thousand VMs that go at once are not a thousand questions. Lost: it is asked once more.
 */
export function remembered(
  clock: Clock,
  ask: (signal: AbortSignal) => Promise<boolean>,
): (signal: AbortSignal) => Promise<boolean> {
  let until = -Infinity;
  return async (signal) => {
    if (clock.monotonic() < until) return true;
    const answer = await ask(signal);
    if (answer) until = clock.monotonic() + SERVED_MS;
    return answer;
  };
}
