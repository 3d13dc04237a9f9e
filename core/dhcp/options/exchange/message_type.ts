import type { OptionDefinition } from "../definition.ts";
import { unsigned } from "../formats/integer.ts";

/** RFC 2132 section 9.6. Each reply has its own; the first option, so that it can be put in last (rule 73). */
export const messageType: OptionDefinition<53, number> = {
  code: 53,
  name: "DHCP message type",
  format: unsigned(1),
  always: true,
  only: "dhcp",
};

/** Values of option 53 (RFC 2132 section 9.6). */
export const MessageType = {
  Discover: 1,
  Offer: 2,
  Request: 3,
  Decline: 4,
  Ack: 5,
  Nak: 6,
  Release: 7,
  Inform: 8,
} as const;

/** One of {@linkcode MessageType}. */
export type MessageType = typeof MessageType[keyof typeof MessageType];

/** Label of each message type, for logs and metrics; index by the value of option 53, 0 for a message without it (BOOTP). */
export const MESSAGE_TYPE_NAMES: readonly string[] = [
  "bootp",
  ...Object.keys(MessageType).map((name) => name.toLowerCase()),
];
