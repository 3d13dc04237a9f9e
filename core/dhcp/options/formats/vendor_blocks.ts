import { octets } from "../../wire/reader.ts";
import type { OptionFormat } from "./format.ts";
import { isInteger } from "./integer.ts";

/** What one vendor's clients and servers tell each other. */
export interface VendorBlock {
  /** IANA enterprise number. */
  readonly enterprise: number;
  /** At most 255 octets, which that vendor defines. */
  readonly data: Uint8Array;
}

/** One block for each vendor (RFC 3925 sections 3 and 4). */
export const vendorBlocks: OptionFormat<readonly VendorBlock[]> = {
  wanted: "one or more enterprise numbers, each with at most 255 octets",
  accepts(value): value is readonly VendorBlock[] {
    return Array.isArray(value) && value.length > 0 && value.every(isBlock);
  },
  decode(reader) {
    if (reader.remaining === 0) reader.fail("at least 1 vendor", "0 octets");
    const blocks: VendorBlock[] = [];
    while (reader.remaining > 0) {
      const enterprise = reader.u32();
      const length = reader.u8();
      if (length > reader.remaining) reader.fail(octets(length), octets(reader.remaining));
      blocks.push({ enterprise, data: reader.octets(length) });
    }
    return blocks;
  },
  encode(writer, value) {
    for (const { enterprise, data } of value) {
      writer.u32(enterprise);
      writer.u8(data.length);
      writer.octets(data);
    }
  },
};

function isBlock(value: unknown): value is VendorBlock {
  const { enterprise, data } = Object(value) as Partial<VendorBlock>;
  return isInteger(enterprise, 0, 0xffffffff) && data instanceof Uint8Array && data.length <= 255;
}
