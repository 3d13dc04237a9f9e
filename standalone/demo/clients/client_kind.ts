/**
 * What the stand-ins need to know of a DHCP client program.
 *
 * @module
 */
import type { CommandLine } from "../process.ts";

/** A NIC for which a client is to work. */
export interface ClientNic {
  readonly interfaceName: string;
  /** Folder of its own: configuration, leases, process id. Kept over restarts, like a machine's disk. */
  readonly directory: string;
  /** The script to call at each event. */
  readonly script: string;
}

/** One DHCP client program. */
export interface ClientKind {
  readonly name: "udhcpc" | "dhclient" | "dhcpcd";
  /** Files to write into the NIC's folder before the first start: name -> text. */
  readonly files?: Readonly<Record<string, string>>;
  /** The command that runs it in the foreground. */
  start(nic: ClientNic): CommandLine;
  /** The signal that makes it renew at once; without one, it renews when its time has come. */
  readonly renew?: Deno.Signal;
  /** The signal that makes it give its address back and end... */
  readonly release?: Deno.Signal;
  /** ...or the command that does. */
  releaseBy?(nic: ClientNic): CommandLine;
  /** Signal that ends it after a release, where the release does not. */
  readonly end?: Deno.Signal;
}
