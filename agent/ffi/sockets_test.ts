import assert from "node:assert/strict";
import { freePort } from "../testing/free_port.ts";
import {
  bindTcpListener,
  closeDescriptor,
  openUdpSocket,
  setReceiveBuffer,
  socketProblem,
} from "./sockets.ts";

const LOOPBACK_INDEX = 1;
const LOOPBACK = 0x7f000001;

Deno.test("openUdpSocket is bound to its interface, also beside another one on the same port, which nobody else gets", () => {
  const port = freePort();
  const both = [openUdpSocket("lo", port), openUdpSocket("lo", port)];
  const options = { transport: "udp", hostname: "127.0.0.1", port } as const;
  assert.throws(() => Deno.listenDatagram(options), Deno.errors.AddrInUse);
  for (const descriptor of both) {
    assert.equal(socketProblem(descriptor, LOOPBACK_INDEX), undefined);
    closeDescriptor(descriptor);
  }
  Deno.listenDatagram(options).close();
});

Deno.test("openUdpSocket says what it cannot have, and keeps no descriptor", () => {
  const free = openUdpSocket("lo", 0);
  closeDescriptor(free);
  assert.throws(
    () => openUdpSocket("no-such-link", 0),
    /^SystemCallError: Cannot bind a socket to the interface no-such-link: setsockopt: ENODEV$/,
  );
  const next = openUdpSocket("lo", 0);
  assert.equal(next, free);
  closeDescriptor(next);
});

Deno.test("setReceiveBuffer answers what was given", () => {
  const descriptor = openUdpSocket("lo", 0);
  assert.equal(setReceiveBuffer(descriptor, 65_536), 65_536);
  closeDescriptor(descriptor);
});

Deno.test("socketProblem tells of a socket that is bound to another interface, and of one that is closed", () => {
  const descriptor = openUdpSocket("lo", 0);
  assert.equal(socketProblem(descriptor, 7), "it is bound to the interface of index 1, not 7");
  closeDescriptor(descriptor);
  assert.equal(socketProblem(999_999, 7), "it is closed");
});

Deno.test("bindTcpListener finds the listener by its address and port, and tells where there is none", () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  bindTcpListener({ address: LOOPBACK, port }, "lo");
  assert.throws(
    () => bindTcpListener({ address: LOOPBACK, port }, "no-such-link"),
    /Cannot bind a socket to the interface no-such-link: setsockopt: ENODEV$/,
  );
  assert.throws(
    () => bindTcpListener({ address: LOOPBACK + 1, port }, "lo"),
    new RegExp(`Cannot find the descriptor of the TCP socket on: 127\\.0\\.0\\.2:${port}$`),
  );
});
