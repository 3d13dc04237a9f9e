/**
 * What was heard at once, and what became of it.
 *
 * @module
 */
import type { Datagram, Reply, ServedNetwork } from "../../core/dhcp/mod.ts";

/** A batch that was answered, whose buffers are still as they were. */
export interface AnsweredBatch {
  readonly requests: readonly Datagram[];
  /** Of the same indexes. */
  readonly replies: readonly Reply[];
  /** How many of them count. */
  readonly count: number;
  /** `namespace/name`. */
  readonly pool: string;
  /** Such as `eth1`. */
  readonly interfaceName: string;
  /** What was answered from. */
  readonly network: ServedNetwork | undefined;
  /** Replies were made and not sent. */
  readonly dryRun: boolean;
  /** Why the system took none of these replies. */
  readonly refused: ReadonlyMap<Reply, string>;
}
