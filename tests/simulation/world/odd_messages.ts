/**
 * Messages of clients that are wrong, or that somebody else sends in their name.
 *
 * @module
 */
import { type DhcpOption, encode, MessageType } from "../../../core/dhcp/mod.ts";
import { macToBytes } from "../../../core/net/mod.ts";
import type { SimClient } from "./dhcp_client.ts";
import { ALL, type Station } from "./segment.ts";

/** What somebody asks for, or gives back, of an address that may not be his. */
export const CLAIMS = [
  "reboot",
  "select",
  "renew",
  "named renewal",
  "inform",
  "release",
  "decline",
] as const;

/** One of {@linkcode CLAIMS}. */
export type Claim = typeof CLAIMS[number];

/** Who forges, and what. */
interface Forgery {
  readonly claim: Claim;
  readonly address: number;
  /** The relay that it says to have come by. */
  readonly giaddr?: number;
}

/** What nobody waits for an answer to. */
const XID = 1;
const EVERYBODY = 0xffffffff;
const FORGER_MAC = 0x02_ef_00_00_00_01;

/** A client's machine asks for an address that is not its own, or gives it back, beside what its client does. */
export function claimAnothers(
  client: SimClient,
  { claim, address, server }: {
    readonly claim: Claim;
    readonly address: number;
    readonly server: number;
  },
): void {
  send(client, { claim, address, server, mac: client.mac });
}

/** Somebody on the network speaks in a client's name. */
export function forge(victim: SimClient, { claim, address, giaddr = 0 }: Forgery): void {
  const { mac, segment, lease } = victim;
  const forger = { name: "forger", mac: FORGER_MAC, segment, receive: () => undefined };
  send(forger, { claim, address, mac, giaddr, server: lease?.server ?? 0 });
}

function send(
  sender: Station & { readonly segment: SimClient["segment"] },
  { claim, address, server, mac, giaddr = 0 }: {
    readonly claim: Claim;
    readonly address: number;
    readonly server: number;
    readonly mac: number;
    readonly giaddr?: number;
  },
): void {
  const { type, uses, asks, names } = FORMS[claim];
  const options: DhcpOption[] = [{ code: 53, value: type }];
  if (asks) options.push({ code: 50, value: address });
  if (names) options.push({ code: 54, value: server });
  sender.segment.send(sender, {
    kind: "dhcp",
    from: sender.mac,
    to: ALL,
    source: uses ? address : 0,
    destination: EVERYBODY,
    port: 67,
    payload: encode({
      op: 1,
      xid: XID,
      ciaddr: uses ? address : 0,
      giaddr,
      chaddr: macToBytes(mac),
      options,
    }),
  });
}

/** RFC 2131 table 5: whether the address is in `ciaddr`, in option 50, and whether the server is named. */
const FORMS: Readonly<
  Record<Claim, {
    readonly type: number;
    readonly uses?: true;
    readonly asks?: true;
    readonly names?: true;
  }>
> = {
  reboot: { type: MessageType.Request, asks: true },
  select: { type: MessageType.Request, asks: true, names: true },
  renew: { type: MessageType.Request, uses: true },
  "named renewal": { type: MessageType.Request, uses: true, names: true },
  inform: { type: MessageType.Inform, uses: true },
  release: { type: MessageType.Release, uses: true, names: true },
  decline: { type: MessageType.Decline, asks: true, names: true },
};
