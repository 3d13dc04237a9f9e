/**
 * What several agents heard of the same clients.
 *
 * @module
 */
import type { ClientHeard, HeardAnswer } from "./heard.ts";

/**
 * The newest word on each client of each pool, in the order of pools and MAC addresses: agents take turns in answering, so two of them
 * may each remember a client.
 */
export function newestHeard(answers: readonly HeardAnswer[]): readonly ClientHeard[] {
  const newest = new Map<string, ClientHeard>();
  for (const { clients } of answers) {
    for (const client of clients) {
      const key = `${client.pool} ${client.macAddress}`;
      const other = newest.get(key);
      if (other === undefined) newest.set(key, client);
      else newest.set(key, together(client, other));
    }
  }
  return [...newest].sort(([a], [b]) => a < b ? -1 : 1).map(([, client]) => client);
}

/** The newer word, with the last ACK of both. */
function together(one: ClientHeard, other: ClientHeard): ClientHeard {
  const [newer, older] = one.at < other.at ? [other, one] : [one, other];
  return older.ackedAt > newer.ackedAt ? { ...newer, ackedAt: older.ackedAt } : newer;
}
