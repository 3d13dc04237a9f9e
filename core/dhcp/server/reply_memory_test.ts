import assert from "node:assert/strict";
import { formatMac } from "../../net/mod.ts";
import { Datagram, Reply, Responder, Verdict } from "../mod.ts";
import { network, NOON, pool, rawRequest } from "../testing/harness.ts";
import { ReplyMemory } from "./reply_memory.ts";

Deno.test("reply memory forgets what was made first where it is full", () => {
  const memory = new ReplyMemory(100);
  const forgotten: string[] = [];
  const share = (name: string) => memory.share(() => void forgotten.push(name));
  const [a, b] = [share("a"), share("b")];
  a.take(40);
  b.take(40);
  a.take(20);
  assert.deepEqual([memory.octets, forgotten], [100, []]);
  b.take(1);
  assert.deepEqual([memory.octets, forgotten], [41, ["a"]]);
});

Deno.test("however many lists clients with own options make up, replies take no more memory than is said", () => {
  const codes = Array.from({ length: 14 }, (_, i) => 160 + i);
  const options = codes.map((code) => ({ code, type: "hex" as const, value: "ab".repeat(90) }));
  const bootFiles = Array.from({ length: 8 }, (_, i) => ({ architecture: i, fileName: `f${i}` }));
  const macs = Array.from({ length: 200 }, (_, i) => 0x525400220000 + i);
  const clients = Object.fromEntries(
    macs.map((mac, i) => [formatMac(mac), { options: { domainName: `n${i}.example.com` } }]),
  );
  const allocated = Object.fromEntries(
    macs.map((mac, i) => [`192.168.48.${i + 1}`, formatMac(mac)]).filter(([ip]) =>
      ip !== "192.168.48.77"
    ),
  );
  const served = network(pool({ options, bootFiles }, { clients, allocated }));
  const responder = new Responder();
  const reply = new Reply(new Uint8Array(1472));
  const { memory } = served.options;
  let most = 0;
  for (const low of macs.keys()) {
    for (let row = 0; row < 8; row++) {
      for (let turn = 0; turn < 6; turn++) {
        const list = [...codes.slice(turn), ...codes.slice(0, turn)].slice(0, 12);
        const datagram = new Datagram(
          rawRequest([53, 1, 1, 55, list.length, ...list, 93, 2, 0, row, 57, 2, 5, 220, 255], {
            chaddr: Uint8Array.of(0x52, 0x54, 0, 0x22, 0, low),
          }),
        );
        datagram.receivedAt = NOON;
        const verdict = responder.respond(served, datagram, reply);
        if (low !== 76) assert.equal(verdict, Verdict.Offer);
      }
      most = Math.max(most, memory.octets);
    }
  }
  assert.ok(most > memory.most / 2, `only ${most} octets were taken`);
  assert.ok(most <= memory.most, `${most} octets are taken`);
});
