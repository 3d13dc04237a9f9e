import assert from "node:assert/strict";
import { Epoll } from "./epoll.ts";
import { libc } from "./libc.ts";
import { closeDescriptor } from "./sockets.ts";

/** A descriptor that can be read. */
function readable(): number {
  const descriptor = libc().eventfd(0, 0x80800);
  libc().write(descriptor, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0), 8);
  return descriptor;
}

Deno.test("Epoll finds every descriptor that can be read, each time, and none that was removed", () => {
  const epoll = new Epoll();
  const descriptors = Array.from({ length: 5 }, readable);
  for (const descriptor of descriptors) epoll.add(descriptor);
  const found = () => Array.from({ length: epoll.wait(0) }, (_, at) => epoll.found(at)).sort();
  assert.deepEqual(found(), descriptors.toSorted());
  epoll.remove(descriptors[2] ?? -1);
  for (let time = 0; time < 2; time++) {
    assert.deepEqual(found(), descriptors.filter((_, at) => at !== 2).sort());
  }
  for (const descriptor of descriptors) closeDescriptor(descriptor);
  epoll.close();
});

Deno.test("Epoll waits on another thread until there is something, or somebody wakes it", async () => {
  const epoll = new Epoll();
  const descriptor = libc().eventfd(0, 0x80800);
  epoll.add(descriptor);
  let waits = true;
  const waiting = epoll.waitElsewhere().then(() => waits = false);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(waits, true);
  libc().write(descriptor, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0), 8);
  await waiting;
  epoll.remove(descriptor);
  const again = epoll.waitElsewhere();
  epoll.wake();
  await again;
  closeDescriptor(descriptor);
  epoll.close();
});

Deno.test("Epoll says what it cannot wait for", () => {
  const epoll = new Epoll();
  assert.throws(() => epoll.add(999_999), /^SystemCallError: Cannot wait for packets: epoll_ctl:/);
  epoll.close();
});

Deno.test("Epoll keeps no descriptor where it cannot have what it is woken by", () => {
  const free = readable();
  closeDescriptor(free);
  const fault = () => {
    throw new TypeError("A fault");
  };
  assert.throws(() => new Epoll(fault), /A fault/);
  assert.throws(() => new Epoll(() => 999_999), /Cannot wait for packets: epoll_ctl:/);
  const next = readable();
  assert.equal(next, free);
  closeDescriptor(next);
});
