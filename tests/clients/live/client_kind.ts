/**
 * What is to be known of a DHCP client to run it in a guest.
 *
 * @module
 */
import type { Guest } from "../../network/guest.ts";

/** What clients are put to. */
export const DEEDS = {
  dora: "gets address, router and name server",
  renew: "extends its lease, and takes over what was edited",
  rebind: "extends its lease when the server's address has changed",
  release: "gives its address back",
  reboot: "asks for the address that it had",
  decline: "declines an address that another machine has",
  nak: "takes its new address after a refusal",
  mtu: "takes over the MTU (26)",
  routes: "takes over routes (121)",
  hostname: "takes over its host name (12)",
  clone: "has an address of its own though another machine has its client identifier",
} as const;

/** One of {@linkcode DEEDS}. */
export type Deed = keyof typeof DEEDS;

/** How a client is started. */
export interface StartOptions {
  /** The client identifier that it sends in place of its own choice. */
  readonly clientId?: string;
  /** Whether it asks the network, where it can, if another machine has its address, before it takes it. */
  readonly probes?: boolean;
  /** An address that it is told to ask for. */
  readonly wanted?: string;
}

/** A client that runs. */
export interface RunningClient {
  readonly guest: Guest;
  /** What it said so far. */
  readonly said: string;
  /** Sends it a signal. */
  readonly signal: (signal: "USR1" | "USR2" | "TERM" | "KILL") => Promise<void>;
}

/** A DHCP client of a real system. */
export interface ClientKind {
  /** Name of the program. */
  readonly name: string;
  /** Debian's package. */
  readonly package: string;
  /** A shell script that runs in the guest before the client: its configuration, and what it needs beside it. */
  readonly prepare?: (options: StartOptions) => string;
  /** The command line that runs it in the foreground. */
  readonly command: (options: StartOptions) => readonly string[];
  /** Makes it extend its lease now, by unicast to the server; absent where it does so only by itself. */
  readonly renew?: (client: RunningClient) => Promise<void>;
  /** Makes it give its address back. */
  readonly release: (client: RunningClient) => Promise<void>;
  /** What it does not do when it is put to it, and why. */
  readonly cannot: Readonly<Partial<Record<Deed, string>>>;
  /** What is peculiar in how it does something. */
  readonly remarks?: Readonly<Partial<Record<Deed, string>>>;
  /** Prints `nameserver ADDRESS` lines. Default: `/etc/resolv.conf`. */
  readonly nameServers?: readonly string[];
}

/** Why some do not hear a DHCPNAK at first. */
export const HEARS_AT_REBINDING =
  "hears no DHCPNAK, which is a broadcast (RFC 2131 section 4.1), while it renews by a socket that is bound to its address: only from T2 on";

/** A script that writes a file. */
export function fileScript(path: string, text: string): string {
  return `mkdir -p "$(dirname ${path})"\ncat > ${path} <<'EOF'\n${text}\nEOF\nchmod 600 ${path}\n`;
}

/** A script that starts the D-Bus daemon of the system, as it is installed. */
export const SYSTEM_BUS = `
mkdir -p /run/dbus
dbus-daemon --system --nofork --nopidfile < /dev/null > /run/dbus.log 2>&1 &
i=0
while [ ! -S /run/dbus/system_bus_socket ]; do
  sleep 0.05
  i=$((i + 1))
  if [ $i -gt 600 ]; then cat /run/dbus.log >&2; exit 1; fi
done
`;
