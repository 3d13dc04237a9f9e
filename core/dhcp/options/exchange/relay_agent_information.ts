import { octets } from "../../wire/reader.ts";
import type { OptionDefinition } from "../definition.ts";
import { isInteger } from "../formats/integer.ts";

/** One sub-option of option 82. */
export interface SubOption {
  /** 1 circuit id, 2 remote id, ... (IANA "DHCP Relay Agent Sub-Option Codes"). */
  readonly code: number;
  /** Its octets, at most 255. */
  readonly value: Uint8Array;
}

/** RFC 3046 section 2.0: what a relay tells, in order. It comes back as it is, as the last option (rules 73, 77). */
export const relayAgentInformation: OptionDefinition<82, readonly SubOption[]> = {
  code: 82,
  name: "relay agent information",
  format: {
    wanted: "one or more sub-options of at most 255 octets",
    accepts(value): value is readonly SubOption[] {
      return Array.isArray(value) && value.length > 0 && value.every(isSubOption);
    },
    decode(reader) {
      if (reader.remaining === 0) reader.fail("at least 1 sub-option", "0 octets");
      const subOptions: SubOption[] = [];
      while (reader.remaining > 0) {
        const code = reader.u8();
        const length = reader.u8();
        if (length > reader.remaining) {
          reader.fail(`${octets(length)} of sub-option ${code}`, octets(reader.remaining));
        }
        subOptions.push({ code, value: reader.octets(length) });
      }
      return subOptions;
    },
    encode(writer, value) {
      for (const subOption of value) {
        writer.u8(subOption.code);
        writer.u8(subOption.value.length);
        writer.octets(subOption.value);
      }
    },
  },
};

/** Sub-option "Relay Source Port" (RFC 8357 section 5.1): the relay wants its answer on its own port. */
export const RELAY_SOURCE_PORT = 19;

function isSubOption(value: unknown): value is SubOption {
  if (typeof value !== "object" || value === null) return false;
  const { code, value: data } = value as Partial<SubOption>;
  return isInteger(code, 0, 255) && data instanceof Uint8Array && data.length <= 255;
}
