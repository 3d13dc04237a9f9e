import type { OptionDefinition } from "../definition.ts";
import { isInteger } from "../formats/integer.ts";

/** Option 81, taken to pieces. */
export interface ClientFqdn {
  /** Bits of {@linkcode FqdnFlag}. */
  readonly flags: number;
  /** RCODE1 and RCODE2: 0 from clients, 255 from servers (RFC 4702 section 2.2). */
  readonly rcodes: readonly [number, number];
  /** The name: as DNS writes it where the bit E is set, else as text. */
  readonly name: Uint8Array;
}

/** RFC 4702 section 2.1. */
export const FqdnFlag = {
  /** The server is to update, or updates, the A record. */
  S: 1,
  /** The server does otherwise than the client wished of S. */
  O: 2,
  /** The name is as DNS writes it. */
  E: 4,
  /** The server is to do, or does, no update at all. */
  N: 8,
} as const;

/** RFC 4702: whose name a client has, and who tells the DNS (rule 88). */
export const clientFqdn: OptionDefinition<81, ClientFqdn> = {
  code: 81,
  name: "client FQDN",
  format: {
    wanted: "flags, two response codes and a name",
    accepts(value): value is ClientFqdn {
      const { flags, rcodes, name } = Object(value) as Partial<ClientFqdn>;
      return isInteger(flags, 0, 255) && Array.isArray(rcodes) && rcodes.length === 2 &&
        rcodes.every((rcode) => isInteger(rcode, 0, 255)) && name instanceof Uint8Array;
    },
    decode(reader) {
      return { flags: reader.u8(), rcodes: [reader.u8(), reader.u8()], name: reader.rest() };
    },
    encode(writer, { flags, rcodes, name }) {
      writer.u8(flags);
      writer.octets(rcodes);
      writer.octets(name);
    },
  },
};
