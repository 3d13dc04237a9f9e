import type { OptionDefinition } from "../definition.ts";
import { octets } from "../formats/octets.ts";

/** RFC 4578 section 2.3: the machine's GUID; to a PXE client it comes back as it is (rule 90). */
export const machineIdentifier: OptionDefinition<97, Uint8Array> = {
  code: 97,
  name: "client machine identifier",
  format: octets,
};
