/**
 * An address of the API server that two machines can have, and that can be ill.
 *
 * @module
 */
import { ip } from "../network/command.ts";
import type { Guest } from "../network/guest.ts";
import type { Lab } from "../network/lab.ts";
import { inNetworkOf } from "../network/namespaces.ts";

/** In the certificate of every API server of a test: it is the first one of the Service range. */
const ADDRESS = "10.96.0.1";
const PORT = 26443;
const BRIDGE = "api0";

/** One connection through the address. */
interface Pair {
  readonly inner: Deno.Conn;
  readonly outer: Deno.Conn;
  isForgotten: boolean;
}

/** Forwards what comes to the address, at whichever of two machines it is, to the API server. */
export class ApiAddress implements AsyncDisposable {
  /** What clients use. */
  readonly url = `https://${ADDRESS}:${PORT}`;
  readonly #target: number;
  readonly #machines: readonly [Guest, Guest];
  readonly #pairs = new Set<Pair>();
  #listener: Deno.Listener | undefined;

  private constructor(target: number, machines: readonly [Guest, Guest]) {
    this.#target = target;
    this.#machines = machines;
  }

  /** Puts the address before a port of the loopback interface. */
  static async open(lab: Lab, target: number): Promise<ApiAddress> {
    await lab.bridge(BRIDGE);
    await lab.address(BRIDGE, "10.96.0.2/24");
    const first = await lab.guest({ bridge: BRIDGE });
    const second = await lab.guest({ bridge: BRIDGE });
    const address = new ApiAddress(target, [first, second]);
    await address.#take(first);
    return address;
  }

  /** As a load balancer that lost its table: open connections stay open, and nothing comes by them; new ones work. */
  forget(): void {
    for (const pair of this.#pairs) pair.isForgotten = true;
  }

  /** As a machine that dies: it sends no more, and the other one has the address. */
  async move(): Promise<void> {
    const [first, second] = this.#machines;
    await ip(`link set p-${first.name} down`);
    this.forget();
    this.#listener?.close();
    await this.#take(second);
    await ip(`neigh flush dev ${BRIDGE}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener?.close();
    for (const pair of this.#pairs) close(pair);
    await Promise.resolve();
  }

  async #take(machine: Guest): Promise<void> {
    await machine.run("ip", "address", "add", `${ADDRESS}/24`, "dev", "eth0");
    this.#listener = inNetworkOf(
      machine.processId,
      () => Deno.listen({ hostname: ADDRESS, port: PORT }),
    );
    void this.#serve(this.#listener);
  }

  async #serve(listener: Deno.Listener): Promise<void> {
    try {
      for await (const inner of listener) void this.#forward(inner);
    } catch {
      // The listener was closed.
    }
  }

  async #forward(inner: Deno.Conn): Promise<void> {
    const outer = await Deno.connect({ hostname: "127.0.0.1", port: this.#target })
      .catch(() => undefined);
    if (outer === undefined) return inner.close();
    const pair: Pair = { inner, outer, isForgotten: false };
    this.#pairs.add(pair);
    await Promise.race([
      pump(pair, { from: inner, to: outer }),
      pump(pair, { from: outer, to: inner }),
    ]);
    if (pair.isForgotten) return;
    this.#pairs.delete(pair);
    close(pair);
  }
}

function close({ inner, outer }: Pair): void {
  for (const connection of [inner, outer]) {
    try {
      connection.close();
    } catch (error) {
      // Its other end did.
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }
}

/** Copies until one end is closed; what comes by a forgotten connection is lost. */
async function pump(
  pair: Pair,
  { from, to }: { readonly from: Deno.Conn; readonly to: Deno.Conn },
): Promise<void> {
  const buffer = new Uint8Array(65_536);
  try {
    for (let count = await from.read(buffer); count !== null; count = await from.read(buffer)) {
      for (let sent = 0; sent < count && !pair.isForgotten;) {
        sent += await to.write(buffer.subarray(sent, count));
      }
    }
  } catch {
    // One end broke off.
  }
}
