/**
 * Where programs are kept that are built or unpacked here, once per machine.
 *
 * @module
 */

/** The folder, outside the checkout. */
export function cacheFolder(): string {
  const base = Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME") ?? "/tmp"}/.cache`;
  return `${base}/vm-dhcp`;
}
