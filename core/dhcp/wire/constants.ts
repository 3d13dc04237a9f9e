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
/** Where `sname` begins; `file` follows it (RFC 2131 figure 1). */
export const SNAME_OFFSET = 44;
/** Where `file` begins; it ends with the fixed part. */
export const FILE_OFFSET = 108;
/** The least length of a message that is sent; shorter ones are padded (RFC 951, RFC 1542 section 2.1). */
export const MINIMUM_LENGTH = 300;
/** Octets of an IPv4 header without options and of a UDP header. */
export const IP_UDP_HEADER_LENGTH = 28;
/** The least IP datagram that every client accepts (RFC 2132 section 9.10). */
export const MINIMUM_DATAGRAM = 576;
/** 63 82 53 63, the four octets before the options (RFC 2131 section 3). */
export const MAGIC_COOKIE = 0x63825363;
/** The option without length that fills gaps (RFC 2132 section 3.1). */
export const PAD_OPTION = 0;
/** The option without length after which nothing is read (RFC 2132 section 3.2). */
export const END_OPTION = 255;
/** Octets of an option's value at most; a longer one goes on in another option of the same code (RFC 3396). */
export const OPTION_LENGTH = 255;
/** The broadcast bit of `flags` (RFC 2131 section 2). */
export const BROADCAST_FLAG = 0x8000;

/** Values of `op`. */
export const Op = { Request: 1, Reply: 2 } as const;
