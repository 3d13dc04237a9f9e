/**
 * Is loaded before a program of the soak. Has it sweep up what nobody needs, and tell what is left, whenever it is sent `SIGURG`: a
 * signal that is nothing to a process which does not know it yet.
 *
 * @module
 */
import { getHeapSpaceStatistics } from "node:v8";

/** Where V8 keeps what it makes of functions. */
const COMPILED = /^(code|trusted|shared_trusted)_/;

const { gc } = globalThis as { readonly gc?: () => void };

Deno.addSignalListener("SIGURG", () => {
  gc?.();
  // What only hung on what is gone goes with the next one.
  setTimeout(() => {
    gc?.();
    const used = { objects: 0, compiled: 0 };
    for (const { space_name, space_used_size } of getHeapSpaceStatistics()) {
      used[COMPILED.test(space_name) ? "compiled" : "objects"] += space_used_size;
    }
    const { objects, compiled } = used;
    const line = `Left on the heap: ${objects} of objects, ${compiled} of functions\n`;
    Deno.stderr.writeSync(new TextEncoder().encode(line));
  });
});
