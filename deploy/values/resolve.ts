/**
 * From values to settings: which image a role runs, what the Go version's values mean, which names everything has.
 *
 * @module
 */
import { namesOf } from "../names.ts";
import type { DeploySettings, RoleSettings } from "./deploy_settings.ts";
import { CONTROLLER_VALUES, GO_IMAGE } from "./go_values.ts";
import { filled, isEmpty, merge } from "./merge.ts";
import type { RoleValues, Values } from "./schema.ts";

type Role = "controller" | "webhook" | "agent";
type ImageParts = Exclude<Values["image"], string>;

/** The image's name where none is given. */
const REPOSITORY = "vm-dhcp";
/** A host before an image's name. */
const HOST = /^([^/]*[.:][^/]*|localhost)\/(.+)$/;

/** What to deploy. `version` is that of the image where no tag is named. */
export function resolveValues(
  values: Values,
  { namespace, version }: { readonly namespace: string; readonly version: string },
): DeploySettings {
  const names = namesOf(values.fullnameOverride || values.nameOverride || "vm-dhcp");
  const image = imageOf(values, undefined, version);
  const common = { values, version, image };
  const { webhook, agent } = values;
  return {
    namespace,
    names,
    image,
    imagePullSecrets: [...values.global.imagePullSecrets, ...values.imagePullSecrets]
      .map((secret) => typeof secret === "string" ? { name: secret } : secret),
    logLevel: values.logLevel,
    tenancy: values.tenancy,
    lockNamespace: values.leaderElection.namespace,
    openshift: values.openshift.enabled,
    controller: roleOf("controller", names.controller, common),
    webhook: {
      ...roleOf("webhook", names.webhook, common),
      serviceCidr: values.serviceCIDR || webhook.serviceCIDR || webhook.serviceCidr,
      certificate: webhook.certificate,
      issuerRef: webhook.certManager.issuerRef,
    },
    agent: {
      ...roleOf("agent", names.agent, common),
      antiAffinity: agent.antiAffinity,
      poolsPerAgent: agent.poolsPerAgent,
    },
    addresses: values.addresses,
    history: values.history,
    networkPolicy: values.networkPolicy,
    inspect: values.inspect,
    admissionPolicies: values.admissionPolicies,
    metrics: {
      ...values.metrics,
      service: {
        ...values.metrics.service,
        enabled: values.metrics.service.enabled || values.metrics.serviceMonitor.enabled,
      },
      podMonitor: {
        ...values.metrics.podMonitor,
        enabled: values.metrics.podMonitor.enabled || values.monitor,
      },
    },
  };
}

function roleOf(
  role: Role,
  name: string,
  { values, version, image }: {
    readonly values: Values;
    readonly version: string;
    readonly image: string;
  },
): RoleSettings {
  const given: RoleValues & { readonly replicaCount?: number | null } = role === "controller"
    ? controllerValues(values)
    : values[role];
  const { serviceAccount, image: ownImage, replicaCount, ...rest } = given;
  const own = imageOf(values, ownImage, version);
  const isRestricted = values.openshift.enabled && role !== "agent";
  const { runAsUser: _u, runAsGroup: _g, ...anyUser } = given.securityContext;
  return {
    ...rest,
    replicas: replicaCount ?? given.replicas,
    ...(own === image ? {} : { image: own }),
    imagePullPolicy: ownImage.pullPolicy || values.imagePullPolicy ||
      (typeof values.image === "string" ? "" : values.image.pullPolicy) || "IfNotPresent",
    securityContext: isRestricted ? anyUser : given.securityContext,
    serviceAccount: {
      create: serviceAccount.create,
      name: serviceAccount.name || (serviceAccount.create ? name : "default"),
      annotations: serviceAccount.annotations,
    },
  };
}

/** The controller's, with the Go version's values laid over them. */
function controllerValues(values: Values): RoleValues & { readonly replicaCount: number | null } {
  const over = CONTROLLER_VALUES.filter((name) => !isEmpty(values[name]))
    .map((name) => [name, values[name]]);
  const { create, name, annotations } = values.serviceAccount;
  const serviceAccount = {
    ...(create === null ? {} : { create }),
    ...(name === "" ? {} : { name }),
    annotations,
  };
  const merged = merge(values.controller, { ...Object.fromEntries(over), serviceAccount });
  return { ...merged as RoleValues, replicaCount: values.replicaCount };
}

/** What roles say of their images and would not get: `image` is one text, which has no parts. One sentence each. */
export function unusedImageParts(values: Values): readonly string[] {
  const { image } = values;
  if (typeof image !== "string") return [];
  return (["controller", "webhook", "agent"] as const).flatMap((role) => {
    const own = values[role].image;
    if (own.repository !== "") return [];
    return (["registry", "tag", "digest"] as const).filter((part) => own[part] !== "").map((part) =>
      `${role}.image.${part}: has no meaning where image is one text (${image}): write image as parts ` +
      `(image.repository, image.tag), or ${role}.image.repository, too`
    );
  });
}

/** Full reference of the image of all roles, or of one that has parts of its own. */
function imageOf(values: Values, own: ImageParts | undefined, version: string): string {
  const { image, global: { imageRegistry } } = values;
  const over = own === undefined || GO_IMAGE.test(own.repository) ? {} : filled({ ...own });
  if (typeof image === "string" && over["repository"] === undefined) return image;
  const base = typeof image === "string"
    ? {}
    : GO_IMAGE.test(image.repository)
    ? { ...image, repository: REPOSITORY, tag: "", digest: "" }
    : image;
  const { registry = "", repository = "", tag = "", digest = "" } = {
    ...base,
    ...over,
  } as Partial<ImageParts>;
  const [, host = registry, path = repository] = HOST.exec(repository) ?? [];
  const name = [imageRegistry || host, path].filter((part) => part !== "").join("/");
  return digest === "" ? `${name}:${tag || version}` : `${name}@${digest}`;
}
