/**
 * What a DHCP client said last about its lease, as `client_event.sh` wrote it.
 *
 * @module
 */

/** A client's lease, or that it has none. */
export interface Lease {
  /** The client's own name of the event: `bound`, `RENEW`, `deconfig`... */
  readonly event: string;
  /** Absent without a lease. */
  readonly address?: string;
  readonly netmask?: string;
  readonly router?: string;
  readonly dns?: string;
  /** Lease time. */
  readonly seconds?: number;
  /** Server identifier. */
  readonly server?: string;
}

/** Reads the file's lines `key=value`; empty values count as absent. */
export function parseLease(text: string): Lease {
  const fields = new Map<string, string>();
  for (const line of text.split("\n")) {
    const at = line.indexOf("=");
    if (at > 0 && at < line.length - 1) fields.set(line.slice(0, at), line.slice(at + 1));
  }
  const { event = "", seconds, ...rest } = Object.fromEntries(fields);
  return { event, ...rest, ...(seconds === undefined ? {} : { seconds: Number(seconds) }) };
}
