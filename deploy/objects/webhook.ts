/**
 * The webhook: two replicas, a Service, and the two configurations, into which the webhook itself writes its CA.
 *
 * @module
 */
import {
  type ConfigurationOptions,
  GC_USER,
  mutatingConfiguration as mutating,
  validatingConfiguration as validating,
} from "../../webhook/configurations.ts";
import { CONTROLLER, labelsOf, selectorOf, WEBHOOK } from "../names.ts";
import type { DeploySettings } from "../settings.ts";
import { fieldEnv, podTemplate, spread, UNPRIVILEGED } from "./pod.ts";

/** Its Deployment. */
export function webhookDeployment(settings: DeploySettings): unknown {
  const template = podTemplate({
    role: WEBHOOK,
    container: "webhook",
    settings: settings.webhook,
    permissions: ["--allow-net", "--allow-env", "--allow-read=/var/run/secrets/kubernetes.io"],
    program: "webhook/main.ts",
    args: [
      `--name=${WEBHOOK}`,
      `--service-cidr=${settings.webhook.serviceCidr}`,
      `--controller-user=${controllerUser(settings)}`,
    ],
    env: [fieldEnv("NAMESPACE", "metadata.namespace"), fieldEnv("POD_NAME", "metadata.name")],
    port: { name: "https", containerPort: 8443 },
    scheme: "HTTPS",
    securityContext: UNPRIVILEGED,
    affinity: spread(WEBHOOK),
    terminationGracePeriodSeconds: 15,
  }, settings);
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: WEBHOOK, namespace: settings.namespace, labels: labelsOf(WEBHOOK) },
    spec: {
      replicas: settings.webhook.replicas,
      selector: { matchLabels: selectorOf(WEBHOOK) },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template,
    },
  };
}

/** Its Service. */
export function webhookService(settings: DeploySettings): unknown {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: WEBHOOK, namespace: settings.namespace, labels: labelsOf(WEBHOOK) },
    spec: {
      selector: selectorOf(WEBHOOK),
      ports: [{ name: "https", port: 443, targetPort: "https" }],
    },
  };
}

/** Defaults new pools: `webhook/configurations.ts` says what it sees. */
export function mutatingConfiguration(settings: DeploySettings): unknown {
  return mutating(configurationOptions(settings));
}

/** Validates what people write. */
export function validatingConfiguration(settings: DeploySettings): unknown {
  return validating(configurationOptions(settings));
}

function configurationOptions(settings: DeploySettings): ConfigurationOptions {
  const { namespace } = settings;
  return {
    name: WEBHOOK,
    labels: labelsOf(WEBHOOK),
    controllerUser: controllerUser(settings),
    gcUser: GC_USER,
    // Without its CA: the webhook writes that itself, into this one field.
    clientConfig: (path) => ({ service: { namespace, name: WEBHOOK, path, port: 443 } }),
  };
}

/** The user that the controller is to the API server. */
export function controllerUser(settings: DeploySettings): string {
  return `system:serviceaccount:${settings.namespace}:${CONTROLLER}`;
}
