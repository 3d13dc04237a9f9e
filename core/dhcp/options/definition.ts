import type { OptionFormat } from "./formats/format.ts";
import type { PoolSource } from "./pool_source.ts";

/**
 * All that there is to say about one DHCP option. Each has a file of its own, in `network/` what clients are told about
 * their network, in `exchange/` what passes between client and server, and a row in `table.ts`.
 */
export interface OptionDefinition<Code extends number = number, Value = unknown> {
  /** 1 to 254 (IANA "BOOTP Vendor Extensions and DHCP Options"). */
  readonly code: Code;
  /** What the RFC calls it, in lower case. */
  readonly name: string;
  /** How its value is written. */
  readonly format: OptionFormat<Value>;
  /** Its value for the clients of a pool, or nothing (rule 78). Absent where it does not come from the pool. */
  fromPool?(pool: PoolSource): Value | undefined;
  /** Whether it is also sent to who does not ask for it (rule 71), and before all else where room is scarce (rule 83). */
  readonly always?: boolean;
  /** Whether it is sent only to who asks for it by its code, and so not to who sends no list at all (rules 85, 92, 93). */
  readonly askedFor?: true;
  /** Replies that alone have it: `dhcp` not to BOOTP clients (rule 57), `lease` not to a DHCPINFORM either (rule 54). */
  readonly only?: "dhcp" | "lease";
}
