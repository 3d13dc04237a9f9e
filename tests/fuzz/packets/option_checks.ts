/**
 * What the options of a reply must be.
 *
 * @module
 */
import {
  type Answer,
  type AskedMessage,
  firstOf,
  joinedOf,
  type RawOption,
  readNames,
  type SaidMessage,
} from "./read_packet.ts";
import type { KnownNetwork } from "./scene.ts";
import { ascii, type Told, toldTo } from "./told.ts";

/** What a reply was made for. */
interface OptionsContext {
  readonly asked: AskedMessage;
  readonly heard: { readonly network: KnownNetwork };
  /** Whether there is room for a message of so many octets beside the echoes. */
  readonly fits: (octets: number) => boolean;
}

const DISCOVER = 1;
/** Option 53 of an answer. */
const TYPE: Readonly<Record<string, number>> = { offer: 2, ack: 5, nak: 6, "inform ack": 5 };
const OF_LEASE: ReadonlySet<number> = new Set([51, 58, 59]);

/** Octets of an option's value with the code and length of each piece. */
export function withHeaders(length: number): number {
  return length + 2 * Math.ceil(length / 255);
}

/** Whatever must be so with the options of a reply. */
export function checkOptions(answer: Answer, reply: SaidMessage, context: OptionsContext): void {
  const { asked, heard: { network } } = context;
  const told = toldTo(network, asked);
  const all = [...reply.options, ...reply.overloaded];
  const codes = all.map(({ code }) => code);
  const type = TYPE[answer];
  if (type === undefined) checkBootReply(reply);
  else if (reply.options[0]?.code !== 53 || reply.options[0].value[0] !== type) {
    throw new Error(`Reply's first option is no 53 of ${type}`); // rule 73
  }
  for (const { code, value } of all) checkValue({ code, value }, { answer, told });
  checkEcho(61, { reply, asked });
  checkEcho(82, { reply, asked });
  if (!asked.unsure) checkAnswered(answer, reply, { asked, told, network });
  if (codes.includes(82) && reply.options.at(-1)?.code !== 82) {
    throw new Error("Reply's last option is not 82"); // rule 73
  }
  if (codes.includes(1) && codes.includes(3) && codes.indexOf(1) > codes.indexOf(3)) {
    throw new Error("Reply has routers before the mask"); // rule 72
  }
  if (answer === "boot reply") return;
  for (const code of mustHave(answer, told, context)) {
    if (!codes.includes(code)) throw new Error(`Reply has no option ${code}`);
  }
  const may = mayHave(answer, told, context);
  const extra = codes.find((code) => !may.has(code));
  if (extra !== undefined) throw new Error(`Reply has option ${extra}`); // rules 19, 43, 54, 71
}

function checkBootReply({ options }: SaidMessage): void {
  const octets = options.reduce((sum, { value }) => sum + 2 + value.length, 0);
  const echoes = options.filter(({ code }) => code === 61 || code === 82)
    .reduce((sum, { value }) => sum + withHeaders(value.length), 0);
  if (octets - echoes + 5 > 64) throw new Error(`BOOTREPLY has ${octets} octets of options`);
  for (const code of [51, 53, 58, 59]) {
    if (options.some((option) => option.code === code)) {
      throw new Error(`BOOTREPLY has option ${code}`);
    }
  }
}

function checkValue(
  { code, value }: RawOption,
  { answer, told }: { readonly answer: Answer; readonly told: Told },
): void {
  if (told.values.has(code)) {
    const wanted = told.values.get(code);
    const found = code === 119 ? readNames(value).join() : [...value];
    if (wanted === undefined || String(found) !== String(wanted)) {
      throw new Error(`Reply's option ${code} is ${found}, not ${wanted}`);
    }
  } else if (code === 56) {
    if (answer !== "nak" || value.length === 0 || value.includes(0)) {
      throw new Error(`Reply's option 56 is ${value}`);
    }
  } else if (![52, 53, 60, 61, 80, 81, 82, 97].includes(code)) {
    throw new Error(`Reply has option ${code}`);
  }
}

/** 61 and 82 come back as they came, and only then (rules 76, 77). */
function checkEcho(
  code: number,
  { reply, asked }: { readonly reply: SaidMessage; readonly asked: AskedMessage },
): void {
  const sent = asked.unsure ? undefined : joinedOf(asked.options, code);
  const back = joinedOf([...reply.options, ...reply.overloaded], code);
  if (sent !== undefined && String(sent) !== String(back)) {
    throw new Error(`Reply's option ${code} is ${back}, asked was ${sent}`);
  }
}

/** 60, 80, 81 and 97 answer the request's (rules 88, 90, 91). */
function checkAnswered(
  answer: Answer,
  reply: SaidMessage,
  { asked, told, network }: {
    readonly asked: AskedMessage;
    readonly told: Told;
    readonly network: KnownNetwork;
  },
): void {
  const all = [...reply.options, ...reply.overloaded];
  const back = (code: number) => firstOf(all, code);
  const kind = joinedOf(asked.options, 60).map((one) => String.fromCharCode(one)).join("");
  const isPxe = kind.startsWith("PXEClient");
  const isHttp = kind.startsWith("HTTPClient");
  const is = (code: number, wanted: readonly number[]): void => {
    const found = back(code);
    if (found !== undefined && String(found) !== String(wanted)) {
      throw new Error(`Reply's option ${code} is ${found}, not ${wanted}`);
    }
  };
  const only = (code: number, allowed: boolean): void => {
    if (!allowed && back(code) !== undefined) throw new Error(`Reply has option ${code}`);
  };
  const isLeased = answer === "offer" || answer === "ack";
  is(60, ascii("HTTPClient"));
  const file = String.fromCharCode(...(told.values.get(67) ?? []) as readonly number[]);
  only(60, isHttp && /^https?:/i.test(file) && (isLeased || answer === "inform ack"));
  const isRapid = answer === "ack" && firstOf(asked.options, 53)?.[0] === DISCOVER;
  if (isRapid !== (back(80) !== undefined)) throw new Error("Reply has 80, or has it not");
  is(97, joinedOf(asked.options, 97));
  only(97, isPxe && (isLeased || answer === "inform ack"));
  const sent = joinedOf(asked.options, 81);
  only(81, isLeased && sent.length >= 3 && sent.length <= 255);
  const [flags = 0] = sent;
  const name = fqdn({ told, network, isCanonical: (flags & 4) !== 0 }) ?? sent.slice(3);
  is(81, [(flags & 4) + 8 + (flags & 1) * 2, 255, 255, ...name]);
}

/** The client's own name in option 81, where it has one (RFC 4702 section 2.3). */
function fqdn({ told, network, isCanonical }: {
  readonly told: Told;
  readonly network: KnownNetwork;
  readonly isCanonical: boolean;
}): readonly number[] | undefined {
  const host = told.values.get(12);
  if (host === undefined) return undefined;
  const name = String.fromCharCode(...host as readonly number[]);
  const labels = network.domainName === "" ? [name] : [name, ...network.domainName.split(".")];
  if (!isCanonical) return ascii(labels.join("."));
  const octets = labels.flatMap((label) => [label.length, ...ascii(label)]);
  return labels.length === 1 ? octets : [...octets, 0];
}

/** What a reply of this kind must have (rules 18, 43, 70, 74). */
function mustHave(answer: Answer, told: Told, { asked, fits }: OptionsContext): readonly number[] {
  if (answer === "nak") return [53, 54];
  const lease = answer === "inform ack" ? [] : [51];
  const list = joinedOf(asked.options, 55);
  const wanted = [...told.values.keys()].filter((code) => {
    if (answer === "inform ack" && OF_LEASE.has(code)) return false;
    if (isInField(code, told, list)) return false;
    return isWanted(code, told, list);
  });
  const size = wanted.map((code) => told.values.get(code) ?? "")
    .reduce((sum, value) => sum + withHeaders(value.length + 2), 0);
  const answered = [81, 97].map((code) => joinedOf(asked.options, code).length + 2)
    .reduce((sum, each) => sum + each) + 14 + NAME_ROOM;
  // Less the words of option 119, that its encoder may join; 36 for what is always there.
  const all = fits(240 + 36 + size + 3 + answered);
  return [53, 54, ...lease, ...(all && !asked.unsure ? wanted : [])];
}

/** The client's own name in option 81 may be longer than the one that it sent. */
const NAME_ROOM = 40;

function isWanted(code: number, told: Told, list: readonly number[]): boolean {
  if (list.includes(code) || told.always.has(code) || told.named.has(code)) return true;
  return list.length === 0 && !told.listedOnly.has(code);
}

/** Whether an option's value stands in the fixed part (rule 89). */
function isInField(code: number, told: Told, list: readonly number[]): boolean {
  const field = code === 67 ? told.file : code === 66 ? told.sname : [];
  return field.length > 0 && !list.includes(code);
}

/** What a reply of this kind may have. */
function mayHave(answer: Answer, told: Told, { asked }: OptionsContext): ReadonlySet<number> {
  const echoes = [61, 82];
  if (answer === "nak") return new Set([53, 54, 56, ...echoes]);
  const list = joinedOf(asked.options, 55);
  const may = new Set([1, 28, 52, 53, 54, 51, 58, 59, 60, 80, 81, 97, ...echoes]);
  for (const code of told.values.keys()) {
    const fits = !isInField(code, told, list) && isWanted(code, told, list);
    if (fits || asked.unsure) may.add(code);
  }
  if (answer === "inform ack") { for (const code of OF_LEASE) may.delete(code); }
  return may;
}
