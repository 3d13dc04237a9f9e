/**
 * What clients can be told beside their address: of a whole pool in `spec.ipv4Config`, or of one NIC, whose word goes before
 * the pool's.
 *
 * @module
 */

/** A route that clients are told (option 121, RFC 3442; 249 for old Windows). */
export interface StaticRoute {
  /** The subnet that is reached by it, such as `10.0.0.0/8`. */
  readonly destination: string;
  /** The router; `0.0.0.0` says that the subnet is on the link. */
  readonly gateway: string;
}

/** A boot file for clients of a kind (options 93, 77, 60). A kind that is not named is any. */
export interface BootFile {
  /** Client system architecture: a number of the IANA registry or its short name, such as `x86-uefi` (option 93, RFC 4578). */
  readonly architecture?: number | string;
  /** User class, such as `iPXE` (option 77). */
  readonly userClass?: string;
  /** How the vendor class begins, such as `PXEClient` or `HTTPClient` (option 60). */
  readonly vendorClass?: string;
  /** The file: a path for TFTP, or a URL. */
  readonly fileName: string;
}

/** How the value of a {@linkcode CustomOption} is written. */
export type CustomOptionType =
  | "ipv4"
  | "uint8"
  | "uint16"
  | "uint32"
  | "int32"
  | "bool"
  | "text"
  | "hex"
  | "fqdn";

/** A sub-option of a {@linkcode CustomOption}. */
export interface CustomSuboption {
  /** 1 to 254. */
  readonly code: number;
  /** How `value` is written. */
  readonly type: CustomOptionType;
  /** One text, or several whose octets are joined. */
  readonly value: string | readonly string[];
}

/** An option that has no field of its own: either `type` and `value`, or `suboptions`. */
export interface CustomOption {
  /** 1 to 254, none that a field sets or the protocol owns. */
  readonly code: number;
  /** How `value` is written. */
  readonly type?: CustomOptionType;
  /** One text, or several whose octets are joined. */
  readonly value?: string | readonly string[];
  /** The value as a list of sub-options, as option 43 has it. */
  readonly suboptions?: readonly CustomSuboption[];
  /** Whether it is also sent to who does not ask for it. */
  readonly always?: boolean;
}

/** One entry of option 125 (RFC 3925). */
export interface VendorOption {
  /** The vendor's IANA enterprise number. */
  readonly enterprise: number;
  /** Sub-option code, 1 to 255. */
  readonly code: number;
  /** How `value` is written. */
  readonly type: CustomOptionType;
  /** One text, or several whose octets are joined. */
  readonly value: string | readonly string[];
}

/** What both a pool and a single NIC can say. */
export interface ClientOptions {
  /** Default gateway (option 3). */
  readonly router?: string;
  /** At most 3 addresses (option 6). */
  readonly dns?: readonly string[];
  /** Domain name (option 15). */
  readonly domainName?: string;
  /** Domains in which clients look up short names (option 119). */
  readonly domainSearch?: readonly string[];
  /** At most 4 addresses or host names (option 42). */
  readonly ntp?: readonly string[];
  /** Seconds (option 51); unset means one year. */
  readonly leaseTime?: number;
  /** Seconds until clients renew (option 58); unset means half the lease time, or half of `rebindingTime` where that comes no later. */
  readonly renewalTime?: number;
  /** Seconds until clients rebind (option 59); unset means seven eighths of the lease time, or half-way from `renewalTime` to its end where that is later. */
  readonly rebindingTime?: number;
  /** Octets of an IP datagram that the network carries (option 26). */
  readonly mtu?: number;
  /** Routes (option 121; 249 where asked for). */
  readonly routes?: readonly StaticRoute[];
  /** Broadcast address (option 28), where it is not the subnet's last one. */
  readonly broadcast?: string;
  /** URI of the captive portal's API (option 114, RFC 8910). */
  readonly captivePortal?: string;
  /** Seconds for which clients that can do without IPv4 do without it (option 108, RFC 8925), at least 300. */
  readonly ipv6OnlyPreferred?: number;
  /** Time zone (options 100 and 101, RFC 4833). */
  readonly timezone?: {
    /** As POSIX writes it, such as `EST5EDT4,M3.2.0/02:00,M11.1.0/02:00`. */
    readonly posix?: string;
    /** Name in the TZ database, such as `Europe/Zurich`. */
    readonly tzdb?: string;
  };
  /** URL of the proxy's configuration file (option 252). */
  readonly wpad?: string;
  /** Address of the boot server (`siaddr`). */
  readonly nextServer?: string;
  /** Name or address of the TFTP server (option 66, or `sname`). */
  readonly tftpServerName?: string;
  /** Boot file (option 67, or `file`), where none of `bootFiles` is for the client. */
  readonly bootFileName?: string;
  /** Boot files by kind of client; the first that is for the client counts. */
  readonly bootFiles?: readonly BootFile[];
  /** Further options. */
  readonly options?: readonly CustomOption[];
  /** What option 125 is made of. */
  readonly vendorOptions?: readonly VendorOption[];
}

/** What the record of a pool says of one client beside its address. */
export interface RecordedClient {
  /** Its host name (options 12 and 81), where the pool gives host names. */
  readonly hostName?: string;
  /** What goes before the pool's own words. */
  readonly options?: ClientOptions;
}
