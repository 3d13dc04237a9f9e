/**
 * What a pool gives its clients, encoded.
 *
 * @module
 */
import type { OptionDefinition } from "../options/definition.ts";
import { hostName } from "../options/exchange/host_name.ts";
import { messageType } from "../options/exchange/message_type.ts";
import { overload } from "../options/exchange/overload.ts";
import { bootFileName, tftpServerName } from "../options/network/boot.ts";
import { type DhcpOption, encodeOption } from "../options/option.ts";
import type { PoolSource } from "../options/pool_source.ts";
import { spelledOptions } from "../options/spelled_options.ts";
import { DHCP_OPTIONS } from "../options/table.ts";
import { FILE_OFFSET, FIXED_LENGTH, SNAME_OFFSET } from "../wire/constants.ts";
import { type EncodedOption, NO_OCTETS } from "./option_run.ts";

/** Options that have a field of their own in the fixed part, and its octets with the NUL at the end. */
const FIELDS = new Map<number, { readonly bit: number; readonly octets: number }>([
  [bootFileName.code, { bit: overload.file, octets: FIXED_LENGTH - FILE_OFFSET }],
  [tftpServerName.code, { bit: overload.sname, octets: FILE_OFFSET - SNAME_OFFSET }],
]);

/**
 * The options of a pool: those of the table in its order, then those that the pool spells out. What it has no value for is
 * no option (rule 78). Option 53 is the first.
 */
export function encodedOptions(pool: PoolSource): EncodedOption[] {
  const options: EncodedOption[] = [];
  for (const option of DHCP_OPTIONS) {
    const bytes = encoded(option, pool);
    if (bytes !== undefined) options.push(encodedOption(option, bytes));
  }
  for (const { code, octets, always } of spelledOptions(pool)) {
    const bytes = encodeOption({ code, value: Uint8Array.from(octets) });
    options.push({ ...SPELLED, code, bytes, always });
  }
  return options;
}

/** What is so of each option that the pool spells out. */
const SPELLED = { required: false, askedFor: false, only: undefined, field: 0 } as const;

function encoded(option: OptionDefinition, pool: PoolSource): Uint8Array | undefined {
  const { code } = option;
  if (option === messageType) return encodeOption({ code: messageType.code, value: 0 });
  if (option === hostName) return pool.config.hostnames === true ? NO_OCTETS : undefined;
  const value = option.fromPool?.(pool);
  return value === undefined ? undefined : encodeOption({ code, value } as DhcpOption);
}

function encodedOption(option: OptionDefinition, bytes: Uint8Array): EncodedOption {
  const { code, always = false, askedFor = false, only } = option;
  const field = FIELDS.get(code);
  // What is too long for its field, or in pieces, is an option whatever is asked for.
  const fits = field !== undefined && bytes.length - 2 < field.octets;
  const isTooLong = field !== undefined && !fits;
  return {
    code,
    bytes,
    always: always || isTooLong,
    required: always,
    askedFor,
    only,
    field: fits ? field.bit : 0,
  };
}
