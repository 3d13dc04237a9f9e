import assert from "node:assert/strict";
import { Errno, SystemCallError } from "./libc.ts";
import { ScriptedBatch } from "../testing/scripted_batch.ts";
import { NetlinkSocket } from "./netlink.ts";
import { encodeRequest, linkDump, linkOf, NETLINK_HEADER, Rtm } from "./netlink_message.ts";

/** Answers as it is told, then as the kernel does. The first request of a socket has the sequence number 1. */
function scripted(...answers: readonly (number | Uint8Array)[]): ScriptedBatch {
  const told = answers.map((answer) => typeof answer === "number" ? answer : [answer]);
  return new ScriptedBatch({ messages: 1, bytes: 32_768 }, told);
}

/** A message of the kernel. */
function message(type: number, sequence: number, body: Uint8Array = new Uint8Array(4)): Uint8Array {
  return encodeRequest({ type, flags: 0, sequence }, body);
}

/** ERROR messages have the error number below zero. */
function error(errno: number, sequence: number): Uint8Array {
  return message(Rtm.ERROR, sequence, new Uint8Array(Int32Array.of(-errno).buffer));
}

function linkNames(socket: NetlinkSocket): string[] {
  const names: string[] = [];
  socket.dump(Rtm.GETLINK, linkDump(), (one) => names.push(linkOf(one)?.name ?? "?"));
  return names;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

Deno.test("NetlinkSocket lists the machine's interfaces, each time", () => {
  using socket = new NetlinkSocket();
  for (const _time of [1, 2]) assert.ok(linkNames(socket).includes("lo"));
});

Deno.test("NetlinkSocket goes on where a signal interrupts it", () => {
  using socket = new NetlinkSocket({ received: scripted(-Errno.EINTR, -Errno.EINTR) });
  assert.ok(linkNames(socket).includes("lo"));
});

Deno.test("NetlinkSocket says what it could not do where the kernel does not answer", () => {
  using socket = new NetlinkSocket({ received: scripted(-Errno.EAGAIN) });
  assert.throws(
    () => linkNames(socket),
    /^SystemCallError: Cannot list by netlink: recvmmsg: EAGAIN$/,
  );
});

Deno.test("NetlinkSocket does not take an answer to an earlier request for its own", () => {
  const received = scripted(
    joined(
      message(Rtm.NEWLINK, 0, new Uint8Array(16)),
      message(Rtm.DONE, 0),
      error(Errno.EPERM, 0),
    ),
  );
  using socket = new NetlinkSocket({ received });
  assert.ok(!linkNames(socket).includes("?"));
});

const REQUEST = { type: Rtm.NEWADDR, body: new Uint8Array(8), action: "Cannot add an address" };

Deno.test("NetlinkSocket throws the kernel's refusal, with what was wanted", () => {
  using socket = new NetlinkSocket({ received: scripted(error(Errno.EEXIST, 1)) });
  assert.throws(() => socket.request(REQUEST), (thrown) => {
    assert.ok(thrown instanceof SystemCallError);
    assert.equal(thrown.message, "Cannot add an address: netlink: EEXIST");
    assert.equal(thrown.errno, Errno.EEXIST);
    return true;
  });
});

Deno.test("NetlinkSocket is content with an acknowledgement, and gives no answer where there is none", () => {
  using socket = new NetlinkSocket({ received: scripted(error(0, 1)) });
  let answers = 0;
  socket.request(REQUEST, () => answers++);
  assert.equal(answers, 0);
});

Deno.test("NetlinkSocket gives the one answer of a request", () => {
  const received = scripted(message(Rtm.NEWNETCONF, 1, new Uint8Array(12)));
  using socket = new NetlinkSocket({ received });
  const lengths: number[] = [];
  socket.request(REQUEST, ({ body }) => lengths.push(body.byteLength + NETLINK_HEADER));
  assert.deepEqual(lengths, [28]);
});

Deno.test("NetlinkSocket tells of events that waited, and of some that were lost", () => {
  const event = message(Rtm.NEWLINK, 0);
  for (
    const [what, answers, any] of [
      ["nothing", [-Errno.EAGAIN], false],
      ["an event", [event, event, -Errno.EAGAIN], true],
      ["lost events", [-Errno.ENOBUFS, -Errno.EAGAIN], true],
    ] as const
  ) {
    using socket = new NetlinkSocket({ received: scripted(...answers) });
    assert.equal(socket.drainEvents(), any, what);
  }
});

Deno.test("NetlinkSocket hears nothing once it is closed", () => {
  const socket = new NetlinkSocket({ received: scripted(message(Rtm.NEWLINK, 0)) });
  socket[Symbol.dispose]();
  assert.equal(socket.drainEvents(), false);
});
