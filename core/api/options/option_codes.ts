/**
 * The codes that the list `options` cannot have.
 *
 * @module
 */

/** Code -> the field that sets it. */
const FIELDS: Readonly<Record<number, string>> = {
  1: "cidr",
  3: "router",
  6: "dns",
  12: "hostnames",
  15: "domainName",
  26: "mtu",
  28: "broadcast",
  42: "ntp",
  51: "leaseTime",
  58: "renewalTime",
  59: "rebindingTime",
  66: "tftpServerName",
  67: "bootFileName",
  81: "hostnames",
  100: "timezone",
  101: "timezone",
  108: "ipv6OnlyPreferred",
  114: "captivePortal",
  119: "domainSearch",
  121: "routes",
  125: "vendorOptions",
  249: "routes",
  252: "wpad",
};

/** Codes by which client and server speak to each other. */
const PROTOCOL: ReadonlySet<number> = new Set([
  ...[0, 50, 51, 52, 53, 54, 55, 56, 57, 60, 61, 77, 80, 82, 90, 93, 94, 97, 116, 118, 124, 255],
]);

/** What is wrong with the code of an option that has no field of its own; `undefined` if nothing is. */
export function optionCodeProblem(code: unknown): string | undefined {
  if (typeof code !== "number") return suboptionCodeProblem(code, 254);
  const field = FIELDS[code];
  if (field !== undefined) return `must not be an option that the field ${field} sets`;
  return PROTOCOL.has(code)
    ? "must not be an option that DHCP itself uses"
    : suboptionCodeProblem(code, 254);
}

/** What is wrong with the code of a sub-option; `undefined` if nothing is. */
export function suboptionCodeProblem(code: unknown, most: 254 | 255): string | undefined {
  const isCode = typeof code === "number" && Number.isInteger(code) && code >= 1 && code <= most;
  return isCode ? undefined : `must be a whole number from 1 to ${most}`;
}
