/**
 * The webhook: two replicas, a Service, and the two configurations, into which the webhook itself writes its CA.
 *
 * @module
 */
import { CONTROLLER, labelsOf, selectorOf, WEBHOOK } from "../names.ts";
import type { DeploySettings } from "../settings.ts";
import { fieldEnv, podTemplate, spread, UNPRIVILEGED } from "./pod.ts";

const GROUP = "network.harvesterhci.io";
const RESOURCES = ["ippools", "virtualmachinenetworkconfigs"];

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

/** Defaults new objects. Away, the controller works with the same defaults. */
export function mutatingConfiguration(settings: DeploySettings): unknown {
  return configuration(settings, {
    kind: "MutatingWebhookConfiguration",
    name: `mutate.${GROUP}`,
    path: "/mutate",
    failurePolicy: "Ignore",
    rules: [rule(["ippools"], ["CREATE"])],
    extra: { reinvocationPolicy: "Never" },
  });
}

/** Validates what people write. */
export function validatingConfiguration(settings: DeploySettings): unknown {
  return configuration(settings, {
    kind: "ValidatingWebhookConfiguration",
    name: `validate.${GROUP}`,
    path: "/validate",
    failurePolicy: "Fail",
    rules: [rule(RESOURCES, ["CREATE", "UPDATE"]), rule(["ippools"], ["DELETE"])],
    extra: {},
  });
}

function configuration(
  settings: DeploySettings,
  options: {
    readonly kind: string;
    readonly name: string;
    readonly path: string;
    readonly failurePolicy: string;
    readonly rules: readonly unknown[];
    readonly extra: Readonly<Record<string, unknown>>;
  },
): unknown {
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: options.kind,
    metadata: { name: WEBHOOK, labels: labelsOf(WEBHOOK) },
    webhooks: [{
      name: options.name,
      admissionReviewVersions: ["v1"],
      clientConfig: {
        service: { namespace: settings.namespace, name: WEBHOOK, path: options.path, port: 443 },
      },
      failurePolicy: options.failurePolicy,
      matchPolicy: "Equivalent",
      sideEffects: "None",
      timeoutSeconds: 5,
      rules: options.rules,
      matchConditions: [
        {
          name: "not-the-controller",
          expression: `request.userInfo.username != "${controllerUser(settings)}"`,
        },
        {
          name: "the-spec-changes",
          expression:
            'request.operation != "UPDATE" || !has(oldObject.spec) || object.spec != oldObject.spec',
        },
      ],
      ...options.extra,
    }],
  };
}

function rule(resources: readonly string[], operations: readonly string[]): unknown {
  return {
    apiGroups: [GROUP],
    apiVersions: ["v1alpha1"],
    operations,
    resources,
    scope: "Namespaced",
  };
}

/** The user that the controller is to the API server. */
export function controllerUser(settings: DeploySettings): string {
  return `system:serviceaccount:${settings.namespace}:${CONTROLLER}`;
}
