/**
 * The options of DHCPv4: codes, forms, and the names that Kea, ISC dhcpd and dnsmasq have for them.
 *
 * @module
 */

/** Form of one value in an option. */
export type ValueForm =
  | "ipv4"
  | "uint8"
  | "uint16"
  | "uint32"
  | "int8"
  | "int16"
  | "int32"
  | "bool"
  | "text"
  | "hex"
  | "fqdn"
  /** Destination and gateway (RFC 3442). */
  | "route";

/** Form of a whole option. */
export interface OptionForm {
  readonly code: number;
  /** The forms of its values, in their order. */
  readonly values: readonly ValueForm[];
  /** Whether the values may be there several times. */
  readonly repeated: boolean;
}

/** Code, form (`*`: several), names. */
const TABLE = `
1 ipv4 subnet-mask netmask
2 int32 time-offset
3 ipv4* routers router
4 ipv4* time-servers
5 ipv4* name-servers ien116-name-servers
6 ipv4* domain-name-servers dns-server
7 ipv4* log-servers log-server
8 ipv4* cookie-servers
9 ipv4* lpr-servers lpr-server
10 ipv4* impress-servers
11 ipv4* resource-location-servers
12 text host-name hostname
13 uint16 boot-size boot-file-size
14 text merit-dump
15 text domain-name
16 ipv4 swap-server
17 text root-path
18 text extensions-path extension-path
19 bool ip-forwarding ip-forward-enable
20 bool non-local-source-routing
21 ipv4* policy-filter
22 uint16 max-dgram-reassembly max-datagram-reassembly
23 uint8 default-ip-ttl default-ttl
24 uint32 path-mtu-aging-timeout
25 uint16* path-mtu-plateau-table
26 uint16 interface-mtu mtu
27 bool all-subnets-local
28 ipv4 broadcast-address broadcast
29 bool perform-mask-discovery
30 bool mask-supplier
31 bool router-discovery
32 ipv4 router-solicitation-address router-solicitation
33 ipv4* static-routes static-route
34 bool trailer-encapsulation
35 uint32 arp-cache-timeout arp-timeout
36 bool ieee802-3-encapsulation ethernet-encap
37 uint8 default-tcp-ttl tcp-ttl
38 uint32 tcp-keepalive-interval tcp-keepalive
39 bool tcp-keepalive-garbage
40 text nis-domain
41 ipv4* nis-servers nis-server
42 ipv4* ntp-servers ntp-server
43 hex vendor-encapsulated-options vendor-encap
44 ipv4* netbios-name-servers netbios-ns
45 ipv4* netbios-dd-server netbios-dd
46 uint8 netbios-node-type netbios-nodetype
47 text netbios-scope
48 ipv4* font-servers x-windows-fs
49 ipv4* x-display-manager x-windows-dm
50 ipv4 dhcp-requested-address requested-address
51 uint32 dhcp-lease-time lease-time
52 uint8 dhcp-option-overload option-overload
53 uint8 dhcp-message-type message-type
54 ipv4 dhcp-server-identifier server-identifier
55 uint8* dhcp-parameter-request-list parameter-request
56 text dhcp-message message
57 uint16 dhcp-max-message-size max-message-size
58 uint32 dhcp-renewal-time T1
59 uint32 dhcp-rebinding-time T2
60 text vendor-class-identifier dhcp-vendor-class-identifier vendor-class
61 hex dhcp-client-identifier client-id
62 text nwip-domain nwip-domain-name
63 hex nwip-suboptions
64 text nisplus-domain nisplus-domain-name nis+-domain
65 ipv4* nisplus-servers nis+-server
66 text tftp-server-name tftp-server
67 text bootfile-name boot-file-name
68 ipv4* mobile-ip-home-agent mobile-ip-home
69 ipv4* smtp-server
70 ipv4* pop-server pop3-server
71 ipv4* nntp-server
72 ipv4* www-server
73 ipv4* finger-server
74 ipv4* irc-server
75 ipv4* streettalk-server
76 ipv4* streettalk-directory-assistance-server
77 hex user-class
78 hex slp-directory-agent
79 hex slp-service-scope
80 hex rapid-commit
81 hex fqdn FQDN
82 hex dhcp-agent-options agent-id
85 ipv4* nds-servers
86 text nds-tree-name
87 text nds-context
88 fqdn* bcms-controller-names
89 ipv4* bcms-controller-address
90 hex authenticate
91 uint32 client-last-transaction-time
92 ipv4* associated-ip
93 uint16* client-system client-arch system-architecture architecture-type pxe-system-type
94 hex client-ndi client-interface-id pxe-interface-id
97 hex uuid-guid client-machine-id pxe-client-id
98 text uap-servers
99 hex geoconf-civic
100 text pcode posix-timezone
101 text tcode tzdb-timezone
108 uint32 v6-only-preferred ipv6-only
112 ipv4* netinfo-server-address
113 text netinfo-server-tag
114 text v4-captive-portal default-url
116 uint8 auto-config
117 uint16* name-service-search
118 ipv4 subnet-selection subnet-select
119 fqdn* domain-search
120 hex sip-server
121 route* classless-static-route rfc3442-classless-static-routes classless-static-routes
124 hex vivco-suboptions
125 hex vivso-suboptions vendor-id-encap
136 ipv4* pana-agent
137 fqdn v4-lost
138 ipv4* capwap-ac-v4
141 fqdn* sip-ua-cs-domains
150 ipv4* tftp-server-address
175 hex etherboot
209 text loader-configfile
210 text loader-pathprefix
211 uint32 loader-reboottime
249 route* ms-classless-static-routes
252 text wpad
`;

const BY_NAME = new Map<string, OptionForm>();
const BY_CODE = new Map<number, OptionForm>();
for (const line of TABLE.trim().split("\n")) {
  const [code = "", form = "", ...names] = line.split(" ");
  const option = {
    code: Number(code),
    values: [form.replace("*", "") as ValueForm],
    repeated: form.endsWith("*"),
  };
  BY_CODE.set(option.code, option);
  for (const name of names) BY_NAME.set(name.toLowerCase(), option);
}

/** The option of a name, in any case. */
export function standardOption(name: string): OptionForm | undefined {
  return BY_NAME.get(name.toLowerCase());
}

/** The option of a code. */
export function standardOptionOf(code: number): OptionForm | undefined {
  return BY_CODE.get(code);
}
