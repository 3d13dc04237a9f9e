/**
 * Everything the controller's program can be told.
 *
 * @module
 */
import { checkSchema } from "../core/api/fields/check_schema.ts";
import { fieldErrorText } from "../core/api/fields/field_error.ts";
import { withoutNulls } from "../core/api/fields/left_out.ts";
import { CLUSTER_SETTINGS } from "../kube/connect/cluster_settings.ts";
import { CLUSTER_VARIABLES } from "../kube/connect/connect.ts";
import { defined } from "../runtime/defined.ts";
import {
  FlagError,
  type Flags,
  type Given,
  parseFlags,
  type Program,
  variablesOf,
} from "../runtime/flags.ts";
import { logSettings } from "../runtime/log_settings.ts";
import { OPS_LISTEN_HELP, parseListen } from "../runtime/ops_server.ts";
import { type Affinity, affinitySchema } from "./agents/agent_affinity.ts";
import type { AgentSettings } from "./agents/render_agent.ts";
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
  ...CLUSTER_SETTINGS,
  name: valueOr("vm-dhcp-controller", {
    env: "VM_DHCP_CONTROLLER_NAME",
    placeholder: "NAME",
    help: "Name of this controller in Events",
    parse: nonEmpty,
  }),
  namespace: value({
    env: "AGENT_NAMESPACE",
    placeholder: "NAMESPACE",
    help:
      "Namespace of the agents and their Leases; without it that of this pod, and without that vm-dhcp",
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
  "agent-token-file": value({
    env: "VM_DHCP_AGENT_TOKEN_FILE",
    placeholder: "FILE",
    help:
      "Token by which agents are asked what they hear: of this ServiceAccount, for the audience vm-dhcp-agent",
    parse: nonEmpty,
  }),
  listen: value({ help: OPS_LISTEN_HELP, placeholder: "HOST:PORT", parse: parseListen }),
  "inspect-port": value({
    placeholder: "PORT",
    help:
      "Where kubectl vmdhcp is answered: a port of this pod's address, or of this machine alone where there is no POD_IP; 0: nowhere (default 8090 in a pod, else 0)",
    parse: integer(0, 65_535),
  }),
  once: toggle({ help: "Reconcile everything, then end: with 0, or 1 where something failed" }),
  "dry-run": toggle({
    help: "With --once: write nothing, print what would be written as a diff per object",
  }),
  leave: toggle({
    help:
      "After vm-dhcp was taken away: take its finalizers off all records, say in each IPPool that nobody serves it, and end",
  }),
  "no-leader-election": toggle({ help: "Work without asking for a lock; run only one controller" }),
  "no-agent": toggle({ help: "Make no agents" }),
  "no-dhcp": toggle({ help: "Agents answer no packets" }),
  "enable-cache-dump-api": toggle({
    help: "Serve /ipams/NAMESPACE/NETWORK and /caches/NAMESPACE/NETWORK",
  }),
  "no-history": toggle({
    help: "Keep no IPPoolHistory: who had which address is in the log alone",
  }),
  ...logSettings({ debug: "Log each decision and each request" }),
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
  tenancy: valueOr("shared", {
    env: "VM_DHCP_TENANCY",
    placeholder: "shared|isolated",
    help:
      "Whether a network serves every namespace, or only its own and those that its annotation network.harvesterhci.io/allowed-namespaces names",
    parse: oneOf("shared", "isolated"),
  }),
  "agent-affinity": value({
    placeholder: "JSON",
    help: "Affinity of the agents' pods, beside that to the nodes of their networks",
    parse: parseAffinity,
  }),
  "lock-namespace": valueOr("kube-system", {
    env: "VM_DHCP_LOCK_NAMESPACE",
    placeholder: "NAMESPACE",
    help:
      "Namespace of the controllers' lock; the Go version's is in kube-system, and both must not work together",
    parse: nonEmpty,
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
  "pod-ip": environment("POD_IP", "Address of this pod, on which it listens"),
};

/** An affinity as a pod has it. */
function parseAffinity(text: string): Affinity {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new TypeError("An affinity as JSON is wanted");
  }
  const checked = checkSchema(affinitySchema, withoutNulls(parsed));
  if (checked.ok) return checked.value;
  throw new TypeError(`An affinity is wanted: ${fieldErrorText(checked.errors)}`);
}

function environment(env: string, help: string): Setting<string | undefined> {
  return value({ env, envOnly: true, help, parse: nonEmpty });
}

const PROGRAM: Program<typeof SETTINGS> = {
  usage: "deno task controller",
  about:
    "Makes a VirtualMachineNetworkConfig for every VirtualMachine, and gives it addresses from IPPools.",
  settings: SETTINGS,
};

/** Names of the environment variables that the program reads. */
export const ENVIRONMENT: readonly string[] = [...variablesOf(SETTINGS), ...CLUSTER_VARIABLES];

/** Reads the controller's settings. Throws `FlagError` with every problem. */
export function readSettings(given: Given): Flags<typeof SETTINGS> {
  const flags = parseFlags(PROGRAM, given);
  const { once, dryRun, leave } = flags.values ?? {};
  if (dryRun && !once) throw new FlagError(["Cannot use --dry-run without --once"]);
  if (leave && once) throw new FlagError(["Cannot use --leave with --once"]);
  return flags;
}

/** All settings, where none is wrong. */
export type Settings = NonNullable<Flags<typeof SETTINGS>["values"]>;

/** Where the agents are made and report; unset where nothing says so. */
export function agentNamespace(
  { namespace, podNamespace }: Pick<Settings, "namespace" | "podNamespace">,
): string | undefined {
  return namespace ?? podNamespace;
}

/** What the settings say of the agents. */
export function agentSettings(settings: Settings): AgentSettings {
  const { image, serviceAccountName, agentAffinity: affinity } = settings;
  return {
    replicas: settings.agentReplicas,
    antiAffinity: settings.agentAntiAffinity,
    poolsPerAgent: settings.poolsPerAgent,
    containerName: settings.agentContainerName ?? "agent",
    dryRun: settings.noDhcp,
    ...defined({ affinity, image, serviceAccountName }),
  };
}
