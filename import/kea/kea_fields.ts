/**
 * Properties of a Kea configuration that fields of a pool stand for, and those that nothing here stands for.
 *
 * @module
 */
import type { Node } from "jsonc-parser";
import { readIPv4 } from "../../core/net/mod.ts";
import type { FieldName } from "../options/setting.ts";

/** A field and its value. */
interface KeaField {
  readonly field: FieldName;
  readonly value: string | number | boolean;
}

const SECONDS: ReadonlyMap<string, FieldName> = new Map([
  ["valid-lifetime", "leaseTime"],
  ["max-valid-lifetime", "maxLeaseTime"],
  ["renew-timer", "renewalTime"],
  ["rebind-timer", "rebindingTime"],
]);
const TEXTS: ReadonlyMap<string, FieldName> = new Map([
  ["boot-file-name", "bootFileName"],
  ["server-hostname", "tftpServerName"],
]);

const MAC_ONLY = "a machine is known by its MAC address";
const OUTSIDE = "objects, leases and logs are kept and reached in other ways";
const NO_DNS = "the server writes nothing into DNS";

/** Beginnings of names, and why they have no place here. */
const REASONS: readonly (readonly [begin: string, reason: string])[] = [
  ["min-valid-lifetime", "there is no shortest lease"],
  [
    "calculate-tee-times",
    "clients are told half and seven eighths of the lease time, or what a field says",
  ],
  ["t1-percent", "renewalTime says seconds, not a share"],
  ["t2-percent", "rebindingTime says seconds, not a share"],
  ["id", "subnets have names here, not numbers"],
  ["interface", "the interface is that of the NetworkAttachmentDefinition"],
  ["relay", "relays are known by their addresses in the subnet"],
  ["match-client-id", MAC_ONLY],
  ["host-reservation-identifiers", MAC_ONLY],
  ["reservation", "a reservation counts wherever its address is in the subnet"],
  ["client-id", MAC_ONLY],
  ["duid", MAC_ONLY],
  ["circuit-id", MAC_ONLY],
  ["flex-id", MAC_ONLY],
  ["ddns", NO_DNS],
  ["dhcp-ddns", NO_DNS],
  ["hostname-char", NO_DNS],
  ["client-class", "what depends on a class, except for boot files, has no place here"],
  ["require-client-classes", "what depends on a class, except for boot files, has no place here"],
  ["lease-database", OUTSIDE],
  ["hosts-database", OUTSIDE],
  ["control-socket", OUTSIDE],
  ["loggers", OUTSIDE],
  ["hooks-libraries", "there are no hooks"],
  ["user-context", "it is a remark"],
  ["comment", "it is a remark"],
  ["decline-probation-period", "how long a declined address rests is not set"],
];

/** What a property says; `undefined` where it is something else. */
export function keaField(
  name: string,
  value: unknown,
): readonly KeaField[] | { readonly reason: string } | undefined {
  const seconds = SECONDS.get(name);
  if (seconds !== undefined) {
    if (!Number.isInteger(value) || Number(value) < 1 || Number(value) > 0xffff_ffff) {
      return { reason: "a number of seconds is wanted" };
    }
    const own = { field: seconds, value: Number(value) };
    return seconds === "maxLeaseTime"
      ? [own, { field: "honourRequestedLeaseTime", value: true }]
      : [own];
  }
  const text = TEXTS.get(name);
  if (text !== undefined) {
    if (typeof value !== "string" || value === "") return { reason: "it says nothing" };
    return [{ field: text, value }];
  }
  if (name === "next-server") {
    const address = readIPv4(String(value));
    if (address <= 0) {
      return { reason: address === 0 ? "it says nothing" : "an IPv4 address is wanted" };
    }
    return [{ field: "nextServer", value: String(value) }];
  }
  if (name === "authoritative") {
    return typeof value === "boolean"
      ? [{ field: "authoritative", value }]
      : { reason: "true or false is wanted" };
  }
  return undefined;
}

/** Why a property has no place here. */
export function noPlaceFor(name: string, value: Node): string {
  if (value.type === "array" && (value.children ?? []).length === 0) return "it is empty";
  return REASONS.find(([begin]) => name.startsWith(begin))?.[1] ?? "there is nothing like it here";
}
