/**
 * A machine's stand-in: its own network, files and processes, and `eth0` on a bridge.
 *
 * @module
 */
import { ip, run } from "./command.ts";
import { until } from "./wait.ts";

/** What a guest is. */
export interface GuestOptions {
  /** Unique, at most 10 characters. */
  readonly name: string;
  readonly macAddress: string;
  /** The bridge that `eth0` is on. */
  readonly bridge: string;
}

/** Files that DHCP clients write are the guest's own: nothing of them reaches the machine's. */
const SETUP = `
exec 2>&1
set -e
mount --make-rprivate /
mount -t tmpfs tmpfs /run
# Its own interfaces, read-only: what follows udev elsewhere sees that nobody tells it of devices here.
mount -t sysfs -o ro sysfs /sys
hostname localhost
mkdir -p /run/etc /run/work
mount -t overlay overlay -o lowerdir=/etc,upperdir=/run/etc,workdir=/run/work /etc
rm -f /etc/resolv.conf /etc/hostname
: > /etc/resolv.conf
mount -t tmpfs tmpfs /var/lib
mkdir -p /var/lib/dhcp /var/lib/dhcpcd
ip link set lo up
echo ready
# Ends with the program that holds the other end, however that ends.
exec cat
`;

/** A guest that runs until it is disposed, with all that runs in it. */
export class Guest implements AsyncDisposable {
  readonly name: string;
  readonly macAddress: string;
  /** Process that its namespaces belong to, for `nsenter`. */
  readonly processId: number;
  readonly #holder: Deno.ChildProcess;

  /** Starts a guest. */
  static async start({ name, macAddress, bridge }: GuestOptions): Promise<Guest> {
    const holder = new Deno.Command("unshare", {
      args: ["--net", "--mount", "--uts", "--pid", "--fork", "--mount-proc", "sh", "-c", SETUP],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const reader = holder.stdout.getReader();
    const { value } = await reader.read();
    await reader.cancel();
    const said = new TextDecoder().decode(value).trim();
    if (said !== "ready") throw new Error(`Cannot start a guest: ${name}: ${said}`);
    // By a command: Deno reads no more of /proc than its own without full permission.
    const children = await run("cat", `/proc/${holder.pid}/task/${holder.pid}/children`);
    const guest = new Guest({ name, macAddress, processId: Number.parseInt(children) }, holder);
    await guest.plug(bridge);
    return guest;
  }

  private constructor(
    { name, macAddress, processId }: Pick<Guest, "name" | "macAddress" | "processId">,
    holder: Deno.ChildProcess,
  ) {
    this.name = name;
    this.macAddress = macAddress;
    this.processId = processId;
    this.#holder = holder;
  }

  /** Gives the guest its `eth0`, on a bridge, up. */
  async plug(bridge: string): Promise<void> {
    const port = `p-${this.name}`;
    await ip(
      `link add ${port} type veth peer name eth0 address ${this.macAddress} netns ${this.processId}`,
    );
    await ip(`link set ${port} master ${bridge} up`);
    await this.run("ip", "link", "set", "eth0", "up");
  }

  /** Takes its `eth0` away. */
  async unplug(): Promise<void> {
    await ip(`link del p-${this.name}`);
  }

  /** The command line that runs a command in the guest. */
  command(...command: readonly string[]): string[] {
    return [
      "nsenter",
      "--target",
      String(this.processId),
      "--net",
      "--mount",
      "--uts",
      "--pid",
      "--",
      ...command,
    ];
  }

  /** Runs a command in the guest to its end; answers what it wrote. Throws where it fails. */
  run(...command: readonly string[]): Promise<string> {
    return run(...this.command(...command));
  }

  /** IPv4 addresses of `eth0`, with their prefix lengths. */
  async addresses(): Promise<string[]> {
    const [link] = JSON.parse(
      await this.run("ip", "-j", "-4", "address", "show", "dev", "eth0"),
    ) as {
      addr_info?: { local: string; prefixlen: number }[];
    }[];
    return (link?.addr_info ?? []).map(({ local, prefixlen }) => `${local}/${prefixlen}`);
  }

  /** Waits until `eth0` has this address. */
  async hasAddress(address: string, timeoutMs = 10_000): Promise<void> {
    await until(async () => (await this.addresses()).includes(address), {
      what: `${this.name} has ${address}`,
      timeoutMs,
    });
  }

  /** Waits until `eth0` has no address. */
  async hasNoAddress(): Promise<void> {
    await until(async () => (await this.addresses()).length === 0, {
      what: `${this.name} has no address`,
    });
  }

  /** Ends the guest and all that runs in it. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      Deno.kill(this.processId, "SIGKILL");
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    await this.#holder.stdin.close().catch(() => undefined);
    await this.#holder.status;
  }
}
