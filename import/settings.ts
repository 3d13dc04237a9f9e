/**
 * What `deno task import` can be told.
 *
 * @module
 */
import { isObjectName } from "./manifests/names.ts";
import { formatCidr, parseCidr } from "../core/net/mod.ts";
import type { Program } from "../runtime/flags.ts";
import { nonEmpty, oneOf, value, valueOr, values } from "../runtime/settings.ts";
import type { NetworkOption } from "./manifests/names.ts";

const SETTINGS = {
  "from": value({
    help: "The server that the file is for",
    placeholder: "kea|dhcpd|dnsmasq",
    parse: oneOf("kea", "dhcpd", "dnsmasq"),
  }),
  "namespace": valueOr("default", {
    help: "Namespace of the manifests",
    placeholder: "NAME",
    parse: objectName,
  }),
  "network": values({
    help:
      "Name of the NetworkAttachmentDefinition of a subnet, of the next one of the file where CIDR is left out; without it, net- and the address",
    placeholder: "[CIDR=][NAMESPACE/]NAME",
    parse: networkOption,
  }),
  "leases": value({
    help:
      "File of the server's leases (dhcpd.leases, kea-leases4.csv, dnsmasq.leases), so that their clients keep their addresses",
    placeholder: "FILE",
    parse: nonEmpty,
  }),
} as const;

/** The program. */
export const PROGRAM: Program<typeof SETTINGS> = {
  usage: "deno task import --from kea|dhcpd|dnsmasq",
  operand: "FILE",
  about:
    "Prints IPPools, and VirtualMachineNetworkConfigs for machines with reservations, from the configuration file of a DHCP server. What they cannot say is a comment with its line and the reason.",
  settings: SETTINGS,
};

function objectName(text: string): string {
  if (!isObjectName(text)) throw new TypeError("The name of a Kubernetes object is wanted");
  return text;
}

function networkOption(text: string): NetworkOption {
  const [, cidr, name = ""] = /^(?:([^=]*)=)?(.*)$/.exec(text) ?? [];
  name.split("/", 3).forEach(objectName);
  if (name.split("/").length > 2) throw new TypeError("One / at most is wanted");
  return { name, ...(cidr !== undefined && { cidr: formatCidr(parseCidr(cidr)) }) };
}
