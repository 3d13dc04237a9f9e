import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { MessageType } from "../options/exchange/message_type.ts";
import { decide, type DecisionNetwork } from "./decide.ts";
import { actionOf, Verdict } from "./verdict.ts";

// Few addresses, so that they often coincide.
const SERVER = 1;
const address = fc.constantFrom(0, SERVER, 2, 3, 4, 100);
const request = fc.record({
  type: fc.oneof(fc.integer({ min: 0, max: 9 }), fc.nat(255)),
  ciaddr: address,
  giaddr: fc.constantFrom(0, 0, 0, SERVER, 2, 100),
  requestedAddress: address,
  serverIdentifier: address,
  sourceAddress: address,
  station: fc.boolean(),
  rapidCommit: fc.boolean(),
});
const context = fc.record({ lease: fc.constantFrom(0, 2, 3), now: fc.nat(1000) });

function network(settings: Partial<DecisionNetwork> = {}): DecisionNetwork {
  return {
    authoritative: false,
    bootp: false,
    rapidCommit: false,
    contains: (host) => host < 100,
    isHost: (host) => host < 100 && host !== SERVER,
    isServer: (host) => host === SERVER,
    isHeld: () => false,
    ...settings,
  };
}

const networks = fc.record({
  authoritative: fc.boolean(),
  bootp: fc.boolean(),
  rapidCommit: fc.boolean(),
  isHeld: fc.boolean().map((held) => () => held),
}).map(network);

Deno.test("decide always comes to a verdict of its own, and to the same one again", () => {
  fc.assert(fc.property(request, networks, context, (asked, served, met) => {
    const verdict = decide(asked, served, met);
    ok(verdict < Verdict.TooShort || verdict === Verdict.UnexpectedType);
    ok(verdict !== Verdict.NotServed && verdict !== Verdict.NakLimited);
    strictEqual(decide(asked, served, met), verdict);
  }));
});

Deno.test("decide gives an address only to who has a lease", () => {
  fc.assert(fc.property(request, networks, context, (asked, served, met) => {
    const gives = [Verdict.Offer, Verdict.Ack, Verdict.BootReply] as readonly Verdict[];
    if (met.lease === 0) ok(!gives.includes(decide(asked, served, met)));
  }));
});

Deno.test("decide never speaks to an unknown client that did not choose this server", () => {
  fc.assert(fc.property(request, context, (asked, met) => {
    if (asked.type === MessageType.Inform) return;
    if (asked.type === MessageType.Request && asked.serverIdentifier === SERVER) return;
    const action = actionOf(decide(asked, network(), { ...met, lease: 0 }));
    ok(action === "silence" || action === "drop", action);
  }));
});

Deno.test("decide never speaks to who chose another server", () => {
  fc.assert(fc.property(request, networks, context, (asked, served, met) => {
    if (asked.serverIdentifier < 2) return;
    if (asked.type !== MessageType.Discover && asked.type !== MessageType.Request) return;
    const relayed = asked.giaddr === SERVER || asked.giaddr === 100;
    strictEqual(
      decide(asked, served, met),
      relayed ? Verdict.RelayOutside : Verdict.OtherServer,
    );
  }));
});

Deno.test("decide never refuses a DISCOVER, DECLINE, RELEASE or INFORM", () => {
  fc.assert(fc.property(request, networks, context, (asked, served, met) => {
    if (asked.type === MessageType.Request) return;
    ok(actionOf(decide(asked, served, met)) !== "nak");
  }));
});

Deno.test("decide acknowledges no address but the lease", () => {
  fc.assert(fc.property(request, networks, context, (asked, served, met) => {
    if (decide(asked, served, met) !== Verdict.Ack) return;
    if (asked.type === MessageType.Discover) return ok(asked.rapidCommit && served.rapidCommit);
    deepStrictEqual(asked.requestedAddress || asked.ciaddr, met.lease);
  }));
});
