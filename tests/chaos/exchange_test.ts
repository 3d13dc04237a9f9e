import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { decode, encode, MessageType } from "../../core/dhcp/mod.ts";
import { parseIPv4 } from "../../core/net/mod.ts";
import { Exchange } from "./exchange.ts";

const LEASE = { address: parseIPv4("10.0.0.5"), server: parseIPv4("10.0.0.2") };

/** An exchange whose words are kept; what it hears is of the last transaction. */
class Scene {
  readonly said: string[] = [];
  readonly exchange: Exchange;
  #xid = 0;
  #now = 0;

  constructor(kind: "fresh" | "renewal") {
    const say = (word: string) => (xid: number) => {
      this.said.push(`${this.#now / 1_000} ${word}`);
      this.#xid = xid;
    };
    const speech = {
      discover: say("discover"),
      select: say("select"),
      renew: say("renew"),
      rebind: say("rebind"),
    };
    const random = () => 0.5;
    this.exchange = new Exchange({ kind, lease: LEASE, speech, now: 0, random });
  }

  hear(type: number, address = LEASE.address, xid = this.#xid): void {
    const options = [{ code: 53, value: type }] as const;
    const reply = decode(
      encode({ op: 2, xid, chaddr: new Uint8Array(6), yiaddr: address, options }),
    );
    this.exchange.hear(reply, this.#now);
  }

  until(seconds: number): void {
    for (; this.#now < seconds * 1_000; this.#now += 500) this.exchange.tick(this.#now);
  }
}

Deno.test("a fresh exchange asks, takes the offer and ends with the ACK", () => {
  const scene = new Scene("fresh");
  scene.until(1);
  scene.hear(MessageType.Offer);
  scene.hear(MessageType.Offer);
  strictEqual(scene.exchange.outcome, "open");
  scene.hear(MessageType.Ack);
  deepStrictEqual(scene.said, ["0 discover", "1 select"]);
  strictEqual(scene.exchange.outcome, "acknowledged");
  deepStrictEqual(scene.exchange.surprises, []);
});

Deno.test("a renewal that nobody answers asks after 4 and 12 s again, everybody at last, and is lost after 16 s", () => {
  const scene = new Scene("renewal");
  scene.until(16);
  deepStrictEqual(scene.said, ["0 renew", "4 renew", "12 rebind"]);
  strictEqual(scene.exchange.outcome, "open");
  scene.until(17);
  strictEqual(scene.exchange.outcome, "lost");
});

Deno.test("an exchange hears no other transaction's replies", () => {
  const scene = new Scene("renewal");
  scene.hear(MessageType.Ack, LEASE.address, 7);
  strictEqual(scene.exchange.outcome, "open");
});

Deno.test("an exchange notes another address, and a refusal, after which it begins anew", () => {
  const scene = new Scene("renewal");
  scene.hear(MessageType.Nak);
  scene.hear(MessageType.Offer, parseIPv4("10.0.0.9"));
  scene.hear(MessageType.Ack, parseIPv4("10.0.0.9"));
  deepStrictEqual(scene.said, ["0 renew", "0 discover", "0 select"]);
  strictEqual(scene.exchange.outcome, "acknowledged");
  deepStrictEqual(scene.exchange.surprises, ["refused", "told 10.0.0.9", "told 10.0.0.9"]);
});
