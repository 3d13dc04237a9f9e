/**
 * A DHCP client that says exactly what a test wants, and shows what comes back as it was on the wire.
 *
 * @module
 */
import type { DhcpMessageInit, DhcpOption } from "../../core/dhcp/mod.ts";
import { parseIPv4 } from "../../core/net/mod.ts";
import type { Guest } from "./guest.ts";
import {
  arpReply,
  dhcpFrame,
  type Envelope,
  readArp,
  readReply,
  type ReplyPacket,
} from "./packets.ts";
import { RawLink } from "./raw_link.ts";
import { until } from "./wait.ts";

/** A message and how it travels. */
type Saying = Partial<Envelope> & {
  readonly message: Partial<DhcpMessageInit> & Pick<DhcpMessageInit, "options">;
};

/** A client on the `eth0` of a guest. */
export class RawClient implements Disposable {
  readonly guest: Guest;
  readonly #link: RawLink;
  #xid = 0x1000;
  /** The address it answers ARP for. */
  address: string | undefined;

  constructor(guest: Guest) {
    this.guest = guest;
    this.#link = new RawLink(guest);
  }

  /** Sends a frame. */
  sendFrame(frame: Uint8Array): void {
    this.#link.send(frame);
  }

  /** Sends a message; answers its transaction id. */
  say({ message, ...envelope }: Saying): number {
    const xid = message.xid ?? ++this.#xid;
    this.#link.send(
      dhcpFrame({ sourceMac: this.guest.macAddress, ...envelope }, { ...message, xid }),
    );
    return xid;
  }

  /** Sends a message and waits for its reply. */
  async ask(saying: Saying): Promise<ReplyPacket> {
    return await this.reply(this.say(saying));
  }

  /** Waits for the reply to a transaction. */
  reply(xid: number): Promise<ReplyPacket> {
    return until(() => this.replies().find(({ message }) => message.xid === xid), {
      what: `transaction ${xid} is answered`,
      timeoutMs: 3_000,
      everyMs: 1,
    });
  }

  /** The replies that came since the last call. Answers ARP requests for its address on the way. */
  replies(): ReplyPacket[] {
    return this.#link.take().flatMap((frame) => {
      const arp = readArp(frame);
      if (arp?.operation === 1 && arp.targetAddress === this.address) {
        this.#link.send(arpReply({ mac: this.guest.macAddress, address: arp.targetAddress }, arp));
      }
      return readReply(frame) ?? [];
    });
  }

  /** The frames that came since the last call, of any kind. */
  frames(): Uint8Array[] {
    return this.#link.take();
  }

  [Symbol.dispose](): void {
    this.#link[Symbol.dispose]();
  }
}

/** DHCPDISCOVER. */
export function discover(extra: Partial<DhcpMessageInit> = {}): Saying["message"] {
  return { ...extra, options: [{ code: 53, value: 1 }, ...(extra.options ?? [])] };
}

/** DHCPREQUEST with these options. */
export function request(
  options: readonly DhcpOption[],
  extra: Partial<DhcpMessageInit> = {},
): Saying["message"] {
  return { ...extra, options: [{ code: 53, value: 3 }, ...options] };
}

/** Options of a DHCPREQUEST in SELECTING. */
export function selecting(address: string, server: string): DhcpOption[] {
  return [{ code: 50, value: parseIPv4(address) }, { code: 54, value: parseIPv4(server) }];
}
