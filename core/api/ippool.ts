/**
 * Reads IPPools.
 *
 * @module
 */
import { cidrsOverlap, formatCidr, parseCidr } from "../net/mod.ts";
import { checkSchema, schemaErrors, withoutRepeats } from "./fields/check_schema.ts";
import { FieldChecks } from "./fields/field_checks.ts";
import type { Checked, FieldError } from "./fields/field_error.ts";
import { ipPoolSchema } from "./ippool_schema.ts";
import { networkNameProblem } from "./network.ts";
import { checkClientOptions, leaseTimeOf, MAX_SECONDS } from "./options/check_client_options.ts";
import type { IPPool } from "./types.ts";

/** Subnets in which no host can have an address. */
const NOT_FOR_HOSTS = [
  { cidr: parseCidr("0.0.0.0/8"), name: "this network" },
  { cidr: parseCidr("127.0.0.0/8"), name: "loopback" },
  { cidr: parseCidr("224.0.0.0/4"), name: "multicast" },
  { cidr: parseCidr("240.0.0.0/4"), name: "reserved" },
];

/**
 * Checks an IPPool: types and limits as the API server does, and whether the values of its spec make a network that
 * can be served. Unknown fields are let through; what the status says is not judged beyond its types.
 *
 * @returns The very object, or every error at once, in the order of the fields.
 *
 * @example
 * ```ts
 * import { parseIPPool } from "@vm-dhcp/vm-dhcp/api";
 * import { deepStrictEqual as deepEqual } from "node:assert/strict";
 *
 * const checked = parseIPPool({
 *   apiVersion: "network.harvesterhci.io/v1alpha1",
 *   kind: "IPPool",
 *   metadata: { name: "net-48", namespace: "default" },
 *   spec: {
 *     networkName: "default/net-48",
 *     ipv4Config: { cidr: "192.168.48.0/24", router: "192.168.49.1", dns: ["fe80::1"] },
 *   },
 * });
 * deepEqual(checked, {
 *   ok: false,
 *   errors: [
 *     {
 *       path: ["spec", "ipv4Config", "router"],
 *       value: "192.168.49.1",
 *       message:
 *         "must be a host address of 192.168.48.0/24, or one that a route with the gateway 0.0.0.0 reaches",
 *     },
 *     {
 *       path: ["spec", "ipv4Config", "dns", 0],
 *       value: "fe80::1",
 *       message: "must be an IPv4 address such as 192.168.48.10: IPv6 given where IPv4 is wanted",
 *     },
 *   ],
 * });
 * ```
 */
export function parseIPPool(object: unknown): Checked<IPPool> {
  const errors = withoutRepeats([
    ...schemaErrors(ipPoolSchema, object),
    ...ipPoolValueErrors(object),
  ]);
  return errors.length === 0 ? { ok: true, value: object as IPPool } : { ok: false, errors };
}

/**
 * Checks only the structure of an IPPool: what the API server enforces, without a judgement of its values.
 *
 * @example
 * ```ts
 * import { readIPPool } from "@vm-dhcp/vm-dhcp/api";
 * import { strictEqual as equal } from "node:assert/strict";
 *
 * equal(readIPPool({ kind: "IPPool" }).ok, false);
 * ```
 */
export function readIPPool(object: unknown): Checked<IPPool> {
  return checkSchema(ipPoolSchema, object);
}

function ipPoolValueErrors(object: unknown): readonly FieldError[] {
  const checks = new FieldChecks(object);
  checks.check(["spec", "networkName"], networkNameProblem);
  const config = ["spec", "ipv4Config"];
  const cidr = checks.cidr([...config, "cidr"]);
  const unfit = NOT_FOR_HOSTS.find((other) => cidr !== undefined && cidrsOverlap(cidr, other.cidr));
  if (unfit !== undefined) {
    checks.fail([...config, "cidr"], `must not overlap ${formatCidr(unfit.cidr)} (${unfit.name})`);
  }
  const server = checks.host([...config, "serverIP"], cidr);
  const start = checks.host([...config, "pool", "start"], cidr);
  const end = checks.host([...config, "pool", "end"], cidr);
  if (start !== undefined && end !== undefined && start > end) {
    checks.fail(
      [...config, "pool", "end"],
      `must not lie before start, ${checks.text([...config, "pool", "start"])}`,
    );
  }
  for (const path of checks.items([...config, "pool", "exclude"])) {
    if (checks.ipv4(path) === server && server !== undefined) {
      checks.fail(path, "must not be the address of serverIP");
    }
  }
  checkClientOptions(checks, config, { cidr, server });
  const most = [...config, "maxLeaseTime"];
  const maxLeaseTime = checks.number(most, { least: 1, most: MAX_SECONDS, unit: "seconds" });
  const leaseTime = leaseTimeOf(checks.at([...config, "leaseTime"]));
  if (maxLeaseTime !== undefined && maxLeaseTime < leaseTime) {
    checks.fail(most, `must not be less than leaseTime, ${leaseTime}`);
  }
  return checks.errors;
}
