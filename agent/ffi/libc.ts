/**
 * The C library's calls that Deno has no name for, and the numbers of Linux that go with them.
 *
 * Layouts and constants are those of 64-bit little-endian Linux (x86-64 and arm64 agree on all of them).
 * Needs `--allow-ffi`. The library is opened at the first use, so importing this file needs no permission.
 *
 * @module
 */

/** Address families, socket types, levels, options and flags (`<sys/socket.h>`, `<linux/if_packet.h>`). */
export const Sys = {
  AF_INET: 2,
  AF_NETLINK: 16,
  AF_PACKET: 17,
  SOCK_DGRAM: 2,
  SOCK_RAW: 3,
  SOCK_NONBLOCK: 0x800,
  SOCK_CLOEXEC: 0x80000,
  SOL_SOCKET: 1,
  SO_ACCEPTCONN: 30,
  SO_REUSEADDR: 2,
  SO_BROADCAST: 6,
  SO_ERROR: 4,
  SO_SNDBUF: 7,
  SO_RCVBUF: 8,
  SO_NO_CHECK: 11,
  SO_BINDTODEVICE: 25,
  SO_ATTACH_FILTER: 26,
  SO_SNDBUFFORCE: 32,
  SO_RCVBUFFORCE: 33,
  SO_MEMINFO: 55,
  SO_BINDTOIFINDEX: 62,
  MSG_DONTWAIT: 0x40,
  IPPROTO_IP: 0,
  IP_PKTINFO: 8,
  IP_RECVERR: 11,
  IPPROTO_RAW: 255,
  ETH_P_IP: 0x0800,
  ETH_P_ARP: 0x0806,
  NETLINK_ROUTE: 0,
} as const;

/** Error numbers that are told apart here (`<errno.h>`). */
export const Errno = {
  EPERM: 1,
  ESRCH: 3,
  EINTR: 4,
  EAGAIN: 11,
  EACCES: 13,
  EEXIST: 17,
  ENODEV: 19,
  EINVAL: 22,
  EADDRNOTAVAIL: 99,
  ENETDOWN: 100,
  ENETUNREACH: 101,
  ENOBUFS: 105,
  EHOSTUNREACH: 113,
} as const;

const ERRNO_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(Errno).map(([name, number]) => [number, name]),
);

/** The name of an error number, such as `ENODEV`, or `errno 71` for one without a name here. */
export function errnoName(errno: number): string {
  return ERRNO_NAMES.get(errno) ?? `errno ${errno}`;
}

/** A call of the C library that failed. */
export class SystemCallError extends Error {
  override name = "SystemCallError";
  /** The call, such as `setsockopt`. */
  readonly call: string;
  /** Its error number. */
  readonly errno: number;

  /** `action` says what failed, in the words of an error text. */
  constructor(action: string, options: { readonly call: string; readonly errno: number }) {
    super(`${action}: ${options.call}: ${errnoName(options.errno)}`);
    this.call = options.call;
    this.errno = options.errno;
  }
}

const SYMBOLS = {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  closeElsewhere: { name: "close", parameters: ["i32"], result: "i32", nonblocking: true },
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
  eventfd: { parameters: ["u32", "i32"], result: "i32" },
  read: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  write: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  pollElsewhere: {
    name: "poll",
    parameters: ["buffer", "u32", "i32"],
    result: "i32",
    nonblocking: true,
  },
  epoll_create1: { parameters: ["i32"], result: "i32" },
  epoll_ctl: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  epoll_wait: { parameters: ["i32", "buffer", "i32", "i32"], result: "i32" },
  epollWaitElsewhere: {
    name: "epoll_wait",
    parameters: ["i32", "buffer", "i32", "i32"],
    result: "i32",
    nonblocking: true,
  },
  clock_gettime: { parameters: ["i32", "buffer"], result: "i32" },
  usleep: { parameters: ["u32"], result: "i32" },
  recvmmsg: { parameters: ["i32", "buffer", "u32", "i32", "pointer"], result: "i32" },
  sendmmsg: { parameters: ["i32", "buffer", "u32", "i32"], result: "i32" },
  __errno_location: { parameters: [], result: "pointer" },
} as const;

type Libc = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

let loaded: Libc | undefined;

/** The C library. Throws where it cannot be opened (another system, no `--allow-ffi`). */
export function libc(): Libc {
  loaded ??= open();
  return loaded;
}

function open(): Libc {
  if (Deno.build.os !== "linux") {
    throw new Error(`Cannot open the C library: not Linux: ${Deno.build.os}`);
  }
  try {
    return Deno.dlopen("libc.so.6", SYMBOLS).symbols;
  } catch (cause) {
    throw new Error("Cannot open the C library: libc.so.6", { cause });
  }
}

/** The calling thread's error number. Read it right after the call that failed. */
export function lastErrno(): number {
  const location = libc().__errno_location();
  if (location === null) return 0;
  return new Deno.UnsafePointerView(location).getInt32();
}

/** `result`, or throws {@linkcode SystemCallError} where it is negative. `errno`: where it is known already. */
export function checked(
  result: number,
  what: { readonly action: string; readonly call: string; readonly errno?: number },
): number {
  if (result >= 0) return result;
  throw new SystemCallError(what.action, { call: what.call, errno: what.errno ?? lastErrno() });
}
