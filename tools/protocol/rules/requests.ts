/**
 * Rules about what a client says and what the server makes of it.
 *
 * @module
 */
import type { RuleSection } from "../rule.ts";

/** In the order of their numbers. */
export const REQUEST_RULES: readonly RuleSection[] = [
  {
    title: "Which datagrams are looked at",
    rules: [
      {
        number: 1,
        title: "Only requests",
        text: "Only `op` 1 (BOOTREQUEST) is processed; `op` 2 is dropped.",
        source: "RFC 2131 section 2, table 1",
      },
      {
        number: 2,
        title: "Too short, or no cookie",
        text:
          "A datagram of fewer than 240 octets, or without the magic cookie `63 82 53 63`, gets no answer and changes nothing.",
        source: "RFC 2131 section 3, RFC 2132 section 2",
      },
      {
        number: 3,
        title: "Other message types",
        text:
          "Message types other than 1, 3, 4, 7 and 8 are dropped and counted, and no such packet can fill a log.",
        source: "RFC 2131 section 4.3",
      },
      {
        number: 4,
        title: "Only Ethernet addresses",
        text:
          "A lease is only for `htype` 1 with `hlen` 6; an `hlen` over 16 is never used as a length.",
        source: "RFC 2131 section 2",
      },
      {
        number: 5,
        title: "The client is its `chaddr`",
        text:
          "The client is known by `chaddr`, not by the frame's source or `ciaddr`; its spelling in the record does not matter.",
        source: "RFC 2131 section 4.2",
      },
      {
        number: 6,
        title: "The client identifier",
        text: "The client identifier (61) is echoed.",
        source: "RFC 2131 section 4.2",
        choice:
          "It never selects the lease: clones of one image share an identifier, and KubeVirt gives each NIC a MAC address of its own.",
      },
      {
        number: 7,
        title: "Options in `file` and `sname`",
        text:
          "Options are read in `options`, then in `file`, then in `sname`, as far as option 52 names those; a 52 inside `file` or `sname` is ignored.",
        source: "RFC 2131 section 4.1, RFC 2132 section 9.3",
      },
      {
        number: 8,
        title: "Options in pieces, and twice",
        text:
          "Pieces of an option of variable length are joined in order of appearance; of an option of fixed length (50, 51, 53, 54, 57) the first copy counts.",
        source: "RFC 3396 sections 5 and 7",
      },
      {
        number: 9,
        title: "PAD and END",
        text:
          "PAD is skipped; what follows END is ignored; END may be missing where the last option ends with the buffer.",
        source: "RFC 2132 sections 3.1 and 3.2",
      },
      {
        number: 10,
        title: "Torn options",
        text:
          "An option that runs past the buffer makes the whole packet malformed: no answer, one more on the counter, and the server goes on.",
        source: "RFC 2132 section 2",
      },
      {
        number: 11,
        title: "Options of a wrong length",
        text:
          "An option of a wrong length is never read past its end. 53 of another length than 1 makes the packet malformed, 54 of another than 4, and 50 of another than 4 in a REQUEST or DECLINE. A hint that cannot be read (50, 51, 57 in a DISCOVER; 51, 57 in a REQUEST; 52 of value 0) is no hint.",
        source: "RFC 2132 section 9",
      },
      {
        number: 12,
        title: "UDP checksums of requests",
        text:
          "A datagram with a wrong UDP checksum is dropped; one with checksum 0, or whose checksum the sender on the same host left to its card, is taken.",
        source: "RFC 768",
      },
      {
        number: 13,
        title: "What the reply repeats",
        text:
          "`xid`, `htype`, `hlen` and all 16 octets of `chaddr` of the reply are the request's.",
        source: "RFC 2131 table 3",
      },
    ],
  },
  {
    title: "DISCOVER and OFFER",
    rules: [
      {
        number: 14,
        title: "A DISCOVER of a known client",
        text: "A known client gets exactly one OFFER, of its own address.",
        source: "RFC 2131 section 4.3.1",
      },
      {
        number: 15,
        title: "A DISCOVER of an unknown client",
        text: "An unknown client meets silence.",
        source: "RFC 2131 section 4.3.1",
        choice:
          "A server may decline to offer, and another server on the network may know the client.",
      },
      {
        number: 16,
        title: "A requested address",
        text: "A requested address (50) other than the client's own does not change the offer.",
        source: "RFC 2131 section 4.3.1",
      },
      {
        number: 17,
        title: "`ciaddr` of an OFFER",
        text: "`ciaddr` of an OFFER is 0.",
        source: "RFC 2131 table 3",
      },
      {
        number: 18,
        title: "What an OFFER must have",
        text: "An OFFER has 53, 54 and 51.",
        source: "RFC 2131 table 3",
      },
      {
        number: 19,
        title: "What an OFFER must not have",
        text: "An OFFER has none of 50, 55 and 57.",
        source: "RFC 2131 table 3",
      },
      {
        number: 20,
        title: "A DISCOVER for another server",
        text: "A DISCOVER that names another server (54) is not answered.",
        source: "RFC 2131 table 5",
      },
      {
        number: 21,
        title: "A requested lease time",
        text: "The lease time is the pool's, whatever 51 asks.",
        source: "RFC 2131 section 4.3.1",
        choice:
          "Where the pool has `honourRequestedLeaseTime`, it is what is asked, at least 60 s (or the pool's own time, where that is shorter) and at most `maxLeaseTime`. By default the operator decides, so that an edit reaches every client within a time that is known.",
      },
      {
        number: 22,
        title: "A repeated DISCOVER",
        text: "A repeated DISCOVER with the same `xid` gets the same address again.",
        source: "RFC 2131 section 4.1",
      },
      {
        number: 23,
        title: "A DISCOVER changes nothing",
        text: "A DISCOVER changes no state, and writes nothing to the API server.",
        source: "RFC 2131 section 4.3.1",
      },
    ],
  },
  {
    title: "REQUEST of a client that chose an offer (SELECTING: 54 and 50)",
    rules: [
      {
        number: 24,
        title: "The right server and address",
        text:
          "54 is ours and 50 the client's own address: ACK. Also with 54, without 50, and with `ciaddr` its own address: such a client renews and names the server against table 5.",
        source: "RFC 2131 section 4.3.2",
      },
      {
        number: 25,
        title: "Another server chosen",
        text: "54 is another server: silence, and nothing is recorded.",
        source: "RFC 2131 section 3.1",
      },
      {
        number: 26,
        title: "Another address, or no lease",
        text: "54 is ours and 50 another address than the client's, or the lease is gone: NAK.",
        source: "RFC 2131 section 3.1",
      },
      {
        number: 27,
        title: "An unknown client that chose us",
        text: "54 is ours and the client unknown: NAK.",
        source: "RFC 2131 section 3.1",
      },
      {
        number: 28,
        title: "Former server identifiers",
        text:
          "Every server identifier that this network's offers ever had is ours, so that an edit of `serverIP` strands no client.",
        source: "RFC 2131 section 4.1",
      },
      {
        number: 29,
        title: "A choice without an address",
        text: "54 is ours, 50 missing and `ciaddr` not the client's own address: no ACK.",
        source: "RFC 2131 table 5",
        choice: "NAK: the client spoke to this server, and begins anew at once instead of waiting.",
      },
    ],
  },
  {
    title: "REQUEST of a client that starts again (INIT-REBOOT: 50 without 54)",
    rules: [
      {
        number: 30,
        title: "Its own address once more",
        text: "A known client that asks for its own address: ACK.",
        source: "RFC 2131 section 4.3.2",
      },
      {
        number: 31,
        title: "Another address of the subnet",
        text: "A known client that asks for another address of the subnet: NAK.",
        source: "RFC 2131 section 4.3.2",
      },
      {
        number: 32,
        title: "An address outside the subnet",
        text:
          "An address outside the subnet of the network (or of `giaddr`), asked for by a known client, or on an authoritative pool: NAK.",
        source: "RFC 2131 section 4.3.2",
        choice:
          "An unknown client of a pool that is not authoritative meets silence: it may be another server's.",
      },
      {
        number: 33,
        title: "An unknown client that starts again",
        text:
          "An unknown client that asks for an address of our subnet: silence, unless the pool is authoritative: NAK.",
        source: "RFC 2131 section 4.3.2",
        choice: "The word `authoritative` and its meaning are those of ISC dhcpd, Kea and dnsmasq.",
      },
      {
        number: 34,
        title: "Pools that are not read yet",
        text:
          "A NAK never depends on a lease that is merely not loaded: until the pool is read the server is silent.",
        source: "our own: no storm of NAKs after a fail-over",
      },
    ],
  },
  {
    title: "REQUEST of a client that extends its lease (RENEWING, REBINDING: `ciaddr` alone)",
    rules: [
      {
        number: 35,
        title: "Extending its own address",
        text:
          "`ciaddr` is the client's own address: ACK with `yiaddr` and `ciaddr` of it, and the whole lease time.",
        source: "RFC 2131 section 4.3.2, table 3",
      },
      {
        number: 36,
        title: "RENEWING another address",
        text: "RENEWING another address than its own: the server checks.",
        source: "RFC 2131 section 4.3.2",
        choice:
          "NAK, as dnsmasq does: the client begins anew and has the right address within seconds.",
      },
      {
        number: 37,
        title: "REBINDING another address",
        text:
          "REBINDING another address than its own: NAK for a known client, silence for an unknown one.",
        source: "RFC 2131 section 4.3.2",
      },
      {
        number: 38,
        title: "An unknown client that extends its lease",
        text: "RENEWING or REBINDING by an unknown client.",
        source: "RFC 2131 section 4.3.2",
        choice: "Silence, since another server may own it; NAK where the pool is authoritative.",
      },
      {
        number: 39,
        title: "Before T1",
        text: "A renewal before T1 is answered like any other.",
        source: "RFC 2131 section 4.3.2",
      },
      {
        number: 40,
        title: "A REQUEST with neither server nor address",
        text: "A REQUEST with none of 54, 50 and `ciaddr`: no ACK.",
        source: "RFC 2131 table 5",
        choice:
          "Silence: it is no state of a client, and a NAK could only help a sender that speaks another protocol.",
      },
      {
        number: 41,
        title: "With `ciaddr` and 50",
        text:
          "Where `ciaddr` and 50 are both set, 54 decides: with it SELECTING, without it INIT-REBOOT; `ciaddr` is ignored.",
        source: "RFC 2131 table 5",
      },
      {
        number: 42,
        title: "After a change of its address",
        text:
          "When a client's address was changed, its next renewal is NAKed, so that it has the new one within T1.",
        source: "RFC 2131 section 4.3.2",
      },
    ],
  },
];
