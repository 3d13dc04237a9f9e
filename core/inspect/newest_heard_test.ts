import { deepStrictEqual } from "node:assert/strict";
import type { ClientHeard, HeardAnswer } from "./heard.ts";
import { newestHeard } from "./newest_heard.ts";

function client(fields: Partial<ClientHeard>): ClientHeard {
  return {
    pool: "default/net-48",
    macAddress: "52:54:00:00:00:01",
    known: true,
    at: "2026-11-30T12:00:00Z",
    asked: "DISCOVER",
    answer: "OFFER",
    why: "",
    address: "192.168.48.81",
    offersUntaken: 1,
    ackedAt: "",
    relay: "",
    ...fields,
  };
}

function answer(...clients: ClientHeard[]): HeardAnswer {
  return { pod: "agent", since: "2026-11-30T11:00:00Z", pools: [], clients, leftOut: 0 };
}

Deno.test("newestHeard keeps the newest word on a client, and the last ACK of all, which a takeover would lose", () => {
  const older = client({ ackedAt: "2026-11-30T11:59:00Z", answer: "ACK" });
  const newer = client({ at: "2026-11-30T12:01:00Z", offersUntaken: 3 });
  const wanted = [{ ...newer, ackedAt: older.ackedAt }];
  deepStrictEqual(newestHeard([answer(older), answer(newer)]), wanted);
  deepStrictEqual(newestHeard([answer(newer), answer(older)]), wanted);
});

Deno.test("newestHeard keeps a client of two networks twice: where it asks wrongly is what is looked for", () => {
  const here = client({ pool: "default/net-48" });
  const there = client({ pool: "default/net-49", known: false });
  deepStrictEqual(newestHeard([answer(there), answer(here)]), [here, there]);
});
