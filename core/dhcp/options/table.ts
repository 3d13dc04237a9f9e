/**
 * The table of options: a new one is a file in `network/` or `exchange/` and a row here.
 *
 * @module
 */
import { clientArchitecture } from "./exchange/client_architecture.ts";
import { clientFqdn } from "./exchange/client_fqdn.ts";
import { clientIdentifier } from "./exchange/client_identifier.ts";
import { hostName } from "./exchange/host_name.ts";
import { leaseTime } from "./exchange/lease_time.ts";
import { machineIdentifier } from "./exchange/machine_identifier.ts";
import { maximumMessageSize } from "./exchange/maximum_message_size.ts";
import { messageText } from "./exchange/message_text.ts";
import { messageType } from "./exchange/message_type.ts";
import { parameterRequestList } from "./exchange/parameter_request_list.ts";
import { rapidCommit } from "./exchange/rapid_commit.ts";
import { rebindingTime } from "./exchange/rebinding_time.ts";
import { relayAgentInformation } from "./exchange/relay_agent_information.ts";
import { renewalTime } from "./exchange/renewal_time.ts";
import { requestedAddress } from "./exchange/requested_address.ts";
import { serverIdentifier } from "./exchange/server_identifier.ts";
import { userClass } from "./exchange/user_class.ts";
import { vendorClass } from "./exchange/vendor_class.ts";
import { vendorClasses } from "./exchange/vendor_classes.ts";
import type { OptionFormat } from "./formats/format.ts";
import { octets } from "./formats/octets.ts";
import { bootFileName, tftpServerName } from "./network/boot.ts";
import { broadcastAddress } from "./network/broadcast_address.ts";
import { captivePortal } from "./network/captive_portal.ts";
import { classlessRoutes, microsoftRoutes } from "./network/classless_routes.ts";
import { domainName } from "./network/domain_name.ts";
import { domainSearch } from "./network/domain_search.ts";
import { interfaceMtu } from "./network/interface_mtu.ts";
import { ipv6OnlyPreferred } from "./network/ipv6_only_preferred.ts";
import { nameServers } from "./network/name_servers.ts";
import { ntpServers } from "./network/ntp_servers.ts";
import { routers } from "./network/routers.ts";
import { subnetMask } from "./network/subnet_mask.ts";
import { posixTimeZone, tzdbTimeZone } from "./network/time_zone.ts";
import { vendorInformation } from "./network/vendor_information.ts";
import { webProxy } from "./network/web_proxy.ts";

/** All options that are known. */
export const DHCP_OPTIONS = [
  // What replies have, in the order in which it is sent to a client that asks for nothing.
  messageType,
  serverIdentifier,
  leaseTime,
  renewalTime,
  rebindingTime,
  subnetMask,
  routers,
  classlessRoutes,
  bootFileName,
  tftpServerName,
  interfaceMtu,
  nameServers,
  domainName,
  domainSearch,
  ntpServers,
  broadcastAddress,
  posixTimeZone,
  tzdbTimeZone,
  webProxy,
  vendorInformation,
  // Only where a client asks for them by their codes.
  microsoftRoutes,
  ipv6OnlyPreferred,
  captivePortal,
  // What is read of a request, or written for one request alone.
  requestedAddress,
  parameterRequestList,
  maximumMessageSize,
  clientIdentifier,
  relayAgentInformation,
  hostName,
  clientFqdn,
  vendorClass,
  vendorClasses,
  userClass,
  clientArchitecture,
  machineIdentifier,
  rapidCommit,
  messageText,
] as const;

/** Option code -> type of its value. Addresses are unsigned 32-bit numbers, times are seconds. */
export type OptionValues = {
  readonly [Row in typeof DHCP_OPTIONS[number] as Row["code"]]: ReturnType<Row["format"]["decode"]>;
};

const FORMATS = new Map<number, OptionFormat<unknown>>(
  DHCP_OPTIONS.map(({ code, format }) => [code, format]),
);

/** How an option is written; octets for one that is not in the table. */
export function formatOf(code: number): OptionFormat<unknown> {
  return FORMATS.get(code) ?? octets;
}
