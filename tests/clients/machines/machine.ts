/**
 * A virtual machine on a bridge, emulated: no KVM is needed.
 *
 * @module
 */
import { ip } from "../../network/command.ts";
import { BackgroundProgram } from "../background.ts";

/** What a machine is. */
interface MachineOptions {
  /** At most 13 characters. */
  readonly name: string;
  readonly bridge: string;
  readonly macAddress: string;
  /** Further arguments of QEMU. */
  readonly args: readonly string[];
  /** QEMU's name of the board. */
  readonly machine: "pc" | "q35";
  /** The network card with its properties, such as `virtio-net-pci,romfile=`. */
  readonly card: string;
}

/** A machine that runs until it is disposed. */
export class Machine implements AsyncDisposable {
  readonly #tap: string;
  readonly #program: BackgroundProgram;

  /** Starts it. */
  static async start(options: MachineOptions): Promise<Machine> {
    const tap = `t-${options.name}`;
    await ip(`tuntap add dev ${tap} mode tap`);
    await ip(`link set ${tap} master ${options.bridge} up`);
    return new Machine(tap, options);
  }

  private constructor(tap: string, { macAddress, machine, args, card }: MachineOptions) {
    this.#tap = tap;
    this.#program = new BackgroundProgram([
      "qemu-system-x86_64",
      "-machine",
      `${machine},accel=tcg`,
      // Without a screen a BIOS boots from no card.
      ..."-m 256 -display none -vga std -no-reboot -nodefaults -serial stdio -netdev".split(" "),
      `tap,id=net,ifname=${tap},script=no,downscript=no`,
      "-device",
      `${card},netdev=net,mac=${macAddress}`,
      ...args,
    ]);
  }

  /** What it wrote to its console. */
  get said(): string {
    return this.#program.said;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program.kill();
    await ip(`link del ${this.#tap}`);
  }
}
