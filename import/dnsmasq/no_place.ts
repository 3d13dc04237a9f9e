/**
 * Options of dnsmasq that nothing here stands for, and why.
 *
 * @module
 */

/** Beginnings of names. */
const REASONS: readonly (readonly [begin: string, reason: string])[] = [
  ["dhcp-ignore", "who gets no address is said by annotations of VMs, or by namespaces"],
  ["dhcp-fqdn", "the server writes nothing into DNS"],
  ["dhcp-leasefile", "leases are in the status of the IPPool"],
  ["dhcp-lease-max", "an IPPool has as many leases as addresses"],
  ["dhcp-script", "there are no scripts; Events tell what happens"],
  ["dhcp-sequential-ip", "free addresses are chosen by the MAC address"],
  ["dhcp-proxy", "relays are answered as they ask"],
  ["dhcp-relay", "it relays to another server"],
  ["dhcp-generate-names", "clients are told the names of their VMs (hostnames)"],
  ["dhcp-ignore-names", "clients are told the names of their VMs (hostnames)"],
  ["no-ping", "who has an address already is asked by conflictDetection"],
  ["pxe-", "boot files are said by the client's architecture (bootFiles), not by a menu"],
  [
    "dhcp-option-pxe",
    "boot files are said by the client's architecture (bootFiles), not by a menu",
  ],
  ["interface", "the interface is that of the NetworkAttachmentDefinition"],
  ["bind-", "sockets are opened by the agent as it needs them"],
  ["except-interface", "the interface is that of the NetworkAttachmentDefinition"],
  ["no-dhcp-interface", "the interface is that of the NetworkAttachmentDefinition"],
  ["enable-tftp", "TFTP is another server's business"],
  ["tftp-", "TFTP is another server's business"],
  ["enable-ra", "it is of IPv6"],
  ["ra-param", "it is of IPv6"],
  ["log-", "logs go where the program's output goes"],
];
/** Of DNS. */
const DNS =
  /^(port|server|rev-server|address|local|localise-queries|local-.*|no-resolv|no-hosts|no-poll|no-negcache|resolv-file|strict-order|all-servers|cache-size|neg-ttl|.*-ttl|expand-hosts|bogus-.*|domain-needed|domain-suffix|addn-hosts|hostsdir|hosts|cname|host-record|ptr-record|txt-record|srv-host|mx-.*|.*mx|dnssec.*|trust-anchor|stop-dns-rebind|rebind-.*|filter.*|auth-.*|edns-.*|query-port|interface-name|ipset|nftset|conntrack|dns-.*|alias|naptr-record|synth-domain|add-.*|strip-.*|fast-dns-retry)$/;

/** Why an option has no place here. */
export function noPlaceFor(name: string): string {
  if (DNS.test(name)) return "it is of DNS";
  return REASONS.find(([begin]) => name.startsWith(begin))?.[1] ?? "there is nothing like it here";
}
