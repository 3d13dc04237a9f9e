/**
 * The template of the agents' Deployments. The controller renders one Deployment per cluster network from it; networks without a
 * cluster network are served by the template itself. Without pools it has no pods.
 *
 * @module
 */
import { AGENT, labelsOf, selectorOf } from "../names.ts";
import type { DeploySettings } from "../settings.ts";
import { fieldEnv, podTemplate } from "./pod.ts";

/** Where an agent keeps what it knows, for a restart while the API server is away. */
const STATE_DIR = "/var/lib/vm-dhcp";

/**
 * Its Deployment. `spec.replicas` is left to the controller: what a second `deploy` does not mention, it does not change.
 */
export function agentDeployment(settings: DeploySettings): unknown {
  const { agent } = settings;
  const labels = { "network.harvesterhci.io/agent-deployment": AGENT };
  const template = podTemplate({
    role: AGENT,
    labels,
    container: "agent",
    settings: agent,
    permissions: [
      "--allow-net",
      "--allow-env",
      "--allow-ffi",
      `--allow-read=/var/run/secrets/kubernetes.io,${STATE_DIR},/proc/sys/net`,
      `--allow-write=${STATE_DIR}`,
    ],
    program: "agent/main.ts",
    args: [`--state-dir=${STATE_DIR}`],
    env: [
      fieldEnv("POD_NAMESPACE", "metadata.namespace"),
      fieldEnv("POD_NAME", "metadata.name"),
      fieldEnv("POD_UID", "metadata.uid"),
    ],
    port: { name: "http", containerPort: 8080 },
    scheme: "HTTP",
    // Added capabilities are effective for root only: port 67, interface addresses, packet sockets.
    securityContext: {
      capabilities: { drop: ["ALL"], add: ["NET_ADMIN", "NET_BIND_SERVICE", "NET_RAW"] },
      readOnlyRootFilesystem: true,
      runAsUser: 0,
      runAsGroup: 0,
      seccompProfile: { type: "RuntimeDefault" },
    },
    volumes: [{ name: "state", mountPath: STATE_DIR }],
    terminationGracePeriodSeconds: 15,
  }, settings);
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name: AGENT,
      namespace: settings.namespace,
      labels: labelsOf(AGENT),
    },
    spec: {
      selector: { matchLabels: { ...selectorOf(AGENT), ...labels } },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template,
    },
  };
}
