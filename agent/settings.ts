/**
 * What the agent can be told on its command line and in its environment.
 *
 * @module
 */
import { type Flags, type Given, parseFlags, type Program } from "../runtime/flags.ts";
import { formatListen, parseListen } from "../runtime/ops_server.ts";
import { nonEmpty, toggle, value, valueOr } from "../runtime/settings.ts";

const DEFAULT_LISTEN = { hostname: "0.0.0.0", port: 8080 };

const SETTINGS = {
  "name": valueOr("vm-dhcp-agent", {
    help: "Name of the agent's Lease, whose holder answers and reports",
    env: "VM_DHCP_AGENT_NAME",
    placeholder: "NAME",
    parse: nonEmpty,
  }),
  "kubeconfig": value({
    help: "Kubeconfig file; without it, the cluster that the agent runs in",
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
  "ippool-ref": value({
    help: "The only pool to serve, on the interface --nic",
    env: "IPPOOL_REF",
    placeholder: "NAMESPACE/NAME",
    parse: nonEmpty,
  }),
  "nic": valueOr("eth1", {
    help: "Interface of --ippool-ref",
    placeholder: "INTERFACE",
    parse: nonEmpty,
  }),
  "dry-run": toggle({
    help: "Answer nothing and change no address; log what would be answered",
    env: "VM_DHCP_AGENT_DRY_RUN",
  }),
  "no-leader-election": toggle({ help: "Answer without asking who leads" }),
  "enable-cache-dump-api": toggle({ help: "Serve /leases" }),
  "listen": valueOr(DEFAULT_LISTEN, {
    help: "Where to serve /healthz, /readyz and /metrics",
    placeholder: "HOST:PORT",
    parse: parseListen,
    defaultText: formatListen(DEFAULT_LISTEN),
  }),
  "state-dir": value({
    help: "Folder that keeps the last state of the pools, for a start while the API server is away",
    placeholder: "DIR",
    parse: nonEmpty,
  }),
  "debug": toggle({ help: "Log each packet" }),
  "trace": toggle({ help: "Log everything" }),
  "network-configs": value({
    help: "JSON array of {interfaceName, ipPoolRef, ...}: the pools to serve and their interfaces",
    env: "AGENT_NETWORK_CONFIGS",
    envOnly: true,
    parse: String,
  }),
  "ippool-refs": value({
    help: "JSON array of NAMESPACE/NAME: the pools to serve",
    env: "IPPOOL_REFS_JSON",
    envOnly: true,
    parse: String,
  }),
  "pod-namespace": value({
    help: "Namespace of the agent's Lease; without it, that of the kubeconfig's context",
    env: "POD_NAMESPACE",
    envOnly: true,
    parse: nonEmpty,
  }),
  "pod-name": value({
    help: "Name of the agent's pod, for its report; without it, HOSTNAME",
    env: "POD_NAME",
    envOnly: true,
    parse: nonEmpty,
  }),
  "pod-uid": value({
    help: "UID of the agent's pod, for its report",
    env: "POD_UID",
    envOnly: true,
    parse: nonEmpty,
  }),
  "hostname": value({
    help: "Stands in for POD_NAME",
    env: "HOSTNAME",
    envOnly: true,
    parse: nonEmpty,
  }),
};

const PROGRAM: Program<typeof SETTINGS> = {
  usage: "deno task agent",
  about: "Answers the DHCP clients of the networks it is told of, from their IPPools.",
  settings: SETTINGS,
};

/** Reads the agent's settings. Throws `FlagError` with every problem. */
export function readSettings(given: Given): Flags<typeof SETTINGS> {
  return parseFlags(PROGRAM, given);
}
