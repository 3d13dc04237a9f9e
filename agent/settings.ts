/**
 * What the agent can be told on its command line and in its environment.
 *
 * @module
 */
import { CLUSTER_SETTINGS } from "../kube/connect/cluster_settings.ts";
import { CLUSTER_VARIABLES } from "../kube/connect/connect.ts";
import { type Flags, type Given, parseFlags, type Program, variablesOf } from "../runtime/flags.ts";
import { logSettings } from "../runtime/log_settings.ts";
import { OPS_LISTEN_HELP, parseListen } from "../runtime/ops_server.ts";
import { nonEmpty, toggle, value, valueOr } from "../runtime/settings.ts";

const SETTINGS = {
  "name": valueOr("vm-dhcp-agent", {
    help: "Name of the agent's Lease, whose holder answers and reports",
    env: "VM_DHCP_AGENT_NAME",
    placeholder: "NAME",
    parse: nonEmpty,
  }),
  ...CLUSTER_SETTINGS,
  "ippool-ref": value({
    help: "A pool to serve, on the interface of --nic",
    env: "IPPOOL_REF",
    placeholder: "NAMESPACE/NAME",
    parse: nonEmpty,
  }),
  "nic": valueOr("eth1", {
    help: "Interface on which --ippool-ref is served",
    placeholder: "INTERFACE",
    parse: nonEmpty,
  }),
  "dry-run": toggle({
    help: "Answer nothing and change no address; log what would be answered",
    env: "VM_DHCP_AGENT_DRY_RUN",
  }),
  "no-leader-election": toggle({ help: "Answer always, whoever holds the Lease" }),
  "enable-cache-dump-api": toggle({ help: "Serve /leases, the leases of every pool" }),
  "listen": value({ help: OPS_LISTEN_HELP, placeholder: "HOST:PORT", parse: parseListen }),
  "state-dir": value({
    help: "Folder that keeps the last state of the pools, for a start while the API server is away",
    placeholder: "DIR",
    parse: nonEmpty,
  }),
  ...logSettings({
    debug: "Log a line for each packet; /debug/log can for a while",
    trace: "Log everything, packets whole; /debug/log can for a while",
  }),
  "network-configs": value({
    help: "JSON array of {interfaceName, ipPoolRef, ...}: the pools to serve and their interfaces",
    env: "AGENT_NETWORK_CONFIGS",
    envOnly: true,
    parse: String,
  }),
  "ippool-refs": value({
    help:
      "JSON array of NAMESPACE/NAME: the pools to serve, whose interfaces AGENT_NETWORK_CONFIGS names",
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
    help: "Name of the agent's pod, by which it holds the Lease and reports; without it, HOSTNAME",
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
  "pod-ip": value({
    help: "Address of the agent's pod, on which it listens; it never becomes a server's address",
    env: "POD_IP",
    envOnly: true,
    parse: nonEmpty,
  }),
  "host-ip": value({
    help: "Address of the agent's node, which never becomes a server's address",
    env: "HOST_IP",
    envOnly: true,
    parse: nonEmpty,
  }),
  "controller-account": value({
    help:
      "ServiceAccount in POD_NAMESPACE whose token opens /clients and /packets; without it, only this machine is answered",
    env: "VM_DHCP_CONTROLLER_ACCOUNT",
    envOnly: true,
    parse: nonEmpty,
  }),
  "hostname": value({
    help: "Name of the agent's pod where POD_NAME is not given",
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

/** Names of the environment variables that the program reads. */
export const ENVIRONMENT: readonly string[] = [...variablesOf(SETTINGS), ...CLUSTER_VARIABLES];

/** Reads the agent's settings. Throws `FlagError` with every problem. */
export function readSettings(given: Given): Flags<typeof SETTINGS> {
  return parseFlags(PROGRAM, given);
}
