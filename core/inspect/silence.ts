/**
 * What it means that a packet was not answered, or was refused, in the words of `docs/troubleshooting.md`; a test compares the two.
 *
 * @module
 */

/** What a reason of the server's decision means, and what to do. */
interface Meaning {
  readonly meaning: string;
  readonly todo?: string;
}

const MEANINGS: Readonly<Record<string, Meaning>> = {
  unknown_client: {
    meaning: "the MAC address has no address in the pool's record",
    todo:
      "Compare it with kubectl get vmnetcfgs -o wide: a guest that changes its MAC address, a VM on another pool.",
  },
  not_served: {
    meaning: "this agent stands by, or the pool is paused, invalid or not yet read",
    todo: "Look at AgentReady; of the two agents of a network only one answers.",
  },
  other_server: {
    meaning: "the client chose another DHCP server",
    todo: "Find it: ForeignDHCPServer.",
  },
  address_held: {
    meaning: "its address rests because another machine has it",
    todo: "See docs/conflicts.md.",
  },
  nak_held: {
    meaning: "its address rests because another machine has it",
    todo: "See docs/conflicts.md.",
  },
  nak_no_lease: { meaning: "it asks for what is not, or no longer, its address" },
  nak_wrong_address: { meaning: "it asks for what is not, or no longer, its address" },
  nak_wrong_network: { meaning: "it asks for an address of another network, or for none" },
  nak_no_address: { meaning: "it asks for an address of another network, or for none" },
  nak_limited: {
    meaning: "it was refused again and again",
    todo: "Look at what it asks for at trace.",
  },
  nak_unsure: {
    meaning:
      "it asks for what the record on the agent's node does not give it, and the API server was not heard since the agent began",
    todo: "Look at the agent's way to the API server.",
  },
  declined: {
    meaning: "it found its address in use, or declines another's",
    todo: "See docs/conflicts.md.",
  },
  decline_ignored: {
    meaning: "it found its address in use, or declines another's",
    todo: "See docs/conflicts.md.",
  },
  released: { meaning: "it gives its address back; the record stays" },
  release_ignored: { meaning: "it gives its address back; the record stays" },
  no_state: {
    meaning: "it fits no rule of RFC 2131, or comes from outside of the network",
    todo: "Look at it at trace.",
  },
  inform_ignored: {
    meaning: "it fits no rule of RFC 2131, or comes from outside of the network",
    todo: "Look at it at trace.",
  },
  bootp_ignored: {
    meaning: "it fits no rule of RFC 2131, or comes from outside of the network",
    todo: "Look at it at trace.",
  },
  relay_outside: {
    meaning: "its relay is not in the pool's subnet, or there are more than 16",
    todo: "Give the relay an address of the subnet.",
  },
  relay_limited: {
    meaning: "its relay is not in the pool's subnet, or there are more than 16",
    todo: "Give the relay an address of the subnet.",
  },
  too_short: {
    meaning: "it is no DHCP message, or a torn one",
    todo: "Look at it at trace: faults says what is wrong.",
  },
  no_cookie: {
    meaning: "it is no DHCP message, or a torn one",
    todo: "Look at it at trace: faults says what is wrong.",
  },
  malformed: {
    meaning: "it is no DHCP message, or a torn one",
    todo: "Look at it at trace: faults says what is wrong.",
  },
  not_a_request: {
    meaning: "another server's answer, or a type that clients do not send",
    todo: "Find who sends it.",
  },
  unexpected_type: {
    meaning: "another server's answer, or a type that clients do not send",
    todo: "Find who sends it.",
  },
  wrong_option_length: {
    meaning: "an option of a fixed length has another; the answer does not fit",
    todo: "Look at it at trace.",
  },
  no_room: {
    meaning: "an option of a fixed length has another; the answer does not fit",
    todo: "Look at it at trace.",
  },
};

/** What a reason of the server's decision (`unknown_client`, `nak_no_lease`...) means. */
export function silenceMeaning(reason: string): Meaning {
  return Object.hasOwn(MEANINGS, reason)
    ? MEANINGS[reason] ?? { meaning: reason }
    : { meaning: reason === "" ? "the agent did not say why" : reason };
}
