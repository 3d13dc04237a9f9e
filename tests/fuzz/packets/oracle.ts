/**
 * What a server of static leases may say to a packet: RFC 2131, 2132, 3046, 3396, 6842 and the project's numbered
 * rules, written down a second time. It shares no line with the product's reader, decision or writer, so that one
 * mistake is not made twice.
 *
 * @module
 */
import {
  type Answer,
  type AskedMessage,
  firstOf,
  joinedOf,
  readAsked,
  readSaid,
  type SaidMessage,
  u32,
} from "./read_packet.ts";
import { checkOptions, withHeaders } from "./option_checks.ts";
import { type KnownNetwork, text } from "./scene.ts";
import { toldTo } from "./told.ts";

/** What was heard, where and when. */
interface Heard {
  readonly octets: readonly number[];
  readonly network: KnownNetwork;
  readonly source: number;
  readonly port: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** DHCPNAKs that this network's clients had already. */
  readonly naks: number;
}

/** What was said to it; no octets: nothing. */
export interface Said {
  readonly octets: readonly number[];
  readonly address: number;
  readonly port: number;
}

const DISCOVER = 1;
const REQUEST = 3;
const INFORM = 8;
/** NAKs that a client has at once (rule 47). */
const NAK_BURST = 4;

/** Throws where an answer, or silence, is not right. Answers what was said. */
export function judge(heard: Heard, said: Said): Answer {
  const asked = readAsked(heard.octets);
  if (asked === undefined) {
    if (said.octets.length > 0) throw new Error("A packet that is to be dropped was answered");
    return "silence";
  }
  const allowed = allowedAnswers(asked, heard);
  const answer = said.octets.length === 0 ? "silence" : answerOf(asked, said);
  if (!allowed.has(answer)) {
    throw new Error(`Answered by ${answer}, where ${[...allowed].join(" or ")} is right`);
  }
  if (answer !== "silence") checkReply(answer, { asked, heard, said });
  return answer;
}

function answerOf(asked: AskedMessage, said: Said): Answer {
  const { options } = readSaid(said.octets);
  const [first] = options;
  if (first === undefined) throw new Error("Reply has no option");
  if (first.code !== 53) return "boot reply";
  if (first.value.length !== 1) throw new Error("Reply's option 53 has another length than 1");
  const [type = 0] = first.value;
  if (type === 2) return "offer";
  if (type === 6) return "nak";
  if (type !== 5) throw new Error(`Reply has the message type ${type}`);
  return firstOf(asked.options, 53)?.[0] === INFORM ? "inform ack" : "ack";
}

/** The client's facts on the network. */
function leaseOf(asked: AskedMessage, { leases }: KnownNetwork): number {
  const ethernet = asked.htype === 1 && asked.hlen === 6; // rule 4
  return ethernet ? leases.get(asked.chaddr.slice(0, 12)) ?? 0 : 0; // rule 5
}

function isHeld(address: number, { network, now }: Heard): boolean {
  return network.held.has(address) && now < HELD_UNTIL;
}

/** See `scene.ts`: an hour after the beginning. */
const HELD_UNTIL = Date.UTC(2026, 0, 1, 13);

function contains({ base, mask }: KnownNetwork, address: number): boolean {
  return ((address & mask) >>> 0) === base;
}

/** Whether another host than the server may have the address. */
function isHost(network: KnownNetwork, address: number): boolean {
  return contains(network, address) && address !== network.base && address !== network.broadcast &&
    address !== network.server;
}

/** Every answer that the rules allow. */
function allowedAnswers(asked: AskedMessage, heard: Heard): ReadonlySet<Answer> {
  const allowed = new Set<Answer>(decided(asked, heard));
  if (asked.unsure) allowed.add("silence");
  if (allowed.has("nak") && heard.naks >= NAK_BURST) allowed.add("silence"); // rule 47
  if (allowed.size > 0 && !hasRoom(asked, heard)) allowed.add("silence");
  return allowed;
}

function decided(asked: AskedMessage, heard: Heard): readonly Answer[] {
  const { network } = heard;
  const lease = leaseOf(asked, network);
  const isRelay = isHost(network, asked.giaddr) && !network.servers.includes(asked.giaddr);
  if (asked.giaddr !== 0 && !isRelay) return ["silence"]; // rule 58
  const typed = firstOf(asked.options, 53);
  if (typed === undefined) { // rule 57
    const served = network.plan.bootp && lease !== 0 && !isHeld(lease, heard);
    return wrongFixed(asked, 0) ?? [served ? "boot reply" : "silence"];
  }
  if (typed.length !== 1) return ["silence"]; // rule 11
  const [type = 0] = typed;
  if (type === 0) return ["silence"]; // rule 3: no BOOTP request either
  const wrong = wrongFixed(asked, type);
  if (wrong !== undefined) return wrong;
  if (type === DISCOVER) return onDiscover(asked, heard);
  if (type === REQUEST) return onRequest(asked, heard);
  if (type === INFORM) {
    // Who has no address of its own on the wire cannot be answered alone.
    const isAlone = asked.htype === 1 && asked.hlen === 6 &&
      parseInt(asked.chaddr.slice(0, 2), 16) % 2 === 0;
    if (asked.giaddr === 0 && !isAlone) return ["silence"]; // rule 54
    const host = asked.ciaddr === 0 ? heard.source : asked.ciaddr; // rule 55
    return [isHost(network, host) ? "inform ack" : "silence"]; // rules 54, 56
  }
  return ["silence"]; // rules 3, 48
}

/** What rule 11 says of wrong lengths; `undefined`: nothing. */
function wrongFixed(asked: AskedMessage, type: number): readonly Answer[] | undefined {
  const lengths = [[50, 4], [51, 4], [54, 4], [57, 2]] as const;
  for (const [code, length] of lengths) {
    const copies = asked.options.filter((option) => option.code === code);
    const [first] = copies;
    if (first === undefined || first.value.length === length) continue;
    if (code === 54 || (code === 50 && type === REQUEST)) return ["silence"];
    if (type === DISCOVER || type === REQUEST) continue;
    // Of other messages the rule says nothing.
    return [...ALL_BUT[type === INFORM ? "inform" : type === 0 ? "boot" : "none"]];
  }
  return undefined;
}

const ALL_BUT: Readonly<Record<"inform" | "boot" | "none", readonly Answer[]>> = {
  inform: ["silence", "inform ack"],
  boot: ["silence", "boot reply"],
  none: ["silence"],
};

function onDiscover(asked: AskedMessage, heard: Heard): readonly Answer[] {
  const { network } = heard;
  const lease = leaseOf(asked, network);
  const named = address(asked, 54);
  if (named !== undefined && named !== 0 && !network.servers.includes(named)) return ["silence"]; // rule 20
  if (lease === 0 || isHeld(lease, heard)) return ["silence"]; // rules 15, 51
  const rapid = network.plan.more?.rapid === true && firstOf(asked.options, 80) !== undefined;
  const given = rapid ? "ack" : "offer"; // rules 14, 91
  return named === 0 ? [given, "silence"] : [given];
}

function onRequest(asked: AskedMessage, heard: Heard): readonly Answer[] {
  const { network } = heard;
  const lease = leaseOf(asked, network);
  const named = address(asked, 54);
  const wanted = address(asked, 50) ?? 0;
  if (named !== undefined && named !== 0) { // SELECTING
    if (!network.servers.includes(named)) return ["silence"]; // rule 25
    if (lease === 0) return ["nak"]; // rule 27
    if (wanted === 0) return [asked.ciaddr === lease ? "ack" : "nak"]; // rules 24, 29
    if (wanted !== lease) return ["nak"]; // rule 26
    return [isHeld(lease, heard) ? "nak" : "ack"]; // rules 24, 51
  }
  const open: Answer[] = named === 0 ? ["silence"] : [];
  if (wanted !== 0) { // INIT-REBOOT
    if (wanted === lease) return [...open, isHeld(lease, heard) ? "silence" : "ack"]; // rule 30
    return [...open, lease !== 0 || network.plan.authoritative ? "nak" : "silence"]; // rules 31 to 33
  }
  if (asked.ciaddr === 0) return ["silence"]; // rule 40
  if (lease === 0) return [...open, network.plan.authoritative ? "nak" : "silence"]; // rule 38
  return [...open, asked.ciaddr === lease ? "ack" : "nak"]; // rules 35 to 37
}

/** An address in an option; 0 where it has not four octets (rule 11). */
function address({ options }: AskedMessage, code: number): number | undefined {
  const value = firstOf(options, code);
  return value === undefined ? undefined : value.length === 4 ? u32(value, 0) : undefined;
}

/** Octets that the payload of a reply may have (rules 57, 66, 67). */
function roomFor(asked: AskedMessage, { network: { plan } }: Heard): number {
  if (firstOf(asked.options, 53) === undefined) return Math.min(plan.capacity, 300);
  const most = firstOf(asked.options, 57);
  const accepted = most?.length === 2 ? ((most[0] ?? 0) << 8) | (most[1] ?? 0) : 0;
  return Math.min(plan.capacity, Math.min(Math.max(accepted, 576), plan.mtu) - 28);
}

/** Octets of what is echoed, and END. */
function echoed({ options }: AskedMessage): number {
  return 1 + [61, 82].map((code) => withHeaders(joinedOf(options, code).length))
    .reduce((sum, each) => sum + each);
}

/** Whether there is room for what no reply can do without: 53, 54, 51, 58, 59, 1, 52, 60, 80 and the echoes. */
function hasRoom(asked: AskedMessage, heard: Heard): boolean {
  const room = roomFor(asked, heard);
  const boot = 12 + 2; // 60 and 80
  return room >= 300 && 240 + 3 + 5 * 6 + 3 + boot + echoed(asked) <= room;
}

interface Exchange {
  readonly asked: AskedMessage;
  readonly heard: Heard;
  readonly said: Said;
}

/** Everything that must be so in a reply. */
function checkReply(answer: Answer, exchange: Exchange): void {
  const reply = readSaid(exchange.said.octets);
  checkHeader(answer, reply, exchange);
  checkDestination(answer, reply, exchange);
  const fits = (octets: number) =>
    octets + echoed(exchange.asked) <= roomFor(exchange.asked, exchange.heard);
  checkOptions(answer, reply, { ...exchange, fits });
}

function checkHeader(answer: Answer, reply: SaidMessage, { asked, heard, said }: Exchange): void {
  const lease = leaseOf(asked, heard.network);
  same("op", reply.op, 2);
  for (const field of ["htype", "hlen", "xid", "giaddr"] as const) { // rules 13, 63
    same(field, reply[field], asked[field]);
  }
  if (reply.chaddr !== asked.chaddr) throw new Error(`Reply's chaddr is ${reply.chaddr}`);
  for (const field of ["hops", "secs"] as const) same(field, reply[field], 0);
  if (!asked.unsure) checkBoot(answer, reply, { asked, heard });
  const relayedNak = answer === "nak" && asked.giaddr !== 0;
  same("flags", reply.flags, relayedNak ? asked.flags | 0x8000 : asked.flags); // rules 46, 63
  const leased = answer === "offer" || answer === "ack" || answer === "boot reply";
  same("yiaddr", reply.yiaddr, leased ? lease : 0); // rules 14, 24, 44, 54
  if (leased && lease === 0) throw new Error("Reply gives 0.0.0.0");
  const renews = answer === "ack" && asked.ciaddr === lease && reply.ciaddr === lease;
  const keeps = answer === "inform ack" || (answer === "boot reply" && asked.ciaddr === lease);
  same("ciaddr", reply.ciaddr, renews ? lease : keeps ? asked.ciaddr : 0); // rules 17, 35, 44
  const isRenewal = answer === "ack" && firstOf(asked.options, 53)?.[0] === REQUEST &&
    address(asked, 50) === undefined &&
    address(asked, 54) === undefined;
  if (isRenewal) same("ciaddr", reply.ciaddr, lease); // rule 35
  const most = roomFor(asked, heard);
  if (said.octets.length > most) { // rules 57, 66, 67
    throw new Error(`Reply has ${said.octets.length} octets, more than ${most}`);
  }
}

/** The boot server, and what of 66 and 67 is not listed (rules 44, 64, 89). */
function checkBoot(
  answer: Answer,
  reply: SaidMessage,
  { asked, heard }: Omit<Exchange, "said">,
): void {
  const told = toldTo(heard.network, asked);
  const isNak = answer === "nak";
  same("siaddr", reply.siaddr, isNak ? 0 : told.siaddr);
  const list = answer === "boot reply" ? [] : joinedOf(asked.options, 55);
  const overload = firstOf(reply.options, 52)?.[0] ?? 0;
  for (const [field, code, bit] of [["file", 67, 1], ["sname", 66, 2]] as const) {
    const wanted = isNak || list.includes(code) ? [] : told[field];
    if ((overload & bit) !== 0 && wanted.length > 0) {
      throw new Error(`Reply's ${field} holds options where its boot data belongs`); // rule 83
    }
    if (String(reply[field]) !== String(wanted)) {
      throw new Error(`Reply's ${field} is ${reply[field]}, not ${wanted}`);
    }
  }
}

function checkDestination(
  answer: Answer,
  reply: SaidMessage,
  { asked, heard, said }: Exchange,
): void {
  if (asked.giaddr !== 0) { // rules 46, 58
    same("destination", said.address, asked.giaddr);
    const relayPort = joinedOf(asked.options, 82).includes(19) && heard.port !== 0 &&
      said.port === heard.port;
    return same("destination port", said.port, relayPort ? heard.port : 67);
  }
  same("destination port", said.port, 68);
  if (answer === "nak") return same("destination", said.address, 0xffffffff); // rule 45
  if (reply.ciaddr !== 0) return same("destination", said.address, reply.ciaddr); // rule 59
  if (answer === "inform ack") return same("destination", said.address, heard.source); // rule 55
  const broadcast = (asked.flags & 0x8000) !== 0; // rules 60, 61
  same("destination", said.address, broadcast ? 0xffffffff : reply.yiaddr);
}

function same(field: string, found: number, wanted: number): void {
  if (found === wanted) return;
  throw new Error(`Reply's ${field} is ${found} (${text(found)}), not ${wanted} (${text(wanted)})`);
}
