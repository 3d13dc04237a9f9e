/**
 * Names and labels of everything that is deployed.
 *
 * @module
 */

/** What the objects of a deployment are called. */
export interface Names {
  /** The controller's Deployment, ServiceAccount and roles. */
  readonly controller: string;
  /** The webhook's Deployment, Service, ServiceAccount, roles and configurations. */
  readonly webhook: string;
  /** The agents' template Deployment, ServiceAccount and roles. */
  readonly agent: string;
  /** The ClusterRoles for people, which Kubernetes' own `view`, `edit` and `admin` take in. */
  readonly people: string;
}

/** Names that begin with a text. */
export function namesOf(fullname: string): Names {
  return {
    controller: `${fullname}-controller`,
    webhook: `${fullname}-webhook`,
    agent: `${fullname}-agent`,
    people: fullname,
  };
}

/** The controller's Deployment, ServiceAccount and roles, where nothing else is said. */
export const CONTROLLER = "vm-dhcp-controller";
/** The webhook's Deployment, Service, ServiceAccount, roles and configurations, where nothing else is said. */
export const WEBHOOK = "vm-dhcp-webhook";
/** The agents' template Deployment, ServiceAccount and roles, where nothing else is said. */
export const AGENT = "vm-dhcp-agent";
/** Field manager of `deno task deploy`. */
export const FIELD_MANAGER = "vm-dhcp-deploy";
/** Annotation on a namespace that `deno task deploy` made, and may remove. */
export const MADE_BY = "network.harvesterhci.io/made-by-vm-dhcp";
/** Name of the leader lock. */
export const LOCK_NAME = "vm-dhcp-controllers";
/** The Secret of the webhook's certificates, where nothing else is said. */
export const WEBHOOK_SECRET = secretOf(WEBHOOK);

/** The Secret of the certificates of a webhook. */
export function secretOf(webhook: string): string {
  return `${webhook}-tls`;
}

/** Label of everything that is deployed, whoever deploys it, and its value. */
export const PART_OF = { label: "app.kubernetes.io/part-of", value: "vm-dhcp" } as const;

/** Labels of an object that belongs to a role. */
export function labelsOf(role: string): Record<string, string> {
  return { ...selectorOf(role), [PART_OF.label]: PART_OF.value };
}

/** Labels by which a role's pods are found. */
export function selectorOf(role: string): Record<string, string> {
  return { "app.kubernetes.io/name": role };
}
