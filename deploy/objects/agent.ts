/**
 * The template of the agents' Deployments. The controller renders one Deployment per cluster network from it; networks without a
 * cluster network are served by the template itself. Without pools it has no pods.
 *
 * @module
 */
import { ENVIRONMENT } from "../../agent/settings.ts";
import { labelsOf, selectorOf } from "../names.ts";
import type { DeploySettings } from "../settings.ts";
import { ACCOUNT_FILES, allow, fieldEnv, HTTP_PORT, podTemplate } from "./pod.ts";

const DHCP_PORT = 67;
/** Where an agent keeps what it knows, for a restart while the API server is away. */
const STATE_DIR = "/var/lib/vm-dhcp";

/**
 * Its Deployment. `spec.replicas` is left to the controller: what a second `deploy` does not mention, it does not change.
 */
export function agentDeployment(settings: DeploySettings): unknown {
  const { agent, names: { agent: name } } = settings;
  const labels = { "network.harvesterhci.io/agent-deployment": name };
  const template = podTemplate({
    role: name,
    labels,
    container: "agent",
    // The controller adds its own affinity to that of the settings, which it is told.
    settings: { ...agent, affinity: {} },
    permissions: [
      allow(
        "net",
        settings.addresses.apiServer,
        `${settings.addresses.pod}:${HTTP_PORT}`,
        `127.0.0.1:${HTTP_PORT}`,
        `0.0.0.0:${DHCP_PORT}`,
      ),
      allow("env", ...ENVIRONMENT),
      // Whatever file is named here, it is the C library, which can do anything that the kernel allows the pod.
      "--allow-ffi",
      allow("read", ACCOUNT_FILES, STATE_DIR, "/etc/resolv.conf"),
      allow("write", STATE_DIR),
    ],
    program: "agent/main.ts",
    args: [
      `--listen=${settings.addresses.pod}:${HTTP_PORT}`,
      `--state-dir=${STATE_DIR}`,
    ],
    env: [
      fieldEnv("POD_NAMESPACE", "metadata.namespace"),
      fieldEnv("POD_NAME", "metadata.name"),
      fieldEnv("POD_UID", "metadata.uid"),
      fieldEnv("POD_IP", "status.podIP"),
      fieldEnv("HOST_IP", "status.hostIP"),
      // Who may ask what it hears.
      { name: "VM_DHCP_CONTROLLER_ACCOUNT", value: settings.controller.serviceAccount.name },
    ],
    port: { name: "http", containerPort: HTTP_PORT },
    scheme: "HTTP",
    volumes: [{ name: "state", mountPath: STATE_DIR }],
    terminationGracePeriodSeconds: 15,
  }, settings);
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name,
      namespace: settings.namespace,
      labels: labelsOf(name),
    },
    spec: {
      selector: { matchLabels: { ...selectorOf(name), ...labels } },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template,
    },
  };
}
