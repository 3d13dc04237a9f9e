/**
 * The DHCP clients of real systems, run in a guest.
 *
 * @module
 */
import type { Guest } from "./guest.ts";
import { until } from "./wait.ts";

/** The clients there are. */
export const DHCP_CLIENTS = ["udhcpc", "dhclient", "dhcpcd"] as const;

/** One of {@linkcode DHCP_CLIENTS}. */
export type DhcpClientName = typeof DHCP_CLIENTS[number];

const START: Readonly<Record<DhcpClientName, readonly string[]>> = {
  // Asks again every second, and releases when it is told to.
  udhcpc: ["udhcpc", "-f", "-i", "eth0", "-A", "1", "-T", "1", "-t", "10"],
  dhclient: [
    "dhclient",
    "-4",
    "-d",
    "-pf",
    "/run/dhclient.pid",
    "-lf",
    "/run/dhclient.leases",
    "eth0",
  ],
  dhcpcd: ["dhcpcd", "-B", "-4", "--noarp", "-o", "domain_name_servers", "eth0"],
};

/** A client that runs. */
export class DhcpClient implements AsyncDisposable {
  readonly name: DhcpClientName;
  readonly #guest: Guest;
  readonly #process: Deno.ChildProcess;
  readonly #output: Promise<Deno.CommandOutput>;

  /** Starts a client on the guest's `eth0`. */
  constructor(name: DhcpClientName, guest: Guest) {
    const [program = "", ...args] = guest.command(...START[name]);
    this.name = name;
    this.#guest = guest;
    this.#process = new Deno.Command(program, {
      args,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#output = this.#process.output();
  }

  /** Makes it extend its lease now, by unicast to the server. */
  async renew(): Promise<void> {
    switch (this.name) {
      case "udhcpc":
        return await this.#signal("USR1");
      case "dhcpcd":
        await this.#guest.run("dhcpcd", "-4", "--renew", "eth0");
        return;
      case "dhclient":
        throw new Error("Cannot make dhclient renew: it only renews by itself");
      default:
        return this.name satisfies never;
    }
  }

  /** Makes it give its address back and end. */
  async release(): Promise<void> {
    switch (this.name) {
      case "udhcpc":
        await this.#signal("USR2");
        return;
      case "dhclient":
        // It writes its number down only once it is bound.
        await until(() => this.#guest.run("cat", "/run/dhclient.pid").catch(() => undefined), {
          what: "dhclient is bound",
        });
        await this.#guest.run(
          "dhclient",
          "-4",
          "-r",
          "-pf",
          "/run/dhclient.pid",
          "-lf",
          "/run/dhclient.leases",
          "eth0",
        );
        return;
      case "dhcpcd":
        await this.#guest.run("dhcpcd", "-4", "--release", "eth0");
        return;
      default:
        return this.name satisfies never;
    }
  }

  /** Name servers that it wrote into the guest's resolv.conf. */
  async nameServers(): Promise<string[]> {
    const text = await this.#guest.run("cat", "/etc/resolv.conf");
    return [...text.matchAll(/^nameserver\s+(\S+)/gm)].map(([, server = ""]) => server);
  }

  /** Ends it, and answers what it said. */
  async stop(): Promise<string> {
    const ended = this.#output.then(() => true);
    // Not once: dhcpcd may start another process of its own just then, which would keep its output open.
    await until(async () => {
      await this.#guest.run("pkill", "-KILL", "-x", this.name).catch(() => undefined);
      return await Promise.race([ended, Promise.resolve(false)]);
    }, { what: `${this.name} has ended` });
    const { stdout, stderr } = await this.#output;
    return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** The guest has its own processes: a name means no other's. */
  async #signal(signal: "USR1" | "USR2"): Promise<void> {
    await this.#guest.run("pkill", `-${signal}`, "-x", this.name);
  }
}
