/**
 * Rules about the messages that earn no lease, and about how a reply travels.
 *
 * @module
 */
import type { RuleSection } from "../rule.ts";

/** In the order of their numbers. */
export const REPLY_RULES: readonly RuleSection[] = [
  {
    title: "NAK",
    rules: [
      {
        number: 43,
        title: "Options of a NAK",
        text: "A NAK has 53 and 54, a text (56), the echoes of 61 and 82, and nothing else.",
        source: "RFC 2131 table 3",
      },
      {
        number: 44,
        title: "Fields of a NAK",
        text: "`yiaddr`, `ciaddr` and `siaddr` of a NAK are 0, `sname` and `file` zero.",
        source: "RFC 2131 table 3",
      },
      {
        number: 45,
        title: "The way of a NAK without a relay",
        text:
          "Without a relay a NAK goes to 255.255.255.255, port 68, as a broadcast of the link layer, whatever the flags say.",
        source: "RFC 2131 sections 4.1 and 4.3.2",
      },
      {
        number: 46,
        title: "The way of a NAK with a relay",
        text:
          "With a relay a NAK goes to `giaddr`, port 67, with the broadcast bit set in `flags`.",
        source: "RFC 2131 section 4.3.2",
      },
      {
        number: 47,
        title: "How many NAKs",
        text: "One NAK for each REQUEST that earns one, and a bounded number for each `chaddr`.",
        source: "our own: loops of NAKs eat no CPU",
      },
    ],
  },
  {
    title: "DECLINE, RELEASE, INFORM, BOOTP",
    rules: [
      {
        number: 48,
        title: "No answer to DECLINE and RELEASE",
        text: "Nothing is sent to a DECLINE or RELEASE.",
        source: "RFC 2131 sections 4.3.3 and 4.3.4",
      },
      {
        number: 49,
        title: "A DECLINE of the own address",
        text:
          "A DECLINE with our 54 and the client's own address in 50 is a rumour, since anybody on the link can send it: the agent asks by ARP, and only if another MAC address than the client's answers it is a conflict, with an Event, a metric, a condition and the mark `CONFLICT`.",
        source: "RFC 2131 section 4.3.3, RFC 5227 section 2.1",
      },
      {
        number: 50,
        title: "A DECLINE of another's address",
        text:
          "A DECLINE by another client than the owner, for another server, or without 50 changes nothing.",
        source: "RFC 2131 section 4.3.3",
      },
      {
        number: 51,
        title: "Addresses in conflict rest",
        text: "An address in conflict is not given to anybody until it has rested.",
        source: "RFC 2131 section 4.3.3",
        choice:
          "A dynamic address is replaced at the next plan, at most 5 times an hour for one client, which then keeps being offered its last one. One that the operator pinned is never moved behind their back: it is offered again after 10 minutes (as dnsmasq does), with the condition standing. A mark ends after an hour, unless the address still answers for somebody else.",
      },
      {
        number: 52,
        title: "A RELEASE of the own address",
        text:
          "A RELEASE of the client's own address is accepted in silence; the binding stays, and the next DISCOVER gets the same address.",
        source: "RFC 2131 section 4.3.4",
      },
      {
        number: 53,
        title: "A RELEASE of another's address",
        text: "A RELEASE with another `ciaddr`, 54 or `chaddr` changes nothing.",
        source: "RFC 2131 section 4.3.4",
      },
      {
        number: 54,
        title: "INFORM",
        text:
          "An INFORM of a host of the subnet: ACK by unicast to `ciaddr`, port 68, with `yiaddr` 0, without 51, 58 and 59; the frame is for one machine, never for a group.",
        source: "RFC 2131 section 4.3.5",
      },
      {
        number: 55,
        title: "INFORM without `ciaddr`",
        text:
          "An INFORM with `ciaddr` 0 is answered to its source address; where that is 0, too, it is dropped.",
        source: "RFC 2131 section 4.3.5",
      },
      {
        number: 56,
        title: "INFORM without a lease",
        text:
          "An INFORM needs no lease: machines with an address of their own get the options, too.",
        source: "RFC 2131 section 4.3.5",
        choice:
          "Only with an address of the subnet that another host than the server can have, so that nobody is made to shout.",
      },
      {
        number: 57,
        title: "BOOTP",
        text:
          "A BOOTP request (without 53): BOOTREPLY with a binding without end, at most 64 octets of options, 300 octets in all.",
        source: "RFC 1534 section 2, RFC 951",
        choice: "Ignored, unless the pool has `bootp`: no VM's firmware of today speaks it alone.",
      },
    ],
  },
  {
    title: "Where and how the answer travels",
    rules: [
      {
        number: 58,
        title: "Through a relay",
        text:
          "With `giaddr` of the pool's subnet, the reply goes to `giaddr`, port 67 (or the relay's own port where sub-option 19 of option 82 says so), by a socket of its own, never to where the packet came from. A relay elsewhere meets silence, and new ones are bounded: 16 a minute and network.",
        source: "RFC 2131 section 4.1, RFC 1542 section 4, RFC 8357",
      },
      {
        number: 59,
        title: "To a client with an address",
        text:
          "Without `giaddr` and with `ciaddr` the reply goes by unicast to `ciaddr`, port 68, and the hardware address `chaddr`, without ARP: the kernel's neighbour table, one for the whole node, is not touched.",
        source: "RFC 2131 section 4.1",
      },
      {
        number: 60,
        title: "By broadcast",
        text:
          "Without both, and with the broadcast bit: to 255.255.255.255 and ff:ff:ff:ff:ff:ff, port 68.",
        source: "RFC 2131 section 4.1",
      },
      {
        number: 61,
        title: "By unicast to a client without an address",
        text:
          "Without both, and without the bit: by unicast to `yiaddr` and the hardware address `chaddr`, without ARP.",
        source: "RFC 2131 section 4.1",
        choice:
          "The standard lets a server broadcast; a frame to one machine costs the others nothing.",
      },
      {
        number: 62,
        title: "Interface, source and TTL",
        text:
          "Replies leave by the interface of the request, from the server identifier, port 67, with a TTL of 64 or more.",
        source:
          "RFC 2131 section 4.1, and our own: networks may have the same addresses, so no route may choose the interface",
      },
      {
        number: 63,
        title: "`flags`, `giaddr`, `hops` and `secs`",
        text:
          "`flags` (but in rule 46) and `giaddr` of the reply are the request's; `hops` and `secs` are 0.",
        source: "RFC 2131 table 3",
      },
      {
        number: 64,
        title: "`sname` and `file`",
        text: "`sname` and `file` are zero where they hold neither boot parameters nor options.",
        source: "RFC 2131 table 3",
      },
      {
        number: 65,
        title: "The least size",
        text: "The UDP payload has 300 octets or more, zeros after END.",
        source: "RFC 951, RFC 1542 section 2.1",
      },
      {
        number: 66,
        title: "The greatest size",
        text:
          "The IP datagram has at most 576 octets where 57 does not allow more, and never more than the interface's MTU.",
        source: "RFC 2131 section 2, RFC 2132 section 9.10",
      },
      {
        number: 67,
        title: "Sizes below 576",
        text: "57 below 576 counts as 576.",
        source: "RFC 2132 section 9.10",
      },
      {
        number: 68,
        title: "One answer for a frame",
        text:
          "A frame is answered once: one process answers each network. While it is handed over both may, with the same words.",
        source: "our own",
      },
      {
        number: 69,
        title: "One socket on port 67",
        text: "Replies by unicast need no second socket on port 67, so no request is lost to one.",
        source: "our own: BusyBox udhcpd loses about 1 % of requests to it",
      },
    ],
  },
];
