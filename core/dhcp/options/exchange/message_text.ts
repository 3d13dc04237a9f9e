import type { OptionDefinition } from "../definition.ts";
import { text } from "../formats/text.ts";

/** RFC 2132 section 9.9: why a DHCPNAK was sent, for whoever reads a packet dump. */
export const messageText: OptionDefinition<56, string> = {
  code: 56,
  name: "message",
  format: text,
};
