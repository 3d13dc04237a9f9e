/**
 * What the webhook can be told on its command line and in its environment.
 *
 * @module
 */
import { isIPv4, parseCidr } from "../core/net/mod.ts";
import { CLUSTER_SETTINGS } from "../kube/connect/cluster_settings.ts";
import { CLUSTER_VARIABLES } from "../kube/connect/connect.ts";
import { type Flags, type Given, parseFlags, type Program, variablesOf } from "../runtime/flags.ts";
import { logSettings } from "../runtime/log_settings.ts";
import type { Listen } from "../runtime/ops_server.ts";
import { integer, nonEmpty, oneOf, value, valueOr } from "../runtime/settings.ts";
import { GC_USER } from "./cluster/configurations.ts";

const DEFAULT_HTTPS_PORT = 8443;

/** Its name in a cluster and, so that neither takes the other's configurations, outside one. */
const NAME = "vm-dhcp-webhook";
const NAME_OUTSIDE = "vm-dhcp-webhook-development";

const SETTINGS = {
  "name": value({
    help:
      `Name of the Service and of both webhook configurations, the Secret is NAME-tls; without it ${NAME}, with --url ${NAME_OUTSIDE}`,
    placeholder: "NAME",
    parse: nonEmpty,
  }),
  "namespace": value({
    help:
      "Namespace of Service and Secret; without it, that of the kubeconfig's context or the pod's",
    env: "NAMESPACE",
    placeholder: "NAMESPACE",
    parse: nonEmpty,
  }),
  "https-port": value({
    help: `Port to listen on; without it, that of --url, else ${DEFAULT_HTTPS_PORT}`,
    placeholder: "PORT",
    parse: integer(0, 65_535),
  }),
  "service-cidr": valueOr<readonly string[]>([], {
    help:
      "The cluster's Service range, or several by commas: a pool that overlaps one is warned about",
    placeholder: "CIDR",
    parse: parseServiceCidrs,
    defaultText: "none",
  }),
  "tenancy": valueOr("shared", {
    help:
      "Whether a network is for every namespace, or only for its own and those that its annotation network.harvesterhci.io/allowed-namespaces names; as the controller's",
    env: "VM_DHCP_TENANCY",
    placeholder: "shared|isolated",
    parse: oneOf("shared", "isolated"),
  }),
  "controller-user": value({
    help:
      "The controller's user, whose writes are let through; without it, the ServiceAccount vm-dhcp-controller of the namespace",
    placeholder: "USER",
    parse: nonEmpty,
  }),
  "gc-user": valueOr(GC_USER, {
    help: "The garbage collector's user, whose writes are let through",
    placeholder: "USER",
    parse: nonEmpty,
  }),
  ...CLUSTER_SETTINGS,
  "certificate-dir": value({
    help:
      "Serve with tls.crt and tls.key of this folder, which somebody else renews, such as cert-manager; without it, with a certificate that the webhook makes",
    placeholder: "DIR",
    parse: nonEmpty,
  }),
  "url": value({
    help:
      "Run outside a cluster: make both configurations, calling this address, and take them away at the end",
    placeholder: "https://HOST:PORT",
    parse: parseUrl,
  }),
  "pod-ip": value({
    help: "Address of the webhook's pod, on which it listens; without it, on all addresses",
    env: "POD_IP",
    envOnly: true,
    parse: nonEmpty,
  }),
  ...logSettings({ debug: "Log each request" }),
};

const PROGRAM: Program<typeof SETTINGS> = {
  usage: "deno task webhook",
  about: "Defaults and validates IPPools and VirtualMachineNetworkConfigs that people write.",
  settings: SETTINGS,
};

/** Names of the environment variables that the program reads. */
export const ENVIRONMENT: readonly string[] = [
  ...variablesOf(SETTINGS),
  ...CLUSTER_VARIABLES,
  "HOST_IP",
];

/** Reads the webhook's settings. Throws `FlagError` with every problem. */
export function readSettings(given: Given): Flags<typeof SETTINGS> {
  return parseFlags(PROGRAM, given);
}

/**
 * Where to listen: in a cluster on the pod's address, outside one on the address of the URL, so that nobody else on another network
 * is answered.
 */
export function listenOf(
  settings: {
    readonly httpsPort: number | undefined;
    readonly url: URL | undefined;
    readonly podIp: string | undefined;
  },
): Listen {
  const { httpsPort, url, podIp = "0.0.0.0" } = settings;
  const hostname = url !== undefined && isIPv4(url.hostname) ? url.hostname : podIp;
  const port = url === undefined ? DEFAULT_HTTPS_PORT : Number(url.port || 443);
  return { hostname, port: httpsPort ?? port };
}

/** What Service, configurations and Secret are called. */
export function nameOf(
  { name, url }: { readonly name: string | undefined; readonly url: URL | undefined },
): string {
  return name ?? (url === undefined ? NAME : NAME_OUTSIDE);
}

/** The IPv4 ranges of a list; IPv6 ones concern no pool. Throws for anything else. */
function parseServiceCidrs(text: string): readonly string[] {
  const cidrs = text.split(",").map((part) => part.trim())
    .filter((part) => part !== "" && !part.includes(":"));
  for (const cidr of cidrs) parseCidr(cidr);
  return cidrs;
}

function parseUrl(text: string): URL {
  const url = URL.parse(text);
  if (url?.protocol !== "https:" || url.pathname !== "/" || url.search !== "" || url.hash !== "") {
    throw new TypeError("An address such as https://127.0.0.1:8443 is wanted");
  }
  return url;
}
