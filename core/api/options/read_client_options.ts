/**
 * Reads what a single NIC is to be told.
 *
 * @module
 */
import type { ClientOptions } from "../client_options.ts";
import { openApiSchema } from "../crd/open_api_schema.ts";
import { schemaErrors, withoutRepeats } from "../fields/check_schema.ts";
import { FieldChecks } from "../fields/field_checks.ts";
import type { FieldError } from "../fields/field_error.ts";
import { withoutNulls } from "../fields/left_out.ts";
import { unknownFields } from "../fields/unknown_fields.ts";
import { checkClientOptions, type OptionsNetwork } from "./check_client_options.ts";
import { clientOptionsSchema } from "./client_options_schema.ts";

/** Characters of JSON that one NIC's options have at most, so that a record of many NICs stays small. */
const MAX_NIC_OPTIONS = 1_024;

/** Options as far as they can be sent, and everything that is wrong with the rest. */
export interface ReadOptions {
  /** What can be sent. */
  readonly options: ClientOptions;
  /** What cannot, by its path within the options. */
  readonly errors: readonly FieldError[];
}

/**
 * Reads the options of one NIC from the JSON text of an annotation. A bad field, or a bad row of a list, is left out and
 * named; all else is kept.
 *
 * @example
 * ```ts
 * import { readClientOptions } from "@vm-dhcp/vm-dhcp/api";
 * import { deepStrictEqual as deepEqual } from "node:assert/strict";
 *
 * deepEqual(readClientOptions('{"mtu": 1450, "dns": ["1.1.1.1", "dns"]}', {}), {
 *   options: { mtu: 1450, dns: ["1.1.1.1"] },
 *   errors: [{
 *     path: ["dns", 1],
 *     value: "dns",
 *     message: "must be an IPv4 address such as 192.168.48.10: four decimal parts from 0 to 255 wanted",
 *   }],
 * });
 * ```
 */
export function readClientOptions(text: string, network: OptionsNetwork): ReadOptions {
  const problem = sizeProblem(text);
  if (problem !== undefined) return nothing(text, problem);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return nothing(text, 'must be JSON such as {"mtu": 1450}');
  }
  return keepClientOptions(value, network);
}

/**
 * The same for options that are an object already, such as those of a VirtualMachineNetworkConfig.
 *
 * @example
 * ```ts
 * import { keepClientOptions } from "@vm-dhcp/vm-dhcp/api";
 * import { deepStrictEqual as deepEqual } from "node:assert/strict";
 *
 * deepEqual(keepClientOptions({ mtu: 67, wpad: "" }, {}), {
 *   options: { wpad: "" },
 *   errors: [{ path: ["mtu"], value: 67, message: "must be from 68 to 65535 octets" }],
 * });
 * ```
 */
export function keepClientOptions(value: unknown, network: OptionsNetwork): ReadOptions {
  const options = withoutNulls(value);
  const problem = sizeProblem(options);
  return problem === undefined ? keepGood(options, network) : nothing(value, problem);
}

/** What has no fault, also without what has one: a renewal time may be too late for the lease time of the pool. */
function keepGood(options: unknown, network: OptionsNetwork): ReadOptions {
  const checks = new FieldChecks(options);
  checkClientOptions(checks, [], network);
  const errors = withoutRepeats([
    ...schemaErrors(clientOptionsSchema, options),
    ...unknownFields(SCHEMA, options),
    ...checks.errors,
  ]);
  if (errors.length === 0) return { options: options as ClientOptions, errors };
  const left = keepGood(without(options, errors), network);
  return { ...left, errors: [...errors, ...left.errors] };
}

const SCHEMA = openApiSchema(clientOptionsSchema);

/** What is wrong with the size of one NIC's options. */
export function sizeProblem(options: unknown): string | undefined {
  const { length } = typeof options === "string" ? options : JSON.stringify(options) ?? "";
  return length > MAX_NIC_OPTIONS
    ? `must have at most ${MAX_NIC_OPTIONS} characters of JSON, not ${length}`
    : undefined;
}

function nothing(value: unknown, message: string): ReadOptions {
  return { options: {}, errors: [{ path: [], value, message }] };
}

/** Options without what errors are about: a row of a list, a part of the time zone, or else the field. */
function without(options: unknown, errors: readonly FieldError[]): ClientOptions {
  if (errors.some(({ path }) => path.length === 0)) return {};
  const kept = Object.entries(options as ClientOptions).flatMap(([field, said]) => {
    const members = errors.filter(({ path }) => path[0] === field).map(({ path }) => path[1]);
    if (members.length === 0) return [[field, said]];
    const isWhole = members.some((member) =>
      field === "timezone" ? member === undefined : typeof member !== "number"
    );
    if (isWhole) return [];
    // What was a list with rows must not become one without, which would say something else.
    const rest = Array.isArray(said)
      ? said.filter((_, index) => !members.includes(index))
      : Object.fromEntries(Object.entries(said).filter(([name]) => !members.includes(name)));
    return Object.keys(rest).length === 0 ? [] : [[field, rest]];
  });
  return Object.fromEntries(kept);
}
