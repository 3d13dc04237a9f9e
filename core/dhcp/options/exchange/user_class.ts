import type { OptionDefinition } from "../definition.ts";
import { octets } from "../formats/octets.ts";

/** RFC 3004: classes, each after its length; iPXE and others send a bare text. */
export const userClass: OptionDefinition<77, Uint8Array> = {
  code: 77,
  name: "user class",
  format: octets,
};
