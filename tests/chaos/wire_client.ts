/**
 * What is said on the `eth0` of a guest, and heard there: DHCP messages, and ARP as a kernel does it.
 *
 * @module
 */
import type { DhcpMessage, DhcpMessageInit, DhcpOption } from "../../core/dhcp/mod.ts";
import { formatIPv4 } from "../../core/net/mod.ts";
import type { Guest } from "../network/guest.ts";
import { arpQuestion, arpReply, readArp, readReply } from "../network/packets.ts";
import { discover, RawClient, request } from "../network/raw_client.ts";
import type { ClientLease, Speech } from "./exchange.ts";

/** A renewal that waits until the server's hardware address is known. */
interface Waiting {
  readonly xid: number;
  readonly lease: ClientLease;
}

/** A guest that has an address, and answers ARP for it. */
export class WireClient implements Speech, Disposable {
  readonly guest: Guest;
  readonly #raw: RawClient;
  readonly #address: string;
  #waiting: Waiting | undefined;

  constructor(guest: Guest, address: number) {
    this.guest = guest;
    this.#raw = new RawClient(guest);
    this.#address = formatIPv4(address);
  }

  discover(xid: number): void {
    this.#say(discover({ xid }));
  }

  select(xid: number, { address, server }: ClientLease): void {
    this.#say(request([{ code: 50, value: address }, { code: 54, value: server }], { xid }));
  }

  renew(xid: number, lease: ClientLease): void {
    this.#waiting = { xid, lease };
    this.#raw.sendFrame(arpQuestion({
      senderMac: this.guest.macAddress,
      senderAddress: this.#address,
      targetAddress: formatIPv4(lease.server),
    }));
  }

  rebind(xid: number, { address }: ClientLease): void {
    this.#say(request([], { xid, ciaddr: address }), { source: this.#address });
  }

  /** The replies that came since the last call. */
  replies(): DhcpMessage[] {
    return this.#raw.frames().flatMap((frame) => {
      const arp = readArp(frame);
      if (arp?.operation === 1 && arp.targetAddress === this.#address) {
        this.#raw.sendFrame(
          arpReply({ mac: this.guest.macAddress, address: this.#address }, arp),
        );
      }
      if (arp?.operation === 2) this.#resolved(arp.senderAddress, arp.senderMac);
      return readReply(frame)?.message ?? [];
    });
  }

  #resolved(address: string, mac: string): void {
    if (this.#waiting === undefined) return;
    const { xid, lease } = this.#waiting;
    if (formatIPv4(lease.server) !== address) return;
    this.#waiting = undefined;
    this.#say(request([], { xid, ciaddr: lease.address }), {
      source: this.#address,
      destination: address,
      destinationMac: mac,
    });
  }

  #say(
    message: Partial<DhcpMessageInit> & { readonly options: readonly DhcpOption[] },
    envelope: Partial<Parameters<RawClient["say"]>[0]> = {},
  ): void {
    this.#raw.say({ ...envelope, message });
  }

  [Symbol.dispose](): void {
    this.#raw[Symbol.dispose]();
  }
}
