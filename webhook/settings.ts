/**
 * What the webhook can be told on its command line and in its environment.
 *
 * @module
 */
import { isIPv4, parseCidr } from "../core/net/mod.ts";
import { type Flags, type Given, parseFlags, type Program } from "../runtime/flags.ts";
import type { Listen } from "../runtime/ops_server.ts";
import { integer, nonEmpty, toggle, value, valueOr } from "../runtime/settings.ts";
import { GC_USER } from "./configurations.ts";

const DEFAULT_HTTPS_PORT = 8443;

const SETTINGS = {
  "name": valueOr("vm-dhcp-webhook", {
    help: "Name of the Service and of both webhook configurations; the Secret is NAME-tls",
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
  "kubeconfig": value({
    help: "Kubeconfig file; without it, the cluster that the webhook runs in",
    env: "KUBECONFIG",
    placeholder: "FILE",
    parse: nonEmpty,
  }),
  "kubecontext": value({
    help: "Context of the kubeconfig",
    env: "KUBECONTEXT",
    placeholder: "NAME",
    parse: nonEmpty,
  }),
  "url": value({
    help:
      "Run outside a cluster: make both configurations, calling this address, and take them away at the end",
    placeholder: "https://HOST:PORT",
    parse: parseUrl,
  }),
  "debug": toggle({ help: "Log each request" }),
  "trace": toggle({ help: "Log everything" }),
};

const PROGRAM: Program<typeof SETTINGS> = {
  usage: "deno task webhook",
  about: "Defaults and validates IPPools and VirtualMachineNetworkConfigs that people write.",
  settings: SETTINGS,
};

/** Reads the webhook's settings. Throws `FlagError` with every problem. */
export function readSettings(given: Given): Flags<typeof SETTINGS> {
  return parseFlags(PROGRAM, given);
}

/** Where to listen: outside a cluster on the address of the URL, so that nobody else on the network is answered. */
export function listenOf(
  settings: { readonly httpsPort: number | undefined; readonly url: URL | undefined },
): Listen {
  const { httpsPort, url } = settings;
  const hostname = url !== undefined && isIPv4(url.hostname) ? url.hostname : "0.0.0.0";
  const port = url === undefined ? DEFAULT_HTTPS_PORT : Number(url.port || 443);
  return { hostname, port: httpsPort ?? port };
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
