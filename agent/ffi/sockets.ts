/**
 * Sockets that Deno has no name for: bound to an interface, with a receive buffer of their own, for frames and whole packets.
 *
 * @module
 */
import { formatIPv4 } from "../../core/net/mod.ts";
import { SOCKADDR_IN_BYTES, writeInternetAddress } from "./frames.ts";
import { checked, errnoName, libc, Sys } from "./libc.ts";

/** Descriptors are small numbers: the system gives the lowest that is free, and no more than so many by default. */
const MOST_DESCRIPTORS = 1_024;

/** What `getsockopt` fills; sockets are looked at all the time. */
const optionValue = new Int32Array(1);
const optionLength = new Int32Array(1);

/**
 * Opens a UDP socket on 0.0.0.0 and the interface of this name, which never heard another one. Beside it others may be on the same
 * port. `port` 0: a free one.
 */
export function openUdpSocket(interfaceName: string, port: number): number {
  const type = Sys.SOCK_DGRAM | Sys.SOCK_CLOEXEC | Sys.SOCK_NONBLOCK;
  const descriptor = checked(libc().socket(Sys.AF_INET, type, 0), {
    action: "Cannot open a socket",
    call: "socket",
  });
  try {
    bindToDevice(descriptor, interfaceName);
    for (const option of [Sys.SO_REUSEADDR, Sys.SO_BROADCAST]) {
      setInteger(descriptor, { level: Sys.SOL_SOCKET, option, value: 1 });
    }
    const name = new Uint8Array(SOCKADDR_IN_BYTES);
    writeInternetAddress(name, { destinationAddress: 0, destinationPort: port });
    checked(libc().bind(descriptor, name, name.length), {
      action: `Cannot listen on UDP port ${port}`,
      call: "bind",
    });
    return descriptor;
  } catch (error) {
    closeDescriptor(descriptor);
    throw error;
  }
}

/** Binds a socket to an interface, by name: it hears and sends on that one only (socket(7), SO_BINDTODEVICE). */
function bindToDevice(descriptor: number, interfaceName: string): void {
  const name = new TextEncoder().encode(`${interfaceName}\0`);
  checked(libc().setsockopt(descriptor, Sys.SOL_SOCKET, Sys.SO_BINDTODEVICE, name, name.length), {
    action: `Cannot bind a socket to the interface ${interfaceName}`,
    call: "setsockopt",
  });
}

/**
 * Binds the TCP listener of this process on an IPv4 address and port to an interface: connections that come in by another one are
 * refused, also where they are for that address. Throws where there is no such listener.
 */
export function bindTcpListener(
  { address, port }: { readonly address: number; readonly port: number },
  interfaceName: string,
): void {
  for (let descriptor = 0; descriptor < MOST_DESCRIPTORS; descriptor++) {
    if (integerOption(descriptor, Sys.SO_ACCEPTCONN) !== 1) continue;
    const bound = boundTo(descriptor);
    if (bound?.port === port && bound.address === address) {
      return bindToDevice(descriptor, interfaceName);
    }
  }
  throw new Error(
    `Cannot find the descriptor of the TCP socket on: ${formatIPv4(address)}:${port}`,
  );
}

/**
 * Asks for a receive buffer and answers what was given, in the same unit: the kernel keeps, and tells, twice that for its
 * own use (socket(7), SO_RCVBUF), and gives no more than `net.core.rmem_max` to a process without CAP_NET_ADMIN.
 */
export function setReceiveBuffer(descriptor: number, bytes: number): number {
  for (const option of [Sys.SO_RCVBUF, Sys.SO_RCVBUFFORCE]) {
    setInteger(descriptor, { level: Sys.SOL_SOCKET, option, value: bytes });
    if (receiveBuffer(descriptor) >= bytes) break;
  }
  return receiveBuffer(descriptor);
}

function receiveBuffer(descriptor: number): number {
  return checked(integerOption(descriptor, Sys.SO_RCVBUF), {
    action: "Cannot read the size of a receive buffer",
    call: "getsockopt",
  }) / 2;
}

/**
 * What is wrong with a socket that was bound to the interface of this index, or `undefined`. An administrator can end a
 * socket from outside (`ss --kill`): it stays open with an error that nobody is woken for, and hears all interfaces.
 */
export function socketProblem(descriptor: number, index: number): string | undefined {
  const error = integerOption(descriptor, Sys.SO_ERROR);
  if (error !== 0) return error < 0 ? "it is closed" : errnoName(error);
  const bound = integerOption(descriptor, Sys.SO_BINDTOIFINDEX);
  return bound === index
    ? undefined
    : `it is bound to the interface of index ${bound}, not ${index}`;
}

/** `SK_MEMINFO_DROPS` (`<linux/sock_diag.h>`), the last that `SO_MEMINFO` fills. */
const MEMINFO_DROPS = 8;

/**
 * How many datagrams the kernel dropped before a socket received them: its buffer was full, or their checksum wrong. Counted
 * since it was opened, modulo 2^32; 0 where that cannot be told.
 */
export function droppedUnread(descriptor: number): number {
  const info = new Uint32Array(MEMINFO_DROPS + 1);
  const length = Uint32Array.of(info.byteLength);
  libc().getsockopt(descriptor, Sys.SOL_SOCKET, Sys.SO_MEMINFO, info, length);
  return info[MEMINFO_DROPS] ?? 0;
}

/** Opens a socket that sends, and never hears, link-layer packets (packet(7): protocol 0). */
export function openPacketSender(): number {
  const type = Sys.SOCK_DGRAM | Sys.SOCK_CLOEXEC | Sys.SOCK_NONBLOCK;
  return checked(libc().socket(Sys.AF_PACKET, type, 0), {
    action: "Cannot open a packet socket",
    call: "socket",
  });
}

/**
 * Opens a socket that sends whole IPv4 packets on one interface, and never hears any (raw(7), IPPROTO_RAW); the kernel finds
 * the receiver by route and ARP. It needs CAP_NET_RAW.
 *
 * `bufferBytes`: what may wait for ARP. A receiver that answers no ARP holds 212,992 octets for up to three seconds.
 */
export function openIpSender(interfaceName: string, bufferBytes: number): number {
  const type = Sys.SOCK_RAW | Sys.SOCK_CLOEXEC | Sys.SOCK_NONBLOCK;
  const descriptor = checked(libc().socket(Sys.AF_INET, type, Sys.IPPROTO_RAW), {
    action: "Cannot open a raw socket",
    call: "socket",
  });
  try {
    bindToDevice(descriptor, interfaceName);
    const { SOL_SOCKET, SO_SNDBUF, SO_SNDBUFFORCE, IPPROTO_IP, IP_RECVERR } = Sys;
    for (const option of [SO_SNDBUF, SO_SNDBUFFORCE]) {
      setInteger(descriptor, { level: SOL_SOCKET, option, value: bufferBytes });
    }
    // Without it the kernel says that a packet was sent which it dropped for want of a neighbour entry.
    setInteger(descriptor, { level: IPPROTO_IP, option: IP_RECVERR, value: 1 });
    return descriptor;
  } catch (error) {
    closeDescriptor(descriptor);
    throw error;
  }
}

/** Lets the kernel write 0 for the UDP checksum of what a socket sends, instead of one that a network card is to complete. */
export function sendWithoutChecksum(descriptor: number): void {
  setInteger(descriptor, { level: Sys.SOL_SOCKET, option: Sys.SO_NO_CHECK, value: 1 });
}

/** Closes a descriptor that Deno does not know of. */
export function closeDescriptor(descriptor: number): void {
  libc().close(descriptor);
}

/**
 * Closes a packet socket on another thread: the kernel lets the one that closes it wait for some 15 ms. The
 * descriptor must not be used from the call on.
 */
export async function closePacketSocket(descriptor: number): Promise<void> {
  await libc().closeElsewhere(descriptor);
}

/** The address and port of a socket of IPv4. */
function boundTo(
  descriptor: number,
): { readonly port: number; readonly address: number } | undefined {
  const address = new Uint8Array(SOCKADDR_IN_BYTES);
  const length = new Uint8Array(Int32Array.of(address.length).buffer);
  if (libc().getsockname(descriptor, address, length) < 0) return undefined;
  const view = new DataView(address.buffer);
  if (view.getUint16(0, true) !== Sys.AF_INET) return undefined;
  return { port: view.getUint16(2, false), address: view.getUint32(4, false) };
}

/** Asks for an option; whether it was given is for `getsockopt` to say, where that matters. */
function setInteger(
  descriptor: number,
  { level, option, value }: {
    readonly level: number;
    readonly option: number;
    readonly value: number;
  },
): void {
  const bytes = new Uint8Array(Int32Array.of(value).buffer);
  libc().setsockopt(descriptor, level, option, bytes, bytes.length);
}

function integerOption(descriptor: number, option: number): number {
  optionLength[0] = optionValue.byteLength;
  const result = libc().getsockopt(descriptor, Sys.SOL_SOCKET, option, optionValue, optionLength);
  return result < 0 ? result : optionValue[0] ?? 0;
}
