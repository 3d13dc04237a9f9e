import { strictEqual, throws } from "node:assert/strict";
import { libc, Sys } from "./libc.ts";
import { PacketSender } from "./packet_sender.ts";
import { closeDescriptor } from "./sockets.ts";

/** A socket of another family, which takes no address of the link layer: nobody but root may open one that does. */
function openUdp(): number {
  return libc().socket(Sys.AF_INET, Sys.SOCK_DGRAM | Sys.SOCK_CLOEXEC, 0);
}

Deno.test("PacketSender hands a packet to the kernel, says why that did not take it, and leaves no descriptor open", () => {
  const free = openUdp();
  closeDescriptor(free);
  {
    using sender = new PacketSender(openUdp);
    throws(
      () => sender.send(new Uint8Array(28), { index: 1, protocol: Sys.ETH_P_ARP }),
      /^SystemCallError: Cannot send a packet: sendmmsg: errno 97$/,
    );
  }
  const next = openUdp();
  strictEqual(next, free);
  closeDescriptor(next);
});
