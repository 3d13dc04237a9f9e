/**
 * The schema of what clients can be told: the fields that a pool and a single NIC share.
 *
 * @module
 */
import * as z from "zod";
import type {
  BootFile,
  ClientOptions,
  CustomOption,
  CustomSuboption,
  StaticRoute,
  VendorOption,
} from "../client_options.ts";
import { CUSTOM_OPTION_TYPES } from "./custom_value.ts";

/** Rows of a list, at most: more than a reply has room for. */
const MOST_ROWS = 64;

const text = (description: string): z.ZodString => z.string().meta({ description });
const texts = (description: string): z.ZodArray<z.ZodString> =>
  z.array(z.string()).meta({ description });
const whole = (description: string): z.ZodInt => z.int().meta({ description });

/**
 * What may be of either of two types. A structural schema cannot say so, and the API server keeps whatever stands there:
 * `checkClientOptions` looks at it.
 */
const either = <Value>(meta: Readonly<Record<string, unknown>>): z.ZodType<Value> =>
  z.unknown().meta(meta) as z.ZodType<Value>;

const value = either<string | readonly string[]>({
  description:
    'A text or a list of texts that are joined, written as type says. A number stands in quotes. Examples: "192.168.48.9", ["192.168.48.9", "192.168.48.10"], "0a:0b:0c".',
  "x-kubernetes-preserve-unknown-fields": true,
});

const type = z.enum(CUSTOM_OPTION_TYPES).meta({
  description:
    "How value is written. ipv4: an address. uint8, uint16, uint32, int32: a number. bool: true or false. text: characters. hex: octets as pairs of digits, such as 0a:0b. fqdn: a domain name. Example: ipv4.",
});

const routeSchema: z.ZodType<StaticRoute> = z.looseObject({
  destination: text("The subnet that the route leads to. Example: 10.0.0.0/8."),
  gateway: text(
    "The router that it leads through; 0.0.0.0 if the subnet is on the link itself. Example: 192.168.48.2.",
  ),
});

const bootFileSchema: z.ZodType<BootFile> = z.looseObject({
  architecture: z.exactOptional(
    either<number | string>({
      description:
        "A number or a text: only for clients of this architecture (option 93), as the IANA registry numbers it or by its name. Examples: x64-uefi, 7.",
      "x-kubernetes-int-or-string": true,
    }),
  ),
  userClass: z.exactOptional(
    text("Only for clients of this user class (option 77). Example: iPXE."),
  ),
  vendorClass: z.exactOptional(
    text(
      "Only for clients whose vendor class (option 60) begins like this. Example: HTTPClient.",
    ),
  ),
  fileName: text(
    "The file: a path on the TFTP server, or a URL. Example: snponly.efi.",
  ),
});

const suboptionSchema: z.ZodType<CustomSuboption> = z.looseObject({
  code: whole("Code of the sub-option, 1 to 254. Example: 1."),
  type,
  value,
});

const customOptionSchema: z.ZodType<CustomOption> = z.looseObject({
  code: whole("Code of the option, 1 to 254. Example: 150."),
  type: z.exactOptional(type),
  value: z.exactOptional(value),
  suboptions: z.exactOptional(
    z.array(suboptionSchema).max(MOST_ROWS).meta({
      description:
        'In place of type and value: what the value consists of, as in option 43. Example: [{code: 1, type: ipv4, value: "192.168.48.9"}].',
    }),
  ),
  always: z.exactOptional(
    z.boolean().meta({
      description: "While true, the option is also sent to clients that do not ask for it.",
    }),
  ),
});

const vendorOptionSchema: z.ZodType<VendorOption> = z.looseObject({
  enterprise: whole("The vendor's enterprise number, as IANA lists it. Example: 4491."),
  code: whole("Code of the sub-option, 1 to 255. Example: 2."),
  type,
  value,
});

/** The fields of {@linkcode ClientOptions}, to be spread into a schema. */
export const CLIENT_OPTIONS_SHAPE = {
  router: z.exactOptional(
    text(
      "Default gateway (option 3). Leave it unset if the network has none. It may lie outside the subnet if routes has a row with the gateway 0.0.0.0 that reaches it. Example: 192.168.48.1.",
    ),
  ),
  dns: z.exactOptional(
    z.array(z.string()).max(3).meta({
      description:
        "IPv4 addresses of the DNS servers (option 6), at most 3. Example: [1.1.1.1, 9.9.9.9].",
    }),
  ),
  domainName: z.exactOptional(
    text("Domain name given to clients (option 15). Example: example.com."),
  ),
  domainSearch: z.exactOptional(
    texts(
      "Domains in which clients look up short names (option 119). Example: [example.com, lab.example.com].",
    ),
  ),
  ntp: z.exactOptional(
    z.array(z.string()).max(4).meta({
      description:
        "IPv4 addresses or host names of the NTP servers (option 42), at most 4. The controller resolves host names. Example: [pool.ntp.org].",
    }),
  ),
  leaseTime: z.exactOptional(
    whole("How long a lease lasts, in seconds (option 51). If unset, one year. Example: 86400."),
  ),
  renewalTime: z.exactOptional(
    whole(
      "After how many seconds clients renew their lease (option 58), less than rebindingTime. If unset, half of the lease time, or half of rebindingTime where rebindingTime comes no later than that. Example: 43200.",
    ),
  ),
  rebindingTime: z.exactOptional(
    whole(
      "After how many seconds clients turn to any server (option 59), less than leaseTime. If unset, seven eighths of the lease time, or half-way between renewalTime and the end of the lease where that is later. Example: 75600.",
    ),
  ),
  mtu: z.exactOptional(
    whole(
      "Largest packet that the network carries, in octets (option 26), 68 to 65535. Example: 1450.",
    ),
  ),
  routes: z.exactOptional(
    z.array(routeSchema).max(MOST_ROWS).meta({
      description:
        "Static routes (option 121; 249 for clients that ask for that). The default route through router is added by itself. Example: [{destination: 10.0.0.0/8, gateway: 192.168.48.2}].",
    }),
  ),
  broadcast: z.exactOptional(
    text(
      "Broadcast address (option 28). If unset, the last address of the subnet. Example: 192.168.48.255.",
    ),
  ),
  captivePortal: z.exactOptional(
    text(
      "URI of the captive portal's API (option 114). Example: https://portal.example.com/api.",
    ),
  ),
  ipv6OnlyPreferred: z.exactOptional(
    whole(
      "For how many seconds clients that can do without IPv4 turn it off (option 108), at least 300. Example: 1800.",
    ),
  ),
  timezone: z.exactOptional(
    z.looseObject({
      posix: z.exactOptional(
        text(
          "The time zone as POSIX writes it (option 100). Example: CET-1CEST,M3.5.0,M10.5.0/3.",
        ),
      ),
      tzdb: z.exactOptional(
        text("Its name in the TZ database (option 101). Example: Europe/Zurich."),
      ),
    }).meta({ description: "Time zone of the clients. Example: {tzdb: Europe/Zurich}." }),
  ),
  wpad: z.exactOptional(
    text(
      "URL of the proxy's configuration file (option 252). Example: http://proxy.example.com/wpad.dat.",
    ),
  ),
  nextServer: z.exactOptional(
    text("Address of the boot server (the field siaddr). Example: 192.168.48.5."),
  ),
  tftpServerName: z.exactOptional(
    text("Name or address of the TFTP server (option 66). Example: tftp.example.com."),
  ),
  bootFileName: z.exactOptional(
    text(
      "Boot file (option 67) of clients that none of bootFiles is for: a path on the TFTP server, or a URL. Example: pxelinux.0.",
    ),
  ),
  bootFiles: z.exactOptional(
    z.array(bootFileSchema).max(MOST_ROWS).meta({
      description:
        "Boot files by kind of client. The first row that fits the client counts. Example: [{userClass: iPXE, fileName: http://boot.example.com/start.ipxe}, {architecture: x64-uefi, fileName: snponly.efi}].",
    }),
  ),
  options: z.exactOptional(
    z.array(customOptionSchema).max(MOST_ROWS).meta({
      description:
        'Options that have no field of their own. Example: [{code: 150, type: ipv4, value: "192.168.48.5"}].',
    }),
  ),
  vendorOptions: z.exactOptional(
    z.array(vendorOptionSchema).max(MOST_ROWS).meta({
      description:
        'Options of vendors (option 125), sent to clients that ask for them or name the vendor. Example: [{enterprise: 4491, code: 2, type: text, value: "abc"}].',
    }),
  ),
};

/** Schema of {@linkcode ClientOptions}. */
export const clientOptionsSchema: z.ZodType<ClientOptions> = z.looseObject(CLIENT_OPTIONS_SHAPE);

/** Schema of options that were judged before they were recorded: an object, whatever is in it. */
export const recordedOptionsSchema: z.ZodType<ClientOptions> = z.looseObject({}).meta({
  "x-kubernetes-preserve-unknown-fields": true,
});
