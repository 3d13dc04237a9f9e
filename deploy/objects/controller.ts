/**
 * The controller: two replicas, one of which leads.
 *
 * @module
 */
import { AGENT, CONTROLLER, labelsOf, selectorOf } from "../names.ts";
import type { DeploySettings } from "../settings.ts";
import { fieldEnv, podTemplate, spread, UNPRIVILEGED } from "./pod.ts";

/** Its Deployment. */
export function controllerDeployment(settings: DeploySettings): unknown {
  const template = podTemplate({
    role: CONTROLLER,
    container: "controller",
    settings: settings.controller,
    permissions: ["--allow-net", "--allow-env", "--allow-read=/var/run/secrets/kubernetes.io"],
    program: "controller/main.ts",
    args: [
      `--agent-replicas=${settings.agent.replicas}`,
      `--agent-anti-affinity=${settings.agent.antiAffinity}`,
      `--pools-per-agent=${settings.agent.poolsPerAgent}`,
    ],
    env: [
      { name: "VM_DHCP_CONTROLLER_NAME", value: CONTROLLER },
      fieldEnv("POD_NAMESPACE", "metadata.namespace"),
      fieldEnv("POD_NAME", "metadata.name"),
      fieldEnv("AGENT_NAMESPACE", "metadata.namespace"),
      { name: "AGENT_DEPLOYMENT_NAME", value: AGENT },
      { name: "AGENT_CONTAINER_NAME", value: "agent" },
    ],
    port: { name: "http", containerPort: 8080 },
    scheme: "HTTP",
    securityContext: UNPRIVILEGED,
    affinity: spread(CONTROLLER),
    terminationGracePeriodSeconds: 15,
  }, settings);
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: CONTROLLER, namespace: settings.namespace, labels: labelsOf(CONTROLLER) },
    spec: {
      replicas: settings.controller.replicas,
      selector: { matchLabels: selectorOf(CONTROLLER) },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template,
    },
  };
}
