/**
 * A socket to the kernel's route netlink: requests that are answered at once, and events.
 *
 * @module
 */
import { checked, Errno, libc, Sys, SystemCallError } from "./libc.ts";
import {
  decodeMessages,
  encodeRequest,
  errorOf,
  NetlinkFlag,
  type NetlinkMessage,
  Rtm,
} from "./netlink_message.ts";
import { MessageBatch, SlotMemory } from "./message_batch.ts";

/** Large enough for any part of a dump (the kernel sends at most 32 KiB at once). */
const BUFFER_BYTES = 32_768;
const SOCKADDR_NL_BYTES = 12;

/** One netlink socket. The kernel answers within the call, so nothing here waits. */
export class NetlinkSocket implements Disposable {
  readonly #descriptor: number;
  readonly #received: MessageBatch;
  #sequence = 0;
  #open = true;

  /** Opens the socket; with `groups` (of `NetlinkGroup`) it hears their events. `received`: what it receives into. */
  constructor({ groups = 0, received = receiveBuffer() }: {
    readonly groups?: number;
    readonly received?: MessageBatch;
  } = {}) {
    this.#received = received;
    const type = Sys.SOCK_RAW | Sys.SOCK_CLOEXEC | Sys.SOCK_NONBLOCK;
    const action = "Cannot open a netlink socket";
    this.#descriptor = checked(libc().socket(Sys.AF_NETLINK, type, Sys.NETLINK_ROUTE), {
      action,
      call: "socket",
    });
    const address = new Uint8Array(SOCKADDR_NL_BYTES);
    const view = new DataView(address.buffer);
    view.setUint16(0, Sys.AF_NETLINK, true);
    view.setUint32(8, groups, true);
    try {
      checked(libc().bind(this.#descriptor, address, address.length), { action, call: "bind" });
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** Asks for a list and gives each answer to `each`; the message is only valid within the call. */
  dump(type: number, body: Uint8Array, each: (message: NetlinkMessage) => void): void {
    const sequence = this.#send({
      type,
      flags: NetlinkFlag.DUMP,
      body,
      action: "Cannot list by netlink",
    });
    this.#answers("Cannot list by netlink", (message) => {
      if (message.sequence !== sequence) return false;
      if (message.type === Rtm.DONE) return true;
      each(message);
      return false;
    });
  }

  /** Asks for a change, or for one answer, which goes to `each`. Throws {@linkcode SystemCallError} where refused. */
  request(
    options: {
      readonly type: number;
      readonly flags?: number;
      readonly body: Uint8Array;
      readonly action: string;
    },
    each?: (message: NetlinkMessage) => void,
  ): void {
    const flags = (options.flags ?? 0) | (each === undefined ? NetlinkFlag.ACK : 0);
    const sequence = this.#send({ ...options, flags });
    this.#answers(options.action, (message) => {
      if (message.sequence !== sequence) return false;
      if (message.type !== Rtm.ERROR) each?.(message);
      return true;
    });
  }

  /** Throws away the events that wait; whether there were any, or some were lost. */
  drainEvents(): boolean {
    let any = false;
    while (this.#open) {
      const count = this.#received.receive(this.#descriptor);
      if (count <= 0 && count !== -Errno.ENOBUFS) return any;
      any = true;
    }
    return any;
  }

  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    libc().close(this.#descriptor);
  }

  #send(
    options: {
      readonly type: number;
      readonly flags: number;
      readonly body: Uint8Array;
      readonly action: string;
    },
  ): number {
    const sequence = ++this.#sequence;
    const bytes = encodeRequest(
      { type: options.type, flags: options.flags, sequence },
      options.body,
    );
    const batch = new MessageBatch({ messages: 1, data: new SlotMemory(1, bytes.length) });
    batch.data(0).set(bytes);
    const sent = batch.send(this.#descriptor, { from: 0, to: 1 });
    checked(sent, { action: options.action, call: "sendmmsg", errno: -sent });
    return sequence;
  }

  /** Reads until `done` says that it has all, an error is answered, or nothing more comes. */
  #answers(action: string, done: (message: NetlinkMessage) => boolean): void {
    while (true) {
      const count = this.#received.receive(this.#descriptor);
      if (count === -Errno.EINTR) continue;
      checked(count, { action, call: "recvmmsg", errno: -count });
      const bytes = this.#received.data(0).subarray(0, this.#received.length(0));
      for (const message of decodeMessages(bytes)) {
        const errno = message.type === Rtm.ERROR ? errorOf(message) : 0;
        if (errno !== 0 && message.sequence === this.#sequence) {
          throw new SystemCallError(action, { call: "netlink", errno });
        }
        if (done(message)) return;
      }
    }
  }
}

function receiveBuffer(): MessageBatch {
  return new MessageBatch({ messages: 1, data: new SlotMemory(1, BUFFER_BYTES) });
}
