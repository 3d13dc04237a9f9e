/**
 * What servers offer, read from the packets themselves.
 *
 * @module
 */
import { formatIPv4, ipv4FromBytes, macToBytes, parseMac } from "../../core/net/mod.ts";
import { udpFrame } from "../network/packets.ts";
import type { RawClient } from "../network/raw_client.ts";
import { until } from "../network/wait.ts";

/** A client that asks. */
export interface Asking {
  readonly macAddress: string;
  /** Codes that it asks for. */
  readonly asksFor: readonly number[];
  /** Code -> octets of further options. */
  readonly says?: Readonly<Record<number, Uint8Array>>;
}

/** What a server offers. */
export interface Offer {
  readonly address: string;
  readonly nextServer: string;
  readonly serverName: string;
  readonly bootFile: string;
  /** Code -> octets in hexadecimal. */
  readonly options: Readonly<Record<number, string>>;
}

/** Ethernet, IP and UDP. */
const HEADERS = 14 + 20 + 8;
const OPTIONS_AT = 240;
const MAGIC = [99, 130, 83, 99];
const DISCOVER = 1;
/** Octets of the largest message that the client takes. */
const TAKES = 1_400;

let lastXid = 0x0107_0000;

/** Asks by broadcast, again and again, until a server answers. */
export async function offerFor(client: RawClient, asking: Asking): Promise<Offer> {
  const xid = ++lastXid;
  const frame = udpFrame({ sourceMac: asking.macAddress }, message(xid, asking));
  let next = 0;
  return await until(() => {
    const answer = client.frames().map((one) => one.subarray(HEADERS)).find((payload) =>
      payload[0] === 2 && payload.length > OPTIONS_AT && view(payload).getUint32(4) === xid
    );
    if (answer !== undefined) return readOffer(answer);
    if (performance.now() >= next) {
      next = performance.now() + 500;
      client.sendFrame(frame);
    }
    return undefined;
  }, { what: `${asking.macAddress} is offered an address`, timeoutMs: 60_000, everyMs: 10 });
}

function message(xid: number, { macAddress, asksFor, says = {} }: Asking): Uint8Array {
  const options = [
    ...[53, 1, DISCOVER, 57, 2, TAKES >> 8, TAKES & 0xff],
    ...(asksFor.length === 0 ? [] : [55, asksFor.length, ...asksFor]),
    ...Object.entries(says).flatMap(([code, octets]) => [Number(code), octets.length, ...octets]),
    255,
  ];
  const payload = new Uint8Array(Math.max(300, OPTIONS_AT + options.length));
  payload.set([1, 1, 6, 0]);
  view(payload).setUint32(4, xid);
  // Answers by broadcast.
  view(payload).setUint16(10, 0x8000);
  payload.set(macToBytes(parseMac(macAddress)), 28);
  payload.set([...MAGIC, ...options], OPTIONS_AT - MAGIC.length);
  return payload;
}

function readOffer(payload: Uint8Array): Offer {
  const options: Record<number, string> = {};
  for (let at = OPTIONS_AT; at < payload.length && payload[at] !== 255;) {
    const code = payload[at] ?? 0;
    const length = code === 0 ? -1 : payload[at + 1] ?? 0;
    const value = payload.subarray(at + 2, at + 2 + length);
    // What is too long for one option is in several (RFC 3396).
    if (code !== 0) options[code] = (options[code] ?? "") + value.toHex();
    at += 2 + length;
  }
  return {
    address: formatIPv4(ipv4FromBytes(payload, 16)),
    nextServer: formatIPv4(ipv4FromBytes(payload, 20)),
    serverName: text(payload.subarray(44, 108)),
    bootFile: text(payload.subarray(108, 236)),
    options,
  };
}

function text(octets: Uint8Array): string {
  return new TextDecoder().decode(octets).replace(/\0.*$/s, "");
}

function view(octets: Uint8Array): DataView {
  return new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
}
