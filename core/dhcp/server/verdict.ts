/**
 * What became of a request, as one small number: the action and its reason together.
 *
 * @module
 */

/**
 * Everything that can become of a datagram. Each value is an action and its reason; {@linkcode actionOf} gives the
 * action, {@linkcode VERDICT_NAMES} the label for metrics.
 */
export const Verdict = {
  /** DHCPOFFER of the client's address. */
  Offer: 0,
  /** DHCPACK that gives or extends the lease. */
  Ack: 1,
  /** DHCPACK to a DHCPINFORM: parameters without a lease. */
  InformAck: 2,
  /** BOOTREPLY to a client that speaks BOOTP only (RFC 951). */
  BootReply: 3,

  /** DHCPNAK: the client asks us, and has no lease. */
  NakNoLease: 4,
  /** DHCPNAK: the client's address is another one. */
  NakWrongAddress: 5,
  /** DHCPNAK: the address the client asks for is not of this network. */
  NakWrongNetwork: 6,
  /** DHCPNAK: a request in SELECTING without a requested address. */
  NakNoAddress: 7,
  /** DHCPNAK: the address became held after it was offered. */
  NakHeld: 8,

  /** Silence; the client declined its address. To be reported. */
  Declined: 9,
  /** Silence; the client released its address. May be recorded. */
  Released: 10,

  /** Silence: no pool is loaded for the network yet. */
  NotServed: 11,
  /** Silence: the client has no lease here; another server may know it. */
  UnknownClient: 12,
  /** Silence: the client chose or names another server. */
  OtherServer: 13,
  /** Silence: the client's address is held because of a conflict. */
  AddressHeld: 14,
  /** Silence: a DHCPREQUEST that fits no client state. */
  NoState: 15,
  /** Silence: a DHCPDECLINE that is not for this server and the client's own address. */
  DeclineIgnored: 16,
  /** Silence: a DHCPRELEASE that is not for this server and the client's own address. */
  ReleaseIgnored: 17,
  /** Silence: a DHCPINFORM from outside the network, or from nowhere. */
  InformIgnored: 18,
  /** Silence: a BOOTP request where BOOTP is not enabled. */
  BootpIgnored: 19,
  /** Silence: a NAK was due, but this client had its share of them. */
  NakLimited: 20,
  /** Silence: relayed by an address that is not of the network, or is this server's own. */
  RelayOutside: 21,
  /** Silence: as many relays as are answered on one network ask already. */
  RelayLimited: 22,
  /** Silence: a NAK was due, but what is known of the network may be old. */
  NakUnsure: 23,

  /** Dropped: shorter than the fixed part and the cookie. */
  TooShort: 24,
  /** Dropped: no magic cookie. */
  NoCookie: 25,
  /** Dropped: `op` is not BOOTREQUEST. */
  NotARequest: 26,
  /** Dropped: a message type that clients do not send. */
  UnexpectedType: 27,
  /** Dropped: an option runs past its field, or `hlen` or option 52 or 53 has a value that does not exist. */
  Malformed: 28,
  /** Dropped: an option of a fixed length has another. */
  WrongOptionLength: 29,
  /** Dropped: the buffer for the reply is too small. */
  NoRoom: 30,
} as const;

/** One of {@linkcode Verdict}. */
export type Verdict = typeof Verdict[keyof typeof Verdict];

/** What {@linkcode RequestView.parse} answers: `Ok`, or the verdict on a datagram that cannot be read. */
export const ParseResult = {
  Ok: -1,
  TooShort: Verdict.TooShort,
  NoCookie: Verdict.NoCookie,
  NotARequest: Verdict.NotARequest,
  Malformed: Verdict.Malformed,
  WrongOptionLength: Verdict.WrongOptionLength,
} as const;

/** One of {@linkcode ParseResult}. */
export type ParseResult = typeof ParseResult[keyof typeof ParseResult];

/** What was done. */
export type VerdictAction = "offer" | "ack" | "nak" | "record" | "silence" | "drop";

/** Label of each verdict for metrics and logs, in snake case; index by {@linkcode Verdict}. */
export const VERDICT_NAMES: readonly string[] = Object.keys(Verdict).map((name) =>
  name.replace(/(?<!^)[A-Z]/g, "_$&").toLowerCase()
);

/**
 * What was done, for a verdict.
 *
 * @example
 * ```ts
 * import { actionOf, Verdict } from "@vm-dhcp/vm-dhcp/dhcp";
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(actionOf(Verdict.NakWrongAddress), "nak");
 * strictEqual(actionOf(Verdict.UnknownClient), "silence");
 * ```
 */
export function actionOf(verdict: Verdict): VerdictAction {
  if (verdict === Verdict.Offer) return "offer";
  if (verdict <= Verdict.BootReply) return "ack";
  if (verdict <= Verdict.NakHeld) return "nak";
  if (verdict <= Verdict.Released) return "record";
  if (verdict <= Verdict.NakUnsure) return "silence";
  return "drop";
}
