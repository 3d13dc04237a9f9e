import assert from "node:assert/strict";
import { type Connection, Connections } from "./connections.ts";

/** Connections of addresses, in their order; `closed` names those that were closed, `address:port`. */
class Crowd {
  readonly connections: Connections;
  readonly closed: string[] = [];
  #port = 0;

  constructor(most: number) {
    this.connections = new Connections(most);
  }

  come(address: string): Connection {
    const remotePort = ++this.#port;
    const destroy = () => this.closed.push(`${address}:${remotePort}`);
    return this.connections.add({ remoteAddress: address, remotePort, destroy });
  }
}

Deno.test("T12: Connections closes the one that is awaited longest where one too many comes", () => {
  const crowd = new Crowd(3);
  const [first] = [crowd.come("a"), crowd.come("a"), crowd.come("a")];
  crowd.connections.setAwaited(first, false);
  crowd.connections.setAwaited(first, true);
  crowd.come("a");
  crowd.come("a");
  assert.deepEqual(crowd.closed, ["a:2", "a:3"]);
  assert.equal(crowd.connections.size, 3);
});

Deno.test("T12: Connections closes one of the address that has the most, whoever comes", () => {
  const crowd = new Crowd(4);
  for (const address of ["probe", "a", "a", "a", "probe", "other"]) crowd.come(address);
  assert.deepEqual(crowd.closed, ["a:2", "probe:1"]);
});

Deno.test("T12: Connections closes whom it works for only where nobody of the crowd is awaited", () => {
  const crowd = new Crowd(4);
  for (const connection of [crowd.come("a"), crowd.come("a"), crowd.come("a")]) {
    crowd.connections.setAwaited(connection, false);
  }
  crowd.come("a");
  crowd.come("b");
  crowd.come("b");
  assert.deepEqual(crowd.closed, ["a:4", "a:1"]);
});

Deno.test("Connections forgets what is closed, and closes all", () => {
  const crowd = new Crowd(3);
  crowd.connections.remove(crowd.come("a"));
  crowd.come("a");
  crowd.come("a");
  crowd.connections.closeAll();
  assert.deepEqual([crowd.closed, crowd.connections.size], [["a:2", "a:3"], 0]);
});
