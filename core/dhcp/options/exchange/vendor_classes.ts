import type { OptionDefinition } from "../definition.ts";
import { type VendorBlock, vendorBlocks } from "../formats/vendor_blocks.ts";

/** RFC 3925 section 3: what kind of client asks, in the words of one or more vendors. */
export const vendorClasses: OptionDefinition<124, readonly VendorBlock[]> = {
  code: 124,
  name: "vendor-identifying vendor class",
  format: vendorBlocks,
};
