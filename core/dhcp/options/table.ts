/**
 * The one table of option families. A new option is a row here, and a family beside it if its format is new.
 *
 * @module
 */
import { OptionCode } from "../constants.ts";
import { addressFamily } from "./address.ts";
import { addressesFamily } from "./addresses.ts";
import { domainNameFamily, hostNameFamily } from "./domain_name.ts";
import { domainSearchFamily } from "./domain_search.ts";
import type { OptionFamily } from "./family.ts";
import { u16Family, u32Family, u8Family } from "./integer.ts";
import { octetsFamily } from "./octets.ts";
import { relayInformationFamily, type SubOption } from "./relay_information.ts";
import { requestListFamily } from "./request_list.ts";
import { textFamily } from "./text.ts";

/** Option code -> type of its value. Addresses are unsigned 32-bit numbers, times are seconds. */
export interface OptionValues {
  /** Subnet mask. */
  1: number;
  /** Routers. */
  3: readonly number[];
  /** Name servers. */
  6: readonly number[];
  /** Host name. */
  12: string;
  /** Domain name. */
  15: string;
  /** Broadcast address. */
  28: number;
  /** NTP servers. */
  42: readonly number[];
  /** Requested address. */
  50: number;
  /** Lease time. */
  51: number;
  /** Message type, see {@linkcode MessageType}. */
  53: number;
  /** Server identifier. */
  54: number;
  /** Parameter request list. */
  55: readonly number[];
  /** Message. */
  56: string;
  /** Maximum message size. */
  57: number;
  /** Renewal time (T1). */
  58: number;
  /** Rebinding time (T2). */
  59: number;
  /** Vendor class. */
  60: string;
  /** Client identifier. */
  61: Uint8Array;
  /** Relay agent information. */
  82: readonly SubOption[];
  /** Domain search list. */
  119: readonly string[];
}

/** Option code -> its family. */
const FAMILIES: { readonly [Code in keyof OptionValues]: OptionFamily<OptionValues[Code]> } = {
  [OptionCode.SubnetMask]: addressFamily,
  [OptionCode.Router]: addressesFamily,
  [OptionCode.DomainNameServer]: addressesFamily,
  [OptionCode.HostName]: hostNameFamily,
  [OptionCode.DomainName]: domainNameFamily,
  [OptionCode.BroadcastAddress]: addressFamily,
  [OptionCode.NtpServers]: addressesFamily,
  [OptionCode.RequestedAddress]: addressFamily,
  [OptionCode.LeaseTime]: u32Family,
  [OptionCode.MessageType]: u8Family,
  [OptionCode.ServerIdentifier]: addressFamily,
  [OptionCode.ParameterRequestList]: requestListFamily,
  [OptionCode.Message]: textFamily,
  [OptionCode.MaximumMessageSize]: u16Family,
  [OptionCode.RenewalTime]: u32Family,
  [OptionCode.RebindingTime]: u32Family,
  [OptionCode.VendorClass]: textFamily,
  [OptionCode.ClientIdentifier]: octetsFamily,
  [OptionCode.RelayAgentInformation]: relayInformationFamily,
  [OptionCode.DomainSearch]: domainSearchFamily,
};

const BY_CODE: ReadonlyMap<number, OptionFamily<unknown>> = new Map(
  Object.entries(FAMILIES).map(([code, family]) => [Number(code), family]),
);

/** The family of an option; octets for one that is not in the table. */
export function familyOf(code: number): OptionFamily<unknown> {
  return BY_CODE.get(code) ?? octetsFamily;
}
