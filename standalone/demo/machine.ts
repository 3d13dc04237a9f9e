/**
 * Stand-ins for virtual machines: a network namespace each, with a NIC that has the MAC address of the manifest, and a
 * real DHCP client.
 *
 * @module
 */
import type { ClientKind } from "./clients/client_kind.ts";
import { type Lease, parseLease } from "./lease.ts";
import { Background, run } from "./process.ts";
import { until } from "./until.ts";

/** A NIC of a stand-in, as its manifest has it. */
interface NicOptions {
  readonly interfaceName: string;
  readonly macAddress: string;
  readonly bridge: string;
  readonly client: ClientKind;
  readonly signal: AbortSignal;
}

/** A stand-in: its name is that of its network namespace. */
export class Machine {
  readonly name: string;
  readonly #directory: string;
  readonly #nics = new Map<string, Nic>();

  constructor(name: string, directory: string) {
    this.name = name;
    this.#directory = `${directory}/${name}`;
  }

  /** Makes its network namespace. */
  async make(): Promise<this> {
    await run("ip", "netns", "add", this.name);
    await run("ip", "-n", this.name, "link", "set", "lo", "up");
    return this;
  }

  /** Plugs a NIC into a bridge. Its client is not started. */
  async plug(options: NicOptions): Promise<Nic> {
    const { interfaceName, macAddress, bridge } = options;
    // At most 15 characters, and unique: the last three octets are.
    const port = `port-${macAddress.replaceAll(":", "").slice(-6)}`;
    const peer = [
      "type",
      "veth",
      "peer",
      "name",
      interfaceName,
      "address",
      macAddress,
      "netns",
      this.name,
    ];
    await run("ip", "link", "add", "name", port, ...peer);
    await run("ip", "link", "set", port, "master", bridge, "up");
    await run("ip", "-n", this.name, "link", "set", interfaceName, "up");
    const nic = await Nic.make(this, `${this.#directory}/${interfaceName}`, options);
    this.#nics.set(interfaceName, nic);
    return nic;
  }

  /** Ends a NIC's client and takes the NIC away. */
  async unplug(interfaceName: string): Promise<void> {
    await this.#nics.get(interfaceName)?.powerOff();
    this.#nics.delete(interfaceName);
    await run("ip", "-n", this.name, "link", "del", interfaceName);
  }

  /** Its first NIC. */
  get nic(): Nic {
    const [first] = this.#nics.values();
    if (first === undefined) throw new Error(`Cannot use a machine without a NIC: ${this.name}`);
    return first;
  }

  /** Ends all clients. */
  async powerOff(): Promise<void> {
    await Promise.all(this.#nics.values().map((nic) => nic.powerOff()));
  }

  /** All NICs. */
  get nics(): Iterable<Nic> {
    return this.#nics.values();
  }
}

/** A NIC with its DHCP client. */
export class Nic {
  readonly #machine: Machine;
  readonly #options: NicOptions;
  readonly #script: string;
  #client: Background | undefined;
  /** Folder with everything the client writes. */
  readonly directory: string;

  private constructor(machine: Machine, directory: string, options: NicOptions) {
    this.#machine = machine;
    this.#options = options;
    this.directory = directory;
    this.#script = `${directory}/event.sh`;
  }

  /** Makes its folder. */
  static async make(machine: Machine, directory: string, options: NicOptions): Promise<Nic> {
    const nic = new Nic(machine, directory, options);
    const { client } = options;
    await Deno.mkdir(directory, { recursive: true });
    const event = new URL("./client_event.sh", import.meta.url).pathname;
    const wrapper =
      `#!/bin/sh\nLEASE_DIR='${directory}' CLIENT=${client.name} exec sh '${event}' "$@"\n`;
    for (const [name, text] of Object.entries({ ...client.files, "event.sh": wrapper, log: "" })) {
      await Deno.writeTextFile(`${directory}/${name}`, text, {
        mode: name.endsWith(".sh") ? 0o755 : 0o644,
      });
    }
    return nic;
  }

  /** Name of its client. */
  get clientName(): string {
    return this.#options.client.name;
  }

  /** Its MAC address. */
  get macAddress(): string {
    return this.#options.macAddress;
  }

  /** `machine/interface`. */
  get name(): string {
    return `${this.#machine.name}/${this.#options.interfaceName}`;
  }

  /** Starts its client, as a machine does that boots. */
  powerOn(): void {
    this.#client = new Background(this.#inside(this.#options.client.start(this.#here)), {
      log: `${this.directory}/log`,
    });
  }

  /** Kills its client without a word to the server, as a crash does. */
  async powerOff(): Promise<void> {
    await this.#client?.end("SIGKILL");
  }

  /** Has its client renew at once. */
  renew(): void {
    const { client } = this.#options;
    if (client.renew === undefined) throw new Error(`Cannot make ${client.name} renew at once`);
    this.#client?.kill(client.renew);
  }

  /** Has its client give its address back, and end. */
  async release(): Promise<void> {
    const { client, signal } = this.#options;
    if (client.release !== undefined) this.#client?.kill(client.release);
    if (client.releaseBy !== undefined) await run(...this.#inside(client.releaseBy(this.#here)));
    await until(() => this.lease().address === undefined, {
      what: `${this.name} released its address`,
      signal,
    });
    if (client.end !== undefined) this.#client?.kill(client.end);
    await this.#client?.ended;
  }

  /** What its client said last. */
  lease(): Lease {
    try {
      return parseLease(Deno.readTextFileSync(`${this.directory}/lease`));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return { event: "" };
      throw error;
    }
  }

  /** Forgets what its client said, so that only news are seen. */
  forget(): void {
    Deno.writeTextFileSync(`${this.directory}/lease`, "");
  }

  /** Waits until its client says what is wanted; by default, that it has an address. */
  whenLease(
    what: string,
    wanted: (lease: Lease) => boolean = ({ address }) => address !== undefined,
  ): Promise<Lease> {
    return until(() => {
      const lease = this.lease();
      return wanted(lease) ? lease : undefined;
    }, { what: `${this.name} (${this.clientName}) ${what}`, signal: this.#options.signal });
  }

  /** The IPv4 addresses that its interface really has. */
  async addresses(): Promise<string[]> {
    const text = await run(
      "ip",
      "-n",
      this.#machine.name,
      "-json",
      "-4",
      "address",
      "show",
      "dev",
      this.#options.interfaceName,
    );
    const links = JSON.parse(text) as { addr_info?: { local?: string }[] }[];
    return links.flatMap((link) => link.addr_info ?? []).flatMap(({ local }) =>
      local === undefined ? [] : [local]
    );
  }

  get #here(): { interfaceName: string; directory: string; script: string } {
    return {
      interfaceName: this.#options.interfaceName,
      directory: this.directory,
      script: this.#script,
    };
  }

  #inside(command: readonly string[]): [string, ...string[]] {
    return ["nsenter", `--net=/run/netns/${this.#machine.name}`, "--", ...command];
  }
}
