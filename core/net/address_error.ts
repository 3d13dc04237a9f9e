/**
 * Thrown when text or bytes are not the address that is wanted.
 *
 * The message reads `Cannot parse <what>, <why>: "<value>"`.
 *
 * @example
 * ```ts
 * import { AddressError, parseIPv4 } from "@vm-dhcp/vm-dhcp/net";
 * import { strictEqual } from "node:assert/strict";
 *
 * try {
 *   parseIPv4("fd00::1");
 * } catch (error) {
 *   if (!(error instanceof AddressError)) throw error;
 *   strictEqual(error.value, "fd00::1");
 *   strictEqual(error.wanted, "IPv4 address");
 * }
 * ```
 */
export class AddressError extends Error {
  /** Always `AddressError`. */
  override readonly name: string = "AddressError";
  /** The value that was refused, as it was given. */
  readonly value: string;
  /** What was wanted, for example `IPv4 address`. */
  readonly wanted: string;
  /** Why the value was refused, for example `IPv6 given where IPv4 is wanted`. */
  readonly why: string;

  /** An error about `value`, which is not the `wanted` thing, because of `why`. */
  constructor(value: string, { wanted, why }: { readonly wanted: string; readonly why: string }) {
    super(`Cannot parse ${wanted}, ${why}: ${JSON.stringify(value)}`);
    this.value = value;
    this.wanted = wanted;
    this.why = why;
  }
}
