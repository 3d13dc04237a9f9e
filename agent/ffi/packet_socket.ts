/**
 * Packet sockets that hear one kind of packet on one interface (packet(7)).
 *
 * @module
 */
import { SOCKADDR_LL_BYTES, writeLinkAddress } from "./frames.ts";
import { checked, libc, Sys } from "./libc.ts";
import { attachFilter, type PacketKind } from "./packet_filter.ts";
import { closeDescriptor } from "./sockets.ts";

/**
 * Opens a socket that hears packets of a kind on the interface of this index, and not what this machine sends. Needs
 * CAP_NET_RAW.
 */
export function openPacketListener(index: number, { protocol, filter }: PacketKind): number {
  const type = Sys.SOCK_DGRAM | Sys.SOCK_CLOEXEC | Sys.SOCK_NONBLOCK;
  // With protocol 0 it hears nothing until the filter is there and it is bound.
  const descriptor = checked(libc().socket(Sys.AF_PACKET, type, 0), {
    action: "Cannot open a packet socket",
    call: "socket",
  });
  try {
    attachFilter(descriptor, filter);
    const name = new Uint8Array(SOCKADDR_LL_BYTES);
    writeLinkAddress(name, { index, protocol });
    checked(libc().bind(descriptor, name, name.length), {
      action: "Cannot bind a packet socket",
      call: "bind",
    });
    return descriptor;
  } catch (error) {
    closeDescriptor(descriptor);
    throw error;
  }
}
