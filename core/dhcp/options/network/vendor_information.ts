import { readVendorOption } from "../../../api/options/custom_option.ts";
import type { OptionDefinition } from "../definition.ts";
import { type VendorBlock, vendorBlocks } from "../formats/vendor_blocks.ts";
import { rowsOf } from "../spelled_options.ts";

/** Octets of one vendor at most, so that the option is one piece. */
const MOST = 250;

/** RFC 3925 section 4: what clients of one or more vendors are told, one block for each of them. */
export const vendorInformation: OptionDefinition<125, readonly VendorBlock[]> = {
  code: 125,
  name: "vendor-identifying vendor information",
  format: vendorBlocks,
  fromPool(pool) {
    const blocks = new Map<number, readonly number[]>();
    rowsOf(pool, "vendorOptions").forEach((row, index) => {
      const path = ["vendorOptions", index];
      const read = readVendorOption(row);
      if (!read.ok) {
        for (const error of read.errors) pool.report({ ...error, path: [...path, ...error.path] });
        return;
      }
      const { enterprise, code, octets } = read.value;
      const data = [...blocks.get(enterprise) ?? [], code, octets.length, ...octets];
      if (data.length > MOST) {
        const message = `must leave at most ${MOST} octets for all of enterprise ${enterprise}`;
        return pool.report({ path, value: row, message });
      }
      blocks.set(enterprise, data);
    });
    const all = [...blocks].map(([enterprise, octets]) => ({
      enterprise,
      data: Uint8Array.from(octets),
    }));
    return all.length === 0 ? undefined : all;
  },
};
