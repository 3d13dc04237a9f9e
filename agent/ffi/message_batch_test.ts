import assert from "node:assert/strict";
import { writeInternetAddress } from "./frames.ts";
import { Errno } from "./libc.ts";
import { MessageBatch, SlotMemory } from "./message_batch.ts";
import { freePort } from "../testing/free_port.ts";
import { closeDescriptor, openUdpSocket } from "./sockets.ts";

const LOOPBACK = 0x7f000001;

/** Two sockets on loopback. */
function pair() {
  const ports = [freePort(), freePort()] as const;
  const [one, other] = [openUdpSocket("lo", ports[0]), openUdpSocket("lo", ports[1])];
  return {
    one,
    other,
    port: (descriptor: number) => ports[descriptor === one ? 0 : 1],
    [Symbol.dispose]() {
      closeDescriptor(one);
      closeDescriptor(other);
    },
  };
}

Deno.test("MessageBatch sends from the slots it is pointed to, and receives lengths and sources", () => {
  using sockets = pair();
  const data = new SlotMemory(4, 64);
  const sending = new MessageBatch({ messages: 4, data, dataOffset: 4, nameBytes: 16 });
  const to = { destinationAddress: LOOPBACK, destinationPort: sockets.port(sockets.other) };
  // Slot 3 goes first, slot 1 second.
  for (const [message, slot] of [3, 1].entries()) {
    data.at(slot).set([0, 0, 0, 0, slot, slot], 0);
    sending.point(message, { slot, length: slot });
    writeInternetAddress(sending.names.at(message), to);
  }
  const receiving = new MessageBatch({ messages: 4, data: new SlotMemory(4, 64), nameBytes: 16 });
  // The second time over the lengths that the kernel wrote the first time.
  for (const _time of [1, 2]) {
    assert.equal(sending.send(sockets.one, { from: 0, to: 2 }), 2);
    assert.equal(receiving.receive(sockets.other), 2);
    assert.deepEqual([...receiving.data(0).subarray(0, receiving.length(0))], [3, 3, 0]);
    assert.deepEqual([...receiving.data(1).subarray(0, receiving.length(1))], [1]);
    const name = receiving.names.at(1);
    assert.equal(((name[2] ?? 0) << 8) | (name[3] ?? 0), sockets.port(sockets.one));
    name.fill(0);
  }
});

Deno.test("MessageBatch sends a part of its messages", () => {
  using sockets = pair();
  const data = new SlotMemory(3, 8);
  const sending = new MessageBatch({ messages: 3, data, nameBytes: 16 });
  for (let slot = 0; slot < 3; slot++) {
    data.at(slot).fill(slot);
    writeInternetAddress(sending.names.at(slot), {
      destinationAddress: LOOPBACK,
      destinationPort: sockets.port(sockets.other),
    });
  }
  assert.equal(sending.send(sockets.one, { from: 1, to: 3 }), 2);
  const receiving = new MessageBatch({ messages: 3, data: new SlotMemory(3, 8) });
  assert.equal(receiving.receive(sockets.other), 2);
  assert.equal(receiving.data(0)[0], 1);
});

Deno.test("MessageBatch does not wait where nothing is there", () => {
  using sockets = pair();
  const receiving = new MessageBatch({ messages: 1, data: new SlotMemory(1, 8) });
  assert.equal(receiving.receive(sockets.one), -Errno.EAGAIN);
});

Deno.test("SlotMemory has no slots but its own, none of which reaches into the next", () => {
  const memory = new SlotMemory(2, 8);
  memory.at(0).fill(7);
  assert.deepEqual([...memory.at(1)], [0, 0, 0, 0, 0, 0, 0, 0]);
  assert.throws(() => memory.at(2), /no such slot: 2/);
});
