import assert from "node:assert/strict";
import { openListener, setReceiveBuffer, socketProblem } from "./sockets.ts";

Deno.test("openListener finds the descriptor of each of many sockets", () => {
  const listeners = Array.from({ length: 50 }, () => openListener(0));
  try {
    // Freed numbers in between are taken by later sockets.
    for (const at of [3, 10, 20]) listeners[at]?.conn.close();
    const later = Array.from({ length: 3 }, () => openListener(0));
    const open = [...listeners.filter((_, at) => ![3, 10, 20].includes(at)), ...later];
    assert.equal(new Set(open.map(({ descriptor }) => descriptor)).size, open.length);
    for (const { descriptor } of later) assert.equal(socketProblem(descriptor, 0), undefined);
    for (const { conn } of later) conn.close();
  } finally {
    for (const [at, { conn }] of listeners.entries()) if (![3, 10, 20].includes(at)) conn.close();
  }
});

Deno.test("setReceiveBuffer answers what was given", () => {
  const { conn, descriptor } = openListener(0);
  assert.equal(setReceiveBuffer(descriptor, 65_536), 65_536);
  conn.close();
});

Deno.test("socketProblem tells of a socket that is not bound to the interface, and of one that is closed", () => {
  const { conn, descriptor } = openListener(0);
  assert.equal(socketProblem(descriptor, 7), "it is bound to the interface of index 0, not 7");
  conn.close();
  assert.equal(socketProblem(999_999, 7), "it is closed");
});
