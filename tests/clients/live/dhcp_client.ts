/**
 * A DHCP client of a real system that runs in a guest.
 *
 * @module
 */
import type { Guest } from "../../network/guest.ts";
import { until } from "../../network/wait.ts";
import { BackgroundProgram } from "../background.ts";
import type { ClientKind, RunningClient, StartOptions } from "./client_kind.ts";

/** A client that runs. */
export class DhcpClient implements RunningClient, AsyncDisposable {
  readonly kind: ClientKind;
  readonly guest: Guest;
  readonly #program: BackgroundProgram;

  /** Starts a client on the guest's `eth0`. */
  static async start(
    kind: ClientKind,
    guest: Guest,
    options: StartOptions = {},
  ): Promise<DhcpClient> {
    // Not awaited to the end of its output: what it starts in the background keeps that open.
    if (kind.prepare !== undefined) {
      await guest.run("sh", "-ec", `(${kind.prepare(options)}) > /run/prepare.log 2>&1`);
    }
    return new DhcpClient(kind, guest, options);
  }

  private constructor(kind: ClientKind, guest: Guest, options: StartOptions) {
    this.kind = kind;
    this.guest = guest;
    this.#program = new BackgroundProgram(guest.command(...kind.command(options)));
  }

  /** What it said so far. */
  get said(): string {
    return this.#program.said;
  }

  /** Makes it extend its lease now, by unicast to the server. */
  async renew(): Promise<void> {
    const { name, renew } = this.kind;
    if (renew === undefined) {
      throw new Error(`Cannot make ${name} renew: it only renews by itself`);
    }
    await renew(this);
  }

  /** Makes it give its address back and, but for daemons, end. */
  release(): Promise<void> {
    return this.kind.release(this);
  }

  /** Name servers that it wrote down. */
  async nameServers(): Promise<string[]> {
    const text = await this.guest.run(...this.kind.nameServers ?? ["cat", "/etc/resolv.conf"]);
    return [...text.matchAll(/^nameserver\s+(.+)$/gm)]
      .flatMap(([, servers = ""]) => servers.split(" "));
  }

  /** Waits until it has written this name server down. */
  async hasNameServer(address: string): Promise<void> {
    await until(async () => (await this.nameServers()).includes(address), {
      what: `${address} is the name server of ${this.kind.name}`,
      // Some renew by themselves only.
      timeoutMs: 30_000,
    });
  }

  /** Ends it as a power cut would, and answers what it said. */
  async stop(): Promise<string> {
    const ended = this.#program.ended.then(() => true);
    // Not once: dhcpcd may start another process of its own just then, which would keep its output open.
    await until(async () => {
      await this.signal("KILL").catch(() => undefined);
      return await Promise.race([ended, Promise.resolve(false)]);
    }, { what: `${this.kind.name} has ended` });
    return this.#program.said;
  }

  /** Sends it a signal. The guest has its own processes: a name means no other's. */
  async signal(signal: "USR1" | "USR2" | "TERM" | "KILL"): Promise<void> {
    // The kernel knows 15 characters of a name.
    await this.guest.run("pkill", `-${signal}`, "-x", this.kind.name.slice(0, 15));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
