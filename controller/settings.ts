/**
 * Everything the controller's program can be told.
 *
 * @module
 */
import { type Flags, type Given, parseFlags, type Program } from "../runtime/flags.ts";
import { parseListen } from "../runtime/ops_server.ts";
import {
  integer,
  nonEmpty,
  oneOf,
  type Setting,
  toggle,
  value,
  valueOr,
} from "../runtime/settings.ts";

const SETTINGS = {
  kubeconfig: value({
    env: "KUBECONFIG",
    placeholder: "FILE",
    help: "How to reach the cluster; without it, the cluster the program runs in",
    parse: nonEmpty,
  }),
  kubecontext: value({
    env: "KUBECONTEXT",
    placeholder: "NAME",
    help: "Context of the kubeconfig; without it, its current one",
    parse: nonEmpty,
  }),
  name: valueOr("vm-dhcp-controller", {
    env: "VM_DHCP_CONTROLLER_NAME",
    placeholder: "NAME",
    help: "Name of this controller in Events",
    parse: nonEmpty,
  }),
  namespace: value({
    env: "AGENT_NAMESPACE",
    placeholder: "NAMESPACE",
    help: "Namespace of the agents and their Leases; without it, all namespaces are looked at",
    parse: nonEmpty,
  }),
  image: value({
    env: "AGENT_IMAGE",
    placeholder: "IMAGE",
    help: "Image of the agents",
    parse: nonEmpty,
  }),
  "service-account-name": value({
    env: "AGENT_SERVICE_ACCOUNT_NAME",
    placeholder: "NAME",
    help: "ServiceAccount of the agents",
    parse: nonEmpty,
  }),
  listen: valueOr({ hostname: "0.0.0.0", port: 8080 }, {
    placeholder: "HOST:PORT",
    defaultText: "0.0.0.0:8080",
    help: "Where /healthz, /readyz and /metrics are served",
    parse: parseListen,
  }),
  once: toggle({ help: "Reconcile everything, then end: with 0, or 1 where something failed" }),
  "dry-run": toggle({
    help: "With --once: write nothing, print what would be written as a diff per object",
  }),
  "no-leader-election": toggle({ help: "Work without asking for a lock; run only one controller" }),
  "no-agent": toggle({ help: "Make no agents" }),
  "no-dhcp": toggle({ help: "Agents answer no packets" }),
  "enable-cache-dump-api": toggle({
    help: "Serve /ipams/NAMESPACE/NETWORK and /caches/NAMESPACE/NETWORK",
  }),
  "log-format": valueOr("json", {
    placeholder: "json|text",
    help: "How log lines look",
    parse: oneOf("json", "text"),
  }),
  debug: toggle({ help: "Log what helps to find a fault" }),
  trace: toggle({ help: "Log everything" }),
  "agent-replicas": valueOr(2, {
    placeholder: "N",
    help: "Pods of each agent Deployment: one answers, the others stand by",
    parse: integer(1, 9),
  }),
  "agent-anti-affinity": valueOr("preferred", {
    placeholder: "preferred|required",
    help: "Whether two agents of a network may share a node if nothing else is left",
    parse: oneOf("preferred", "required"),
  }),
  "pools-per-agent": valueOr(100, {
    placeholder: "N",
    help: "IPPools of one agent Deployment at most; more make another one",
    parse: integer(1, 1000),
  }),
  "agent-deployment-name": environment(
    "AGENT_DEPLOYMENT_NAME",
    "Template Deployment of the agents",
  ),
  "agent-container-name": environment(
    "AGENT_CONTAINER_NAME",
    "The agent's container in that template",
  ),
  "pod-namespace": environment("POD_NAMESPACE", "Namespace of this pod"),
  "pod-name": environment("POD_NAME", "Name of this pod, for the lock"),
};

function environment(env: string, help: string): Setting<string | undefined> {
  return value({ env, envOnly: true, help, parse: nonEmpty });
}

const PROGRAM: Program<typeof SETTINGS> = {
  usage: "deno task controller",
  about:
    "Gives every VirtualMachine its VirtualMachineNetworkConfig, and that its addresses of an IPPool.",
  settings: SETTINGS,
};

/** Reads the controller's settings. Throws `FlagError` with every problem. */
export function readSettings(given: Given): Flags<typeof SETTINGS> {
  return parseFlags(PROGRAM, given);
}
