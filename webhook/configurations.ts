/**
 * The two webhook configurations: what API servers send to the webhook, and what they never do.
 *
 * @module
 */
import { GROUP } from "../core/api/names.ts";
import type { KubeObject } from "../core/api/types.ts";
import type { Resource } from "../kube/mod.ts";

/** One entry of a configuration, as far as it is looked at. */
export interface WebhookEntry {
  readonly name: string;
  readonly clientConfig: {
    readonly service?: {
      readonly namespace: string;
      readonly name: string;
      readonly path?: string;
      readonly port?: number;
    };
    readonly url?: string;
    /** Base64 of PEM. */
    readonly caBundle?: string;
  };
}

/** `admissionregistration.k8s.io/v1` MutatingWebhookConfiguration or ValidatingWebhookConfiguration. */
export interface WebhookConfiguration extends KubeObject {
  readonly webhooks?: readonly WebhookEntry[];
}

const API_VERSION = "admissionregistration.k8s.io/v1";

/** `admissionregistration.k8s.io/v1` MutatingWebhookConfiguration. */
export const MUTATING: Resource<WebhookConfiguration> = {
  apiVersion: API_VERSION,
  kind: "MutatingWebhookConfiguration",
  plural: "mutatingwebhookconfigurations",
  namespaced: false,
};

/** `admissionregistration.k8s.io/v1` ValidatingWebhookConfiguration. */
export const VALIDATING: Resource<WebhookConfiguration> = {
  apiVersion: API_VERSION,
  kind: "ValidatingWebhookConfiguration",
  plural: "validatingwebhookconfigurations",
  namespaced: false,
};

/** The user that Kubernetes' garbage collector is. */
export const GC_USER = "system:serviceaccount:kube-system:generic-garbage-collector";

/** Where the webhook is, and who is never asked. */
export interface ConfigurationOptions {
  /** Name of both configurations. */
  readonly name: string;
  /** The clientConfig for a path, without its CA. */
  readonly clientConfig: (path: string) => WebhookEntry["clientConfig"];
  readonly controllerUser: string;
  readonly gcUser: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** Defaults new pools. While it is away, controller and agents work with the same defaults. */
export function mutatingConfiguration(options: ConfigurationOptions): WebhookConfiguration {
  return configuration(options, {
    kind: MUTATING.kind,
    name: `mutate.${GROUP}`,
    path: "/mutate",
    failurePolicy: "Ignore",
    rules: [rule(["ippools"], ["CREATE"])],
    more: { reinvocationPolicy: "Never" },
  });
}

/** Validates what people write. Only people wait for it while it is away. */
export function validatingConfiguration(options: ConfigurationOptions): WebhookConfiguration {
  return configuration(options, {
    kind: VALIDATING.kind,
    name: `validate.${GROUP}`,
    path: "/validate",
    failurePolicy: "Fail",
    rules: [
      rule(["ippools", "virtualmachinenetworkconfigs"], ["CREATE", "UPDATE"]),
      rule(["ippools"], ["DELETE"]),
    ],
    more: {},
  });
}

interface Webhook {
  readonly kind: string;
  readonly name: string;
  readonly path: string;
  readonly failurePolicy: string;
  readonly rules: readonly unknown[];
  readonly more: Readonly<Record<string, unknown>>;
}

function configuration(options: ConfigurationOptions, webhook: Webhook): WebhookConfiguration {
  const { name, labels } = options;
  const entry = {
    name: webhook.name,
    admissionReviewVersions: ["v1"],
    clientConfig: options.clientConfig(webhook.path),
    failurePolicy: webhook.failurePolicy,
    matchPolicy: "Equivalent",
    sideEffects: "None",
    timeoutSeconds: 5,
    rules: webhook.rules,
    matchConditions: [
      condition("not-the-controller", isNot(options.controllerUser)),
      condition("not-the-garbage-collector", isNot(options.gcUser)),
      condition(
        "the-spec-changes",
        'request.operation != "UPDATE" || !has(oldObject.spec) || object.spec != oldObject.spec',
      ),
      condition(
        "the-object-stays",
        'request.operation == "CREATE" || !has(oldObject.metadata.deletionTimestamp)',
      ),
    ],
    ...webhook.more,
  };
  return {
    apiVersion: API_VERSION,
    kind: webhook.kind,
    metadata: { name, ...(labels === undefined ? {} : { labels }) },
    webhooks: [entry],
  };
}

function condition(name: string, expression: string): unknown {
  return { name, expression };
}

function isNot(user: string): string {
  return `request.userInfo.username != ${JSON.stringify(user)}`;
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
