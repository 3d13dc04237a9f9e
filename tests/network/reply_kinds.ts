/**
 * Every kind of reply that there is, and the packet that earns it.
 *
 * @module
 */
import type { DhcpMessageInit, DhcpOption } from "../../core/dhcp/mod.ts";
import { parseIPv4 } from "../../core/net/mod.ts";
import { discover, type RawClient, request, selecting } from "./raw_client.ts";

/** The server, its client's address, and a relay on the same segment. */
export const SERVER = "192.168.48.77";
export const ADDRESS = "192.168.48.81";
export const RELAY = "192.168.48.200";

/** Where an ordinary message of the client or the relay comes from and goes to. */
export const FROM_LEASE = { source: ADDRESS, destination: SERVER } as const;
export const FROM_RELAY = { source: RELAY, sourcePort: 67, destination: SERVER } as const;

/** DHCPDISCOVER by the relay. */
export function relayed(options: readonly DhcpOption[] = []): DhcpMessageInit {
  return { ...discover({ giaddr: parseIPv4(RELAY), hops: 1, options }) } as DhcpMessageInit;
}

/** A kind of reply. */
interface ReplyKind {
  readonly name: string;
  /** What is asked. */
  readonly ask: Parameters<RawClient["ask"]>[0];
  /** Option 53 of the reply; `undefined`: none. */
  readonly type: number | undefined;
  /** Its IP destination. */
  readonly to: string;
  /** Its `yiaddr` and `ciaddr`. */
  readonly yiaddr: string;
  readonly ciaddr: string;
}

const NOBODY = "0.0.0.0";
const EVERYBODY = "255.255.255.255";
const LEASED = { to: ADDRESS, yiaddr: ADDRESS, ciaddr: NOBODY };
const RENEWED = { to: ADDRESS, yiaddr: ADDRESS, ciaddr: ADDRESS };
const WITHOUT_LEASE = { yiaddr: NOBODY, ciaddr: NOBODY };
const WRONG = selecting("192.168.48.99", SERVER);
const INFORM = [{ code: 53, value: 8 }] as const;

/** All kinds, on a pool that speaks BOOTP. */
export const REPLY_KINDS: readonly ReplyKind[] = [
  { name: "OFFER", ask: { message: discover({ secs: 9 }) }, type: 2, ...LEASED },
  {
    name: "OFFER as a broadcast",
    ask: { message: discover({ flags: 0x8000 }) },
    type: 2,
    ...{ ...LEASED, to: EVERYBODY },
  },
  {
    name: "ACK in SELECTING",
    ask: { message: request(selecting(ADDRESS, SERVER)) },
    type: 5,
    ...LEASED,
  },
  {
    name: "ACK in SELECTING as a broadcast",
    ask: { message: request(selecting(ADDRESS, SERVER), { flags: 0x8000 }) },
    type: 5,
    ...{ ...LEASED, to: EVERYBODY },
  },
  {
    name: "ACK in INIT-REBOOT",
    ask: { message: request([{ code: 50, value: parseIPv4(ADDRESS) }]) },
    type: 5,
    ...LEASED,
  },
  {
    name: "ACK in RENEWING",
    ask: { ...FROM_LEASE, message: request([], { ciaddr: parseIPv4(ADDRESS) }) },
    type: 5,
    ...RENEWED,
  },
  {
    name: "ACK in REBINDING, with the broadcast bit",
    ask: { source: ADDRESS, message: request([], { ciaddr: parseIPv4(ADDRESS), flags: 0x8000 }) },
    type: 5,
    ...RENEWED,
  },
  {
    name: "ACK to an INFORM with ciaddr",
    ask: { ...FROM_LEASE, message: { options: INFORM, ciaddr: parseIPv4(ADDRESS) } },
    type: 5,
    ...{ ...RENEWED, yiaddr: NOBODY },
  },
  {
    name: "ACK to an INFORM without ciaddr",
    ask: { ...FROM_LEASE, message: { options: INFORM } },
    type: 5,
    ...{ ...WITHOUT_LEASE, to: ADDRESS },
  },
  {
    name: "NAK",
    ask: { message: request(WRONG) },
    type: 6,
    ...{ ...WITHOUT_LEASE, to: EVERYBODY },
  },
  {
    name: "OFFER to a relay",
    ask: { ...FROM_RELAY, message: relayed() },
    type: 2,
    ...{ ...LEASED, to: RELAY },
  },
  {
    name: "ACK to a relay, with the broadcast bit",
    ask: {
      ...FROM_RELAY,
      message: request(selecting(ADDRESS, SERVER), { giaddr: parseIPv4(RELAY), flags: 0x8000 }),
    },
    type: 5,
    ...{ ...LEASED, to: RELAY },
  },
  {
    name: "NAK to a relay",
    ask: { ...FROM_RELAY, message: request(WRONG, { giaddr: parseIPv4(RELAY) }) },
    type: 6,
    ...{ ...WITHOUT_LEASE, to: RELAY },
  },
  { name: "BOOTREPLY", ask: { message: { options: [] } }, type: undefined, ...LEASED },
];
