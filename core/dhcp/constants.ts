/**
 * The numbers of DHCPv4 (RFC 2131, RFC 2132 and the IANA registry "BOOTP/DHCP Parameters").
 *
 * @module
 */

/** UDP port that servers listen on and relays send to (RFC 2131 section 4.1). */
export const SERVER_PORT = 67;
/** UDP port that clients listen on (RFC 2131 section 4.1). */
export const CLIENT_PORT = 68;

/** Octets before the magic cookie: the fixed part of a BOOTP message (RFC 951). */
export const FIXED_LENGTH = 236;
/** Octets before the first option: the fixed part and the magic cookie. */
export const HEADER_LENGTH = 240;
/** The least length of a message that is sent; shorter ones are padded (RFC 951, RFC 1542 section 2.1). */
export const MINIMUM_LENGTH = 300;
/** Octets of an IPv4 header without options and of a UDP header. */
export const IP_UDP_HEADER_LENGTH = 28;
/** The least IP datagram that every client accepts (RFC 2132 section 9.10). */
export const MINIMUM_DATAGRAM = 576;
/** 63 82 53 63, the four octets before the options (RFC 2131 section 3). */
export const MAGIC_COOKIE = 0x63825363;
/** The broadcast bit of `flags` (RFC 2131 section 2). */
export const BROADCAST_FLAG = 0x8000;
/** A lease time without end (RFC 2131 section 3.3). */
export const INFINITE_LEASE = 0xffffffff;

/** Values of `op`. */
export const Op = { Request: 1, Reply: 2 } as const;

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

/**
 * Label of each message type, for logs and metrics; index by the value of option 53. Index 0 is a message without
 * option 53 (BOOTP).
 */
export const MESSAGE_TYPE_NAMES: readonly string[] = [
  "bootp",
  "discover",
  "offer",
  "request",
  "decline",
  "ack",
  "nak",
  "release",
  "inform",
];

/** Codes of the options that this package knows by name (RFC 2132 and later ones). */
export const OptionCode = {
  Pad: 0,
  SubnetMask: 1,
  Router: 3,
  DomainNameServer: 6,
  HostName: 12,
  DomainName: 15,
  BroadcastAddress: 28,
  NtpServers: 42,
  RequestedAddress: 50,
  LeaseTime: 51,
  Overload: 52,
  MessageType: 53,
  ServerIdentifier: 54,
  ParameterRequestList: 55,
  Message: 56,
  MaximumMessageSize: 57,
  RenewalTime: 58,
  RebindingTime: 59,
  VendorClass: 60,
  ClientIdentifier: 61,
  RelayAgentInformation: 82,
  DomainSearch: 119,
  End: 255,
} as const;
