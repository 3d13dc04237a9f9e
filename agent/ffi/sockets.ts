/**
 * What Deno's UDP listener cannot do by itself: its descriptor, its interface, its receive buffer.
 *
 * @module
 */
import { checked, errnoName, libc, Sys } from "./libc.ts";

/** Attempts to find a listener's descriptor; more than one only where another thread opens files meanwhile. */
const ATTEMPTS = 10;

/** What `getsockopt` fills; sockets are looked at all the time. */
const optionValue = new Int32Array(1);
const optionLength = new Int32Array(1);

/** A listener of Deno and the descriptor under it. */
export interface Listener {
  readonly conn: Deno.DatagramConn;
  readonly descriptor: number;
}

/**
 * Opens a UDP listener on 0.0.0.0 and finds its descriptor.
 *
 * Deno does not tell descriptors. The system gives a new socket the lowest free number, so the one that is free right
 * before is the listener's if it is a UDP socket on that port right after; where another thread took it, the listener
 * is closed and opened again.
 */
export function openListener(port: number): Listener {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const candidate = lowestFreeDescriptor();
    const conn = Deno.listenDatagram({
      transport: "udp",
      hostname: "0.0.0.0",
      port,
      reuseAddress: true,
    });
    const bound = (conn.addr as Deno.NetAddr).port;
    if (isUdpSocket(candidate, bound)) return { conn, descriptor: candidate };
    conn.close();
  }
  throw new Error(`Cannot find the descriptor of the socket on UDP port: ${port}`);
}

/** Binds a socket to an interface, by name: it hears and sends on that one only (socket(7), SO_BINDTODEVICE). */
export function bindToDevice(descriptor: number, interfaceName: string): void {
  const name = new TextEncoder().encode(`${interfaceName}\0`);
  checked(libc().setsockopt(descriptor, Sys.SOL_SOCKET, Sys.SO_BINDTODEVICE, name, name.length), {
    action: `Cannot bind a socket to the interface ${interfaceName}`,
    call: "setsockopt",
  });
}

/**
 * Asks for a receive buffer and answers what was given, in the same unit: the kernel keeps, and tells, twice that for its
 * own use (socket(7), SO_RCVBUF), and gives no more than `net.core.rmem_max` to a process without CAP_NET_ADMIN.
 */
export function setReceiveBuffer(descriptor: number, bytes: number): number {
  const wanted = new Uint8Array(Int32Array.of(bytes).buffer);
  for (const option of [Sys.SO_RCVBUF, Sys.SO_RCVBUFFORCE]) {
    libc().setsockopt(descriptor, Sys.SOL_SOCKET, option, wanted, wanted.length);
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

/** Opens a socket that sends, and never hears, link-layer packets (packet(7): protocol 0). */
export function openPacketSender(): number {
  const type = Sys.SOCK_DGRAM | Sys.SOCK_CLOEXEC | Sys.SOCK_NONBLOCK;
  return checked(libc().socket(Sys.AF_PACKET, type, 0), {
    action: "Cannot open a packet socket",
    call: "socket",
  });
}

/** Closes a descriptor that Deno does not know of. */
export function closeDescriptor(descriptor: number): void {
  libc().close(descriptor);
}

/**
 * Closes a packet socket on another thread: the kernel lets the one that closes it wait for some 15 ms. The
 * descriptor must not be used from the call on.
 */
export async function closePacketSender(descriptor: number): Promise<void> {
  await libc().closeElsewhere(descriptor);
}

/** POSIX: a new descriptor is the lowest that is free. */
function lowestFreeDescriptor(): number {
  const type = Sys.SOCK_DGRAM | Sys.SOCK_CLOEXEC;
  const free = checked(libc().socket(Sys.AF_INET, type, 0), {
    action: "Cannot open a socket",
    call: "socket",
  });
  libc().close(free);
  return free;
}

function isUdpSocket(descriptor: number, port: number): boolean {
  if (integerOption(descriptor, Sys.SO_TYPE) !== Sys.SOCK_DGRAM) return false;
  const address = new Uint8Array(16);
  const length = new Uint8Array(Int32Array.of(address.length).buffer);
  if (libc().getsockname(descriptor, address, length) < 0) return false;
  const view = new DataView(address.buffer);
  return view.getUint16(0, true) === Sys.AF_INET && view.getUint16(2, false) === port;
}

function integerOption(descriptor: number, option: number): number {
  optionLength[0] = optionValue.byteLength;
  const result = libc().getsockopt(descriptor, Sys.SOL_SOCKET, option, optionValue, optionLength);
  return result < 0 ? result : optionValue[0] ?? 0;
}
