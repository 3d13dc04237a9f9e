/**
 * Network namespaces of the running thread.
 *
 * Linux keeps the network namespace per thread, and Deno opens sockets and starts processes on the thread that
 * runs the program. So a test can move into a namespace of its own, open a socket in another one, and come back.
 *
 * Needs `--allow-ffi`, and root (or the root of a user namespace: `unshare -Ur`).
 *
 * @module
 */

const CLONE_NEWNET = 0x40000000;
const O_CLOEXEC = 0x80000;

const libc = Deno.dlopen("libc.so.6", {
  unshare: { parameters: ["i32"], result: "i32" },
  setns: { parameters: ["i32", "i32"], result: "i32" },
  open: { parameters: ["buffer", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
}).symbols;

/** Moves this thread into a new, empty network namespace; disposing it moves it back. */
export function enterPrivateNetwork(): Disposable {
  const home = openNamespace("/proc/thread-self/ns/net");
  if (libc.unshare(CLONE_NEWNET) !== 0) {
    libc.close(home);
    throw new Error("Cannot make a network namespace: root is needed, or unshare -Ur");
  }
  return { [Symbol.dispose]: () => enterAndClose(home) };
}

/** Moves this thread into the network namespace of a process; disposing it moves it back. */
export function enterNetworkOf(processId: number): Disposable {
  const home = openNamespace("/proc/thread-self/ns/net");
  enterAndClose(openNamespace(`/proc/${processId}/ns/net`));
  return { [Symbol.dispose]: () => enterAndClose(home) };
}

/** Runs `action`, which must not wait, in the network namespace of a process: sockets it opens stay there. */
export function inNetworkOf<T>(processId: number, action: () => T): T {
  const home = openNamespace("/proc/thread-self/ns/net");
  try {
    enterAndClose(openNamespace(`/proc/${processId}/ns/net`));
    return action();
  } finally {
    enterAndClose(home);
  }
}

function openNamespace(path: string): number {
  const descriptor = libc.open(new TextEncoder().encode(`${path}\0`), O_CLOEXEC);
  if (descriptor < 0) throw new Error(`Cannot open a network namespace: ${path}`);
  return descriptor;
}

function enterAndClose(descriptor: number): void {
  const result = libc.setns(descriptor, CLONE_NEWNET);
  libc.close(descriptor);
  if (result !== 0) throw new Error("Cannot enter a network namespace");
}
