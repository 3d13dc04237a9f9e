/**
 * A boot server in a guest: TFTP by dnsmasq, HTTP by BusyBox, of the same files.
 *
 * @module
 */
import type { Guest } from "../../network/guest.ts";
import { BackgroundProgram } from "../background.ts";
import { fileScript } from "../live/client_kind.ts";

const FOLDER = "/run/boot";
/** What iPXE is to run when it has come so far. */
export const MENU = "menu.ipxe";

/** A server that runs until it is disposed. */
export class BootServer implements AsyncDisposable {
  readonly #guest: Guest;
  readonly #programs: readonly BackgroundProgram[];

  /** Starts it on a guest that has its address. `files` are copied, beside a script for iPXE. */
  static async start(guest: Guest, files: readonly string[]): Promise<BootServer> {
    await guest.run("sh", "-ec", fileScript(`${FOLDER}/${MENU}`, "#!ipxe\nsleep 600"));
    await guest.run("cp", "--dereference", ...files, FOLDER);
    await guest.run("chmod", "-R", "a+rX", FOLDER);
    return new BootServer(guest);
  }

  private constructor(guest: Guest) {
    this.#guest = guest;
    this.#programs = [
      `dnsmasq --no-daemon --conf-file=/dev/null --port=0 --user=root --enable-tftp --tftp-root=${FOLDER} --log-facility=-`,
      `busybox httpd -f -vv -p 80 -h ${FOLDER}`,
    ].map((command) => new BackgroundProgram(guest.command(...command.split(" "))));
  }

  /** What was asked of it so far: `tftp: FILE` and `http: URL`, each once: what came by HTTP, then the rest, both in order. */
  get asked(): string[] {
    const [tftp = "", http = ""] = this.#programs.map(({ said }) => said);
    const lines = [
      ...[...http.matchAll(/url:(\S+)/g)].map(([, url]) => `http: ${url}`),
      ...[...tftp.matchAll(/sent \/run\/boot\/(\S+) to/g)].map(([, file]) => `tftp: ${file}`),
    ];
    return [...new Set(lines)];
  }

  /** Everything that it said. */
  get said(): string {
    return this.#programs.map(({ said }) => said).join("\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // In the guest: what is started here is nsenter, which has a child.
    await this.#guest.run("pkill", "-KILL", "-x", "dnsmasq|busybox");
    await Promise.all(this.#programs.map(({ ended }) => ended));
  }
}
