/**
 * The controller: two replicas, one of which leads.
 *
 * @module
 */
import { ENVIRONMENT } from "../../controller/settings.ts";
import { AGENT_AUDIENCE } from "../../core/api/agent/agent_audience.ts";
import { labelsOf, selectorOf } from "../names.ts";
import type { DeploySettings } from "../settings.ts";
import { isEmpty } from "../values/merge.ts";
import { ACCOUNT_FILES, allow, fieldEnv, HTTP_PORT, podTemplate, spread } from "./pod.ts";

/** Where the token is by which it asks agents what they hear. */
const AGENT_TOKEN_FOLDER = "/var/run/secrets/vm-dhcp/agents";
/** One that is good for nothing else: it travels unencrypted. */
const AGENT_TOKEN = {
  projected: {
    sources: [{
      serviceAccountToken: { path: "token", audience: AGENT_AUDIENCE, expirationSeconds: 3600 },
    }],
  },
};
/** Where operators ask. */
const INSPECT = { name: "inspect", containerPort: 8090 } as const;

/** By which operators reach it, through the API server; no pod needs it. */
export function controllerServices(settings: DeploySettings): unknown[] {
  const { names: { controller: name }, namespace, inspect } = settings;
  if (!inspect.enabled) return [];
  return [{
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace, labels: labelsOf(name) },
    spec: {
      selector: selectorOf(name),
      ports: [{ name: INSPECT.name, port: INSPECT.containerPort, targetPort: INSPECT.name }],
    },
  }];
}

/** Its Deployment. */
export function controllerDeployment(settings: DeploySettings): unknown {
  const { names: { controller: name, agent }, lockNamespace } = settings;
  const template = podTemplate({
    role: name,
    container: "controller",
    settings: settings.controller,
    semiSpaceMb: 8,
    permissions: [
      // Anywhere: it looks up names of NTP servers, and only the node knows which server answers that.
      "--allow-net",
      allow("env", ...ENVIRONMENT),
      allow("read", ACCOUNT_FILES, AGENT_TOKEN_FOLDER),
    ],
    program: "controller/main.ts",
    args: [
      `--listen=${settings.addresses.pod}:${HTTP_PORT}`,
      `--inspect-port=${settings.inspect.enabled ? INSPECT.containerPort : 0}`,
      `--agent-replicas=${settings.agent.replicas}`,
      `--agent-anti-affinity=${settings.agent.antiAffinity}`,
      `--pools-per-agent=${settings.agent.poolsPerAgent}`,
      `--tenancy=${settings.tenancy}`,
      ...(settings.history.enabled ? [] : ["--no-history"]),
      ...(isEmpty(settings.agent.affinity)
        ? []
        : [`--agent-affinity=${JSON.stringify(settings.agent.affinity)}`]),
    ],
    env: [
      { name: "VM_DHCP_CONTROLLER_NAME", value: name },
      fieldEnv("POD_NAMESPACE", "metadata.namespace"),
      fieldEnv("POD_NAME", "metadata.name"),
      fieldEnv("POD_IP", "status.podIP"),
      fieldEnv("AGENT_NAMESPACE", "metadata.namespace"),
      // Not a flag: the image of 0.1.0 ignores what it does not know in its environment.
      { name: "VM_DHCP_LOCK_NAMESPACE", value: lockNamespace },
      { name: "AGENT_DEPLOYMENT_NAME", value: agent },
      { name: "AGENT_CONTAINER_NAME", value: "agent" },
      { name: "VM_DHCP_AGENT_TOKEN_FILE", value: `${AGENT_TOKEN_FOLDER}/token` },
    ],
    port: { name: "http", containerPort: HTTP_PORT },
    morePorts: settings.inspect.enabled ? [INSPECT] : [],
    scheme: "HTTP",
    volumes: [{ name: "agent-token", mountPath: AGENT_TOKEN_FOLDER, source: AGENT_TOKEN }],
    affinity: spread(name),
    terminationGracePeriodSeconds: 15,
  }, settings);
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: settings.namespace, labels: labelsOf(name) },
    spec: {
      replicas: settings.controller.replicas,
      selector: { matchLabels: selectorOf(name) },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template,
    },
  };
}
