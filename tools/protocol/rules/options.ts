/**
 * Rules about options, many networks, hand-over and live changes.
 *
 * @module
 */
import type { RuleSection } from "../rule.ts";

/** In the order of their numbers. */
export const OPTION_RULES: readonly RuleSection[] = [
  {
    title: "Options of OFFER and ACK",
    rules: [
      {
        number: 70,
        title: "What the client asks for",
        text:
          "What the parameter request list (55) names is sent where it is configured, in the client's order as far as possible.",
        source: "RFC 2132 section 9.8",
      },
      {
        number: 71,
        title: "What the client does not ask for",
        text: "What the list does not name is left out, but 53, 54, 51, 1, 58 and 59.",
        source: "RFC 2131 section 4.3.1",
        choice: "A client without a list gets all that is configured, as far as it fits.",
      },
      {
        number: 72,
        title: "The mask before the routers",
        text: "The mask (1) comes before the routers (3), whatever the list's order.",
        source: "RFC 2132 section 3.3",
      },
      {
        number: 73,
        title: "The first option and the last",
        text: "53 is the first option, 82 the last before END.",
        source: "RFC 3046 section 2.1",
      },
      {
        number: 74,
        title: "The lease time",
        text: "51 is in OFFER and ACK; 0xffffffff only where the pool says so.",
        source: "RFC 2131 section 3.3, table 3",
      },
      {
        number: 75,
        title: "T1 and T2",
        text: "58 < 59 < 51 where they are sent; the defaults are a half and seven eighths of 51.",
        source: "RFC 2131 section 4.4.5, RFC 2132 sections 9.11 and 9.12",
      },
      {
        number: 76,
        title: "The echo of the client identifier",
        text: "61 is copied unaltered into OFFER, ACK and NAK.",
        source: "RFC 6842 section 3",
      },
      {
        number: 77,
        title: "The echo of the relay's options",
        text:
          "82 of a request is copied octet for octet into the reply, never added, and never kept for renewals that come without a relay.",
        source: "RFC 3046 section 2.2",
      },
      {
        number: 78,
        title: "Options without a value",
        text: "An option without a value is not sent.",
        source: "RFC 2132 sections 3.5 and following",
      },
      {
        number: 79,
        title: "Lists of addresses",
        text: "3, 6 and 42 have four octets for each address, at least one.",
        source: "RFC 2132 sections 3.5, 3.8 and 8.3",
      },
      {
        number: 80,
        title: "Names",
        text:
          "12 and 15 are not empty, have no NUL at the end, at most 63 and 253 octets, and valid labels.",
        source: "RFC 2132 sections 3.14 and 3.17",
      },
      {
        number: 81,
        title: "Domain search",
        text:
          "119 has labels of RFC 1035 with pointers from the option's start, after its pieces are joined.",
        source: "RFC 3397 section 2",
      },
      {
        number: 82,
        title: "Long options",
        text:
          "A value over 255 octets is split into several options of the same code, in order; END comes once.",
        source: "RFC 3396 section 6",
      },
      {
        number: 83,
        title: "Where there is no room",
        text:
          "What does not fit goes into `file` and then `sname` (52), where they hold no boot data; then what is asked least urgently is left out whole and counted. No option is ever cut.",
        source: "RFC 2131 section 4.1, RFC 3396 section 6",
      },
      {
        number: 84,
        title: "Static routes",
        text:
          "121 has a width, the destination's significant octets and a router for each route; the default route is repeated in it, since a client that has 121 ignores 3.",
        source: "RFC 3442",
      },
      {
        number: 85,
        title: "Static routes for old Windows",
        text: "249 is for Windows clients of old.",
        source: "MS-DHCPE section 2.2.8",
        choice: "It has 121's value, and is sent only to who asks for it.",
      },
      {
        number: 86,
        title: "MTU",
        text: "26 has two octets and is 68 or more.",
        source: "RFC 2132 section 5.1",
      },
      {
        number: 87,
        title: "NTP servers",
        text:
          "42 has addresses; names are looked up by the controller, never while a packet waits.",
        source: "RFC 2132 section 8.3",
      },
      {
        number: 88,
        title: "The client's whole name",
        text:
          "81 is answered by 81: the same E bit, RCODE 255 twice, S 0, N 1, O 1 if S was asked for: this server updates no DNS.",
        source: "RFC 4702 section 4",
      },
      {
        number: 89,
        title: "Boot server and boot file",
        text:
          "66 and 67 are options where the client asks for them, else `sname` and `file`; `siaddr` is the next server or 0, never the server itself by reflex.",
        source: "RFC 2131 tables 1 and 3, RFC 2132 sections 9.4 and 9.5",
      },
      {
        number: 90,
        title: "Boot files by architecture",
        text:
          "A boot file may depend on the client's architecture (93); 97 is echoed to a PXE client.",
        source: "RFC 4578 sections 2.1 and 2.3",
      },
      {
        number: 91,
        title: "Rapid commit",
        text: "80 in a DISCOVER is answered by an ACK with 80 that binds; 80 is in no OFFER.",
        source: "RFC 4039 section 3.1",
        choice:
          "Off, unless the pool has `rapidCommit`: where two servers are on a network, both would bind.",
      },
      {
        number: 92,
        title: "IPv6 only preferred",
        text: "108 is sent only to who asks for it, where the pool has it, with 300 s or more.",
        source: "RFC 8925 sections 3.2 and 3.3",
      },
      {
        number: 93,
        title: "Captive portal",
        text: "114 is a URI without NUL at the end, sent only to who asks for it.",
        source: "RFC 8910 section 2.1",
      },
      {
        number: 94,
        title: "Auto-configuration",
        text: '116 in a DISCOVER may be answered by "do not configure yourself".',
        source: "RFC 2563 section 2.3",
        choice:
          "It is not answered: an unknown client may be another server's, and a known one has its address.",
      },
      {
        number: 95,
        title: "Relays that choose the subnet",
        text:
          "118, and sub-options 5 and 11 of option 82, let a client or relay choose subnet and server identifier.",
        source: "RFC 3011 section 2, RFC 3527 section 3, RFC 5107 section 3",
        choice:
          "They are not followed: the network that a packet came from has one pool, and what a packet says about others is not believed.",
      },
    ],
  },
  {
    title: "Many networks, hand-over, live changes",
    rules: [
      {
        number: 96,
        title: "Equal MAC addresses on two networks",
        text:
          "A MAC address on two networks has each network's own lease, and none reveals the other's.",
        source: "our own",
      },
      {
        number: 97,
        title: "Interfaces that come and go",
        text:
          "When an interface comes or goes, serving begins or ends within 1 s, and no other network loses a packet.",
        source: "our own",
      },
      {
        number: 98,
        title: "Edits of the pool",
        text: "An edit of the pool is in the very next ACK.",
        source: "our own",
      },
      {
        number: 99,
        title: "An address that changes hands",
        text: "An address that goes to another MAC address in the record is served so at once.",
        source: "our own",
      },
      {
        number: 100,
        title: "Without the API server",
        text:
          "An agent that starts while the API server is away serves what it last knew, or is silent; it never NAKs.",
        source: "our own",
      },
      {
        number: 101,
        title: "Hand-over",
        text:
          "When the leader dies, no gap is longer than the Lease and 1 s; when it is told to end, no exchange goes unanswered; who has seen another holder acknowledges nothing, unless nobody has the server's address on a network where clients ask.",
        source: "our own",
      },
      {
        number: 102,
        title: "Bursts",
        text: "1,000 DISCOVERs in one burst are all bound within 5 s, without being sent again.",
        source: "our own",
      },
      {
        number: 103,
        title: "No API call for a packet",
        text: "A packet costs no API call, and a slow API server delays no answer.",
        source: "our own",
      },
      {
        number: 104,
        title: "Counters and logs",
        text:
          "Every drop, NAK and malformed packet is counted by network and reason; logs of packets are for `debug` and below.",
        source: "our own",
      },
      {
        number: 105,
        title: "UDP checksums of replies",
        text: "The UDP checksum of a reply is whole, or 0, on every way.",
        source: "RFC 768",
      },
      {
        number: 106,
        title: "Equal cost",
        text: "What a request costs does not depend on what it asks for.",
        source: "our own",
      },
      {
        number: 107,
        title: "Packets in full",
        text:
          "At `trace` each packet is logged whole in both directions: fields and options by name, unknown ones as hex, with the pool's reference.",
        source: "our own",
      },
    ],
  },
];
