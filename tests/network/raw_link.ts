/**
 * A guest's `eth0` without its kernel's help: whole frames out and in.
 *
 * @module
 */
import { checked, libc, Sys } from "../../agent/ffi/libc.ts";
import { SOCKADDR_LL_BYTES, writeLinkAddress } from "../../agent/ffi/frames.ts";
import { MessageBatch, SlotMemory } from "../../agent/ffi/message_batch.ts";
import { closeDescriptor } from "../../agent/ffi/sockets.ts";
import { LinuxNetwork } from "../../agent/host/linux_network.ts";
import type { Guest } from "./guest.ts";
import { inNetworkOf } from "./namespaces.ts";

const ETH_P_ALL = 0x0003;
const FRAME_BYTES = 2_048;
const BATCH = 64;
const RECEIVE_BUFFER = 8 * 1024 * 1024;

/** A packet socket on the `eth0` of a guest. */
export class RawLink implements Disposable {
  readonly #descriptor: number;
  readonly #received = new MessageBatch({
    messages: BATCH,
    data: new SlotMemory(BATCH, FRAME_BYTES),
  });

  /** Opens the socket in the guest's network. */
  constructor(guest: Guest) {
    this.#descriptor = inNetworkOf(guest.processId, open);
  }

  /** Sends frames, all by one call. */
  send(...frames: readonly Uint8Array[]): void {
    const data = new SlotMemory(frames.length, FRAME_BYTES);
    const batch = new MessageBatch({ messages: frames.length, data });
    for (const [slot, frame] of frames.entries()) {
      data.at(slot).set(frame);
      batch.point(slot, { slot, length: frame.length });
    }
    let from = 0;
    while (from < frames.length) {
      const sent = batch.send(this.#descriptor, { from, to: frames.length });
      from += checked(sent, { action: "Cannot send frames", call: "sendmmsg", errno: -sent });
    }
  }

  /** The frames that came since the last call. */
  take(): Uint8Array[] {
    const frames: Uint8Array[] = [];
    while (true) {
      const count = this.#received.receive(this.#descriptor);
      if (count <= 0) return frames;
      for (let message = 0; message < count; message++) {
        frames.push(this.#received.data(message).slice(0, this.#received.length(message)));
      }
    }
  }

  [Symbol.dispose](): void {
    closeDescriptor(this.#descriptor);
  }
}

function open(): number {
  using network = new LinuxNetwork();
  const index = network.read().links.get("eth0")?.index;
  if (index === undefined) throw new Error("Cannot open a raw link: the guest has no eth0");
  const type = Sys.SOCK_RAW | Sys.SOCK_CLOEXEC | Sys.SOCK_NONBLOCK;
  const action = "Cannot open a raw link";
  // The protocol is in network order.
  const descriptor = checked(libc().socket(Sys.AF_PACKET, type, ETH_P_ALL << 8), {
    action,
    call: "socket",
  });
  const size = new Uint8Array(Int32Array.of(RECEIVE_BUFFER).buffer);
  libc().setsockopt(descriptor, Sys.SOL_SOCKET, Sys.SO_RCVBUFFORCE, size, size.length);
  const address = new Uint8Array(SOCKADDR_LL_BYTES);
  writeLinkAddress(address, { index, protocol: ETH_P_ALL });
  checked(libc().bind(descriptor, address, 20), { action, call: "bind" });
  return descriptor;
}
