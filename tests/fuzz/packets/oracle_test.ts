import assert from "node:assert/strict";
import { hexOctets } from "./inputs.ts";
import { judge, type Said } from "./oracle.ts";
import { BEGIN, knownNetwork, type NetworkPlan } from "./scene.ts";

const PLAN: NetworkPlan = {
  prefix: 24,
  subnet: 0,
  router: true,
  dns: 1,
  ntp: 0,
  domainName: false,
  search: 0,
  leaseTime: 3_600,
  authoritative: false,
  bootp: false,
  mtu: 1_500,
  held: false,
  capacity: 1_472,
};
const HEAD = (op: string, mac: string): string =>
  `${op}01060012345678${"0".repeat(8)}${"0".repeat(32)}${mac}${"0".repeat(20 + 384)}63825363`;
const CLIENT = "525400000001";
const DISCOVER = `${HEAD("01", CLIENT)}350101370401030633ff`;
/** An OFFER of 10.64.0.3 by 10.64.0.1: 53, 54, 51, 58, 59, 1, 3, 6. */
const OPTIONS = "350102" + "36040a400001" + "330400000e10" + "3a0400000708" + "3b0400000c4e" +
  "0104ffffff00" + "03040a400002" + "060408080101" + "ff";

function offerOf(change: (octets: number[]) => void = () => undefined): Said {
  const octets = hexOctets(HEAD("02", CLIENT) + OPTIONS);
  octets.splice(16, 4, 10, 64, 0, 3);
  while (octets.length < 300) octets.push(0);
  change(octets);
  return { octets, address: 0x0a400003, port: 68 };
}

function judged(said: Said, asked: string = DISCOVER): string {
  return judge({
    octets: hexOctets(asked),
    network: knownNetwork(PLAN),
    source: 0,
    port: 68,
    now: BEGIN,
    naks: 0,
  }, said);
}

const NOTHING: Said = { octets: [], address: 0, port: 0 };

Deno.test("the oracle lets a right OFFER pass, and silence for a stranger", () => {
  assert.equal(judged(offerOf()), "offer");
  assert.equal(judged(NOTHING, DISCOVER.replace(CLIENT, "525400999999")), "silence");
});

/** Where the first octet of an option's code is, after the cookie. */
const at = (index: number): number => 240 + index;
const FAULTS: Readonly<Record<string, readonly [said: Said, why: RegExp, asked?: string]>> = {
  "silence for a client that has a lease": [NOTHING, /silence, where offer is right/],
  "an answer to a stranger": [
    offerOf((octets) => octets.splice(28, 6, ...hexOctets("525400999999"))),
    /offer, where silence is right/,
    DISCOVER.replace(CLIENT, "525400999999"),
  ],
  "an answer to what is to be dropped": [offerOf(), /to be dropped/, DISCOVER.slice(0, 400)],
  "the address of another client": [offerOf((octets) => octets[19] = 4), /yiaddr/],
  "another transaction": [offerOf((octets) => octets[4] = 9), /xid/],
  "another client's chaddr": [offerOf((octets) => octets[33] = 9), /chaddr/],
  "octets behind the chaddr": [offerOf((octets) => octets[40] = 9), /chaddr/],
  "other flags": [offerOf((octets) => octets[10] = 0x80), /flags/],
  "hops": [offerOf((octets) => octets[3] = 1), /hops/],
  "a next server by reflex": [offerOf((octets) => octets[20] = 10), /siaddr/],
  "a ciaddr in an offer": [offerOf((octets) => octets[12] = 10), /ciaddr/],
  "something in sname": [offerOf((octets) => octets[44] = 1), /sname is 1, not /],
  "299 octets": [offerOf((octets) => octets.length = 299), /299 octets/],
  "more octets than the client takes": [
    offerOf((octets) => octets.push(...new Array(300).fill(0))),
    /octets, more than/,
  ],
  "something after END": [offerOf((octets) => octets[299] = 1), /after END/],
  "no END": [offerOf((octets) => octets.fill(12, at(45))), /no END|runs past/],
  "another type": [offerOf((octets) => octets[at(2)] = 5), /answered by ack|Answered by ack/],
  "another server": [offerOf((octets) => octets[at(8)] = 9), /option 54/],
  "another lease time": [offerOf((octets) => octets[at(14)] = 9), /option 51/],
  "the mask of another network": [offerOf((octets) => octets[at(32)] = 9), /option 1 /],
  "an option that nobody asked for": [
    offerOf((octets) => octets.splice(at(45), 1, 15, 1, 97, 255)),
    /option 15/,
  ],
  "an option twice": [
    offerOf((octets) => octets.splice(at(45), 1, 6, 4, 8, 8, 1, 1, 255)),
    /option 6 twice/,
  ],
  "an option that was asked for, missing": [
    offerOf((octets) => octets.splice(at(39), 7, 255, 0, 0, 0, 0, 0, 0)),
    /no option 6/,
  ],
  "an echo that nobody sent": [
    offerOf((octets) => octets.splice(at(45), 1, 61, 1, 97, 255)),
    /option 61/,
  ],
  "the identifier of a machine that did not send it": [
    offerOf((octets) => octets.splice(at(45), 1, 97, 1, 97, 255)),
    /option 97/,
  ],
  "a name for who sent none": [
    offerOf((octets) => octets.splice(at(45), 1, 81, 4, 8, 255, 255, 97, 255)),
    /option 81/,
  ],
  "an offer that says it is a commitment": [
    offerOf((octets) => octets.splice(at(45), 1, 80, 0, 255)),
    /80/,
  ],
  "the wrong place": [{ ...offerOf(), address: 0x0a400004 }, /destination/],
  "the wrong port": [{ ...offerOf(), port: 67 }, /destination port/],
};
for (const [what, [said, why, asked]] of Object.entries(FAULTS)) {
  Deno.test(`the oracle notices ${what}`, () => {
    assert.throws(() => judged(said, asked), { message: why });
  });
}
