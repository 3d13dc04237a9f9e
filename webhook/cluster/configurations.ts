/**
 * The two webhook configurations: what API servers send to the webhook, and what they never do.
 *
 * @module
 */
import { GROUP } from "../../core/api/names.ts";
import type { KubeObject } from "../../core/api/types.ts";
import type { Resource } from "../../kube/mod.ts";

/** One entry of a configuration, as far as it is looked at. */
interface WebhookEntry {
  readonly name: string;
  readonly failurePolicy?: string;
  readonly rules?: readonly { readonly apiGroups?: readonly string[] }[];
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

/** The kinds that are judged. */
const KINDS = ["ippools", "virtualmachinenetworkconfigs"];

/** Where the webhook is, and who is never asked. */
export interface ConfigurationOptions {
  /** Name of both configurations. */
  readonly name: string;
  /** The clientConfig for a path, without its CA. */
  readonly clientConfig: (path: string) => WebhookEntry["clientConfig"];
  readonly controllerUser: string;
  readonly gcUser: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Fills in what people leave out. While it is away, controller and agents work with the same defaults. */
export function mutatingConfiguration(options: ConfigurationOptions): WebhookConfiguration {
  return configuration(options, {
    kind: MUTATING.kind,
    name: `mutate.${GROUP}`,
    path: "/mutate",
    failurePolicy: "Ignore",
    rules: [rule(KINDS, ["CREATE", "UPDATE"])],
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
      rule(KINDS, ["CREATE", "UPDATE"]),
      rule(["ippools"], ["DELETE"]),
    ],
    more: {},
  });
}

/** The same with a CA bundle, which is PEM, in every entry. */
export function withBundle(
  configuration: WebhookConfiguration,
  caBundle: string,
): WebhookConfiguration {
  const base64 = encodeBundle(caBundle);
  const webhooks = (configuration.webhooks ?? []).map((entry) => ({
    ...entry,
    clientConfig: { ...entry.clientConfig, caBundle: base64 },
  }));
  return { ...configuration, webhooks };
}

/** A CA bundle, which is PEM, as a configuration has it. */
export function encodeBundle(caBundle: string): string {
  return new TextEncoder().encode(caBundle).toBase64();
}

interface Webhook {
  readonly kind: string;
  readonly name: string;
  readonly path: string;
  readonly failurePolicy: string;
  readonly rules: NonNullable<WebhookEntry["rules"]>;
  readonly more: Readonly<Record<string, unknown>>;
}

function configuration(options: ConfigurationOptions, webhook: Webhook): WebhookConfiguration {
  const { name, labels, annotations } = options;
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
    metadata: {
      name,
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
    },
    webhooks: [entry],
  };
}

function condition(name: string, expression: string): unknown {
  return { name, expression };
}

function isNot(user: string): string {
  return `request.userInfo.username != ${JSON.stringify(user)}`;
}

function rule(
  resources: readonly string[],
  operations: readonly string[],
): NonNullable<WebhookEntry["rules"]>[number] & Readonly<Record<string, unknown>> {
  return {
    apiGroups: [GROUP],
    apiVersions: ["v1alpha1"],
    operations,
    resources,
    scope: "Namespaced",
  };
}
