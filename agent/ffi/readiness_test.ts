import assert from "node:assert/strict";
import { libc } from "./libc.ts";
import { Readiness } from "./readiness.ts";
import { closeDescriptor } from "./sockets.ts";

async function until(condition: () => boolean): Promise<void> {
  for (let round = 0; round < 2_000 && !condition(); round++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.ok(condition());
}

/** A descriptor that can be read, or not, at will. */
function event() {
  const descriptor = libc().eventfd(0, 0x80800);
  const octets = new Uint8Array(8);
  return {
    descriptor,
    fill: () => void libc().write(descriptor, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0), 8),
    drain: () => void libc().read(descriptor, octets, 8),
    [Symbol.dispose]: () => closeDescriptor(descriptor),
  };
}

Deno.test("Readiness tells of each descriptor that can be read, again and again, and of no other", async () => {
  using one = event();
  using other = event();
  using silent = event();
  const readiness = new Readiness();
  const told = { one: 0, other: 0, silent: 0 };
  readiness.add(one.descriptor, () => {
    told.one++;
    one.drain();
  });
  readiness.add(other.descriptor, () => {
    told.other++;
    other.drain();
  });
  readiness.add(silent.descriptor, () => told.silent++);
  for (let round = 1; round <= 3; round++) {
    one.fill();
    await until(() => told.one === round);
  }
  other.fill();
  await until(() => told.other === 1);
  assert.deepEqual(told, { one: 3, other: 1, silent: 0 });
  for (const { descriptor } of [one, other, silent]) await readiness.remove(descriptor);
});

Deno.test("Readiness tells no more of what was removed, and begins anew after everything was", async () => {
  using one = event();
  const readiness = new Readiness();
  let told = 0;
  readiness.add(one.descriptor, () => told++);
  await readiness.remove(one.descriptor);
  await readiness.remove(one.descriptor);
  one.fill();
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(told, 0);
  readiness.add(one.descriptor, () => {
    told++;
    one.drain();
  });
  await until(() => told === 1);
  await readiness.remove(one.descriptor);
});

Deno.test("Readiness that begins anew writes to no descriptor that it gave back: it is somebody else's now", async () => {
  using one = event();
  const readiness = new Readiness();
  readiness.add(one.descriptor, () => undefined);
  await readiness.remove(one.descriptor);
  // The system gives the lowest numbers that are free.
  const others = Array.from({ length: 20 }, event);
  const octets = new Uint8Array(8);
  readiness.add(one.descriptor, () => undefined);
  const written = others.filter(({ descriptor }) => libc().read(descriptor, octets, 8) > 0);
  await readiness.remove(one.descriptor);
  for (const other of others) other[Symbol.dispose]();
  assert.deepEqual(written, []);
});

Deno.test("Readiness: who always has something to read leaves sockets and timers their turns", async () => {
  using busy = event();
  busy.fill();
  const readiness = new Readiness();
  let told = 0;
  readiness.add(busy.descriptor, () => told++);
  await until(() => told > 100);
  const conn = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const heard = conn.receive(new Uint8Array(10));
  await conn.send(Uint8Array.of(1), conn.addr);
  await heard;
  conn.close();
  await readiness.remove(busy.descriptor);
});
