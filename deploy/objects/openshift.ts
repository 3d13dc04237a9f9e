/**
 * What OpenShift needs: leave for the agents to be root with three capabilities.
 *
 * @module
 */
import { labelsOf } from "../names.ts";
import type { DeploySettings } from "../settings.ts";

/** The agents' SecurityContextConstraints. Controller and webhook do with `restricted-v2`, which everybody has. */
export function openshiftObjects(settings: DeploySettings): unknown[] {
  const { names, namespace, agent } = settings;
  if (!settings.openshift) return [];
  return [{
    apiVersion: "security.openshift.io/v1",
    kind: "SecurityContextConstraints",
    metadata: { name: names.agent, labels: labelsOf(names.agent) },
    allowHostDirVolumePlugin: false,
    allowHostIPC: false,
    allowHostNetwork: false,
    allowHostPID: false,
    allowHostPorts: false,
    allowPrivilegeEscalation: false,
    allowPrivilegedContainer: false,
    allowedCapabilities: ["NET_ADMIN", "NET_BIND_SERVICE", "NET_RAW"],
    defaultAddCapabilities: [],
    requiredDropCapabilities: ["ALL"],
    priority: 0,
    readOnlyRootFilesystem: true,
    runAsUser: { type: "MustRunAs", uid: 0 },
    seLinuxContext: { type: "MustRunAs" },
    fsGroup: { type: "RunAsAny" },
    supplementalGroups: { type: "RunAsAny" },
    seccompProfiles: ["runtime/default"],
    volumes: ["configMap", "downwardAPI", "emptyDir", "projected", "secret"],
    users: [`system:serviceaccount:${namespace}:${agent.serviceAccount.name}`],
  }];
}
